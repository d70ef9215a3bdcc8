package dev.onboard.device.internal;

import dev.onboard.device.DeviceOptions;
import dev.onboard.device.Failure;
import dev.onboard.device.ServerAccount;
import dev.onboard.device.ServerObject;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A device's life at all its LwM2M servers: a {@link Registration} at each, with a session of its own. Thread-safe. */
public final class Registrations {
    private final Surroundings surroundings;
    private final DeviceBundle bundle;
    private final DeviceOptions options;
    private final Firmware firmware;
    private final Outcome outcome;
    private final List<Member> members;
    private boolean closed;

    /** What the device is told; on any thread, never under a lock of the registrations. */
    public interface Outcome {
        /** The device is registered with every server. Told whenever that becomes true. */
        void registered();

        /** There is no registration at this server, or no longer one. Those at others go on. */
        void failed(ServerAccount account, Failure failure);

        /** A server wrote to its Server object. May block. */
        void written(ServerObject server);

        /** A server asked for a bootstrap (/1/x/9). */
        void bootstrapWanted();

        /** A server asked for another certificate by EST (/35011/0/27002). */
        void renewalWanted(Asked asked);

        /** A server asked for a reboot (/3/0/4). */
        void rebootWanted();

        /** A server asked for a factory reset (/3/0/5). */
        void factoryResetWanted();
    }

    /** A server that waits for what comes of a renewal. */
    @FunctionalInterface
    public interface Asked {
        /** In the device's own schedule nobody waits. */
        Asked NOBODY = (status, afterwards) -> afterwards.run();

        /** The certificate is there. */
        default void done(Runnable afterwards) {
            answer(RenewalInstance.DONE, afterwards);
        }

        /** Another renewal goes on. */
        default void busy() {
            answer(RenewalInstance.BUSY, () -> {});
        }

        /** There is no new certificate. */
        default void failed() {
            answer(RenewalInstance.EST_ERROR, () -> {});
        }

        /**
         * Tells it.
         *
         * @param status the platform's {@code ce_status}
         * @param afterwards once the answer has left the device; may block
         */
        void answer(int status, Runnable afterwards);
    }

    /** What comes of a renewal, told once. */
    public interface Renewal {
        /** Another key, and a certificate for it that can work. */
        void certified(Credential credential);

        /** There is none; nothing changed. */
        void failed(Failure failure);
    }

    /** Has the certificate renewed at the first server that the device is registered with. */
    public void renew(Renewal renewal) {
        Registration standing = null;
        synchronized (this) {
            for (Member member : members) {
                standing = standing == null && member.standing ? member.registration : standing;
            }
        }
        if (standing == null) {
            renewal.failed(Failure.of(
                    Stage.ENROLLED,
                    "unreachable",
                    "the device is registered nowhere, so that nobody could renew its certificate",
                    Failure.Outlook.MAY_PASS));
        } else {
            standing.renew(renewal);
        }
    }

    /** @param account with those at further servers */
    public Registrations(
            Surroundings surroundings,
            DeviceBundle bundle,
            DeviceOptions options,
            ServerAccount account,
            Firmware firmware,
            Outcome outcome) {
        this.surroundings = surroundings;
        this.bundle = bundle;
        this.options = options;
        this.firmware = firmware;
        this.outcome = outcome;
        this.members = account.all().stream().map(Member::new).toList();
    }

    /** Begins wherever there is neither a registration nor one on its way; blocks while hosts are looked up. */
    public void start() {
        members.forEach(Member::start);
    }

    /** Sleeps now, in queue mode, as far as the servers of its registrations are concerned. */
    public void sleep() {
        standing().forEach(Registration::sleep);
    }

    /** Sends each server that it is registered with an update; one that slept is awake by it. */
    public void update() {
        standing().forEach(Registration::update);
    }

    private synchronized List<Registration> standing() {
        return members.stream()
                .filter(member -> member.standing)
                .map(Member::present)
                .flatMap(Stream::ofNullable)
                .toList();
    }

    /** Whether there is a registration at any of the servers. */
    public synchronized boolean anyStands() {
        return members.stream().anyMatch(member -> member.standing);
    }

    private synchronized boolean allStand() {
        return members.stream().allMatch(member -> member.standing);
    }

    /** Ends every registration, at the servers that can be reached, then goes on with what comes after. */
    public void deregister(Runnable afterwards) {
        AtomicInteger left = new AtomicInteger(members.size());
        Runnable one = () -> {
            if (left.decrementAndGet() == 0) {
                afterwards.run();
            }
        };
        for (Member member : members) {
            Registration present = member.present();
            if (present == null) {
                one.run();
            } else {
                present.deregister(one);
            }
        }
    }

    /** Closes every link without a word to the servers; nobody is told anything afterwards. */
    public void close() {
        synchronized (this) {
            closed = true;
        }
        for (Member member : members) {
            Registration present = member.present();
            if (present != null) {
                present.close();
            }
        }
    }

    /** One server. */
    private final class Member implements Registration.Outcome {
        private ServerAccount account;
        private @Nullable Registration registration;
        private boolean standing;

        Member(ServerAccount account) {
            this.account = account;
        }

        @Nullable Registration present() {
            synchronized (Registrations.this) {
                return registration;
            }
        }

        void start() {
            Registration begun;
            synchronized (Registrations.this) {
                if (closed || registration != null) {
                    return;
                }
                begun = new Registration(surroundings, bundle, options, account, firmware, this);
                registration = begun;
            }
            begun.start();
        }

        @Override
        public void registered() {
            synchronized (Registrations.this) {
                standing = true;
            }
            if (allStand()) {
                outcome.registered();
            }
        }

        @Override
        public void failed(Failure failure) {
            ServerAccount refused;
            synchronized (Registrations.this) {
                standing = false;
                registration = null;
                refused = account;
            }
            outcome.failed(refused, failure);
        }

        @Override
        public void written(ServerObject server) {
            synchronized (Registrations.this) {
                account = account.withServer(server);
            }
            outcome.written(server);
        }

        @Override
        public void bootstrapWanted() {
            outcome.bootstrapWanted();
        }

        @Override
        public void renewalWanted(Asked asked) {
            outcome.renewalWanted(asked);
        }

        @Override
        public void rebootWanted() {
            outcome.rebootWanted();
        }

        @Override
        public void factoryResetWanted() {
            outcome.factoryResetWanted();
        }
    }
}
