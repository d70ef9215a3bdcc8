package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.account.CertificateEnrollments.Outcome;
import dev.onboard.account.CertificateEnrollments.Result;
import dev.onboard.account.Device;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.Issuers;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.Registered;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the account's renewals to devices: has a device renew over EST (/35011) where it can, or bootstrap again (/1/x/9), and notes what it registers with
 * afterwards. A renewal that was going on when the testbed ended goes on at the next start. Thread-safe.
 */
final class Renewals implements AutoCloseable {
    /** A device that has not registered by then has not renewed; it may wait a few times between its attempts. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);

    /** What the platform sends: type 1, the name, a length, and the name with a zero octet. */
    private static final byte[] LWM2M_CERTIFICATE = {0, 1, 0, 6, 'L', 'W', 'M', '2', 'M', 0};

    private final BooleanSupplier bootstrapNeeded;
    private final Account account;
    private final LwM2mServer server;
    private final Journal journal;
    private final InstantSource clock;
    private final Map<String, Awaited> awaited = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor work;
    private final Journal.Subscription registrations;

    /** A device that is to come back with another certificate. */
    private static final class Awaited {
        private final Enrollment enrollment;
        private volatile boolean asked;
        private volatile String trouble = "";

        Awaited(Enrollment enrollment) {
            this.enrollment = enrollment;
        }

        Instant since() {
            return enrollment.createdAt();
        }
    }

    private Renewals(
            Account account, LwM2mServer server, Journal journal, InstantSource clock, BooleanSupplier needed) {
        this.bootstrapNeeded = needed;
        this.account = account;
        this.server = server;
        this.journal = journal;
        this.clock = clock;
        this.work = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "onboard-renewals");
            thread.setDaemon(true);
            return thread;
        });
        work.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        work.setRemoveOnCancelPolicy(true);
        this.registrations = journal.subscribe(this::happened);
    }

    /** @param bootstrapNeeded whether devices need something that a bootstrap alone brings, whatever else they can do */
    static Renewals start(
            Account account,
            LwM2mServer server,
            Journal journal,
            InstantSource clock,
            BooleanSupplier bootstrapNeeded) {
        Renewals renewals = new Renewals(account, server, journal, clock, bootstrapNeeded);
        renewals.resume();
        return renewals;
    }

    private void resume() {
        Query left = Query.all().where("enroll_status", "new").limit(Query.MAX_LIMIT);
        Page<Enrollment> page = account.certificateEnrollments().list(left);
        page.entries().forEach(this::resume);
        while (page.hasMore() && !page.entries().isEmpty()) {
            String last = page.entries().get(page.entries().size() - 1).id();
            page = account.certificateEnrollments().list(left.after(last));
            page.entries().forEach(this::resume);
        }
    }

    private void resume(Enrollment left) {
        account.devices().get(left.deviceId()).ifPresent(device -> {
            Awaited again = new Awaited(left);
            // whether it was, nobody knows any more; the device's next registration tells
            again.asked = true;
            await(device.endpoint(), again);
        });
    }

    /**
     * Begins a renewal; what comes of it stands in the enrolment.
     *
     * @throws AccountException as {@link dev.onboard.account.CertificateEnrollments#check}, and {@link
     *     AccountException.Kind#LOCKED} for another certificate than LwM2M
     */
    Enrollment begin(String deviceId, String name) {
        account.certificateEnrollments().check(deviceId, name);
        if (!name.equals(Issuers.LWM2M)) {
            throw AccountException.locked("the certificate '" + name + "' cannot be renewed here: a device is asked to"
                    + " bootstrap again, which gives it another LwM2M certificate alone");
        }
        Enrollment begun = account.certificateEnrollments().begin(deviceId, name);
        Device device =
                account.devices().get(deviceId).orElseThrow(() -> AccountException.notFound("device", deviceId));
        Awaited renewal = new Awaited(begun);
        await(device.endpoint(), renewal);
        Optional<String> trigger = server.registration(device.endpoint()).flatMap(Renewals::trigger);
        if (trigger.isEmpty()) {
            later(() -> failed(
                    device.endpoint(),
                    renewal,
                    "the device is not registered here with an instance of its Server object"));
            return begun;
        }
        if (hasObject(device.endpoint()) && !bootstrapNeeded.getAsBoolean()) {
            overEst(device.endpoint(), renewal);
            return begun;
        }
        server.execute(device.endpoint(), trigger.get(), "").whenComplete((done, error) -> {
            if (error == null) {
                renewal.asked = true;
            } else {
                later(() ->
                        failed(device.endpoint(), renewal, "it was not asked to bootstrap again: " + sentence(error)));
            }
        });
        return begun;
    }

    private boolean hasObject(String endpoint) {
        return server.registration(endpoint)
                .filter(registered ->
                        registered.links().stream().anyMatch(link -> link.path().equals("/35011/0")))
                .isPresent();
    }

    /** The device answers when it has a certificate, or none. */
    private void overEst(String endpoint, Awaited renewal) {
        server.execute(endpoint, "/35011/0/27002", LWM2M_CERTIFICATE).whenComplete((status, error) -> {
            if (error == null && !status.equals("0")) {
                later(() ->
                        failed(endpoint, renewal, "the device answered with ce_status " + status + because(renewal)));
            } else if (error != null && sentence(error).startsWith("the device answered")) {
                later(() -> failed(endpoint, renewal, "it was not asked to renew: " + sentence(error)));
            } else {
                // without an answer in time it may still wait for its certificate
                renewal.asked = true;
            }
        });
    }

    private static Optional<String> trigger(Registered registered) {
        return registered.links().stream()
                .map(link -> link.path())
                .filter(path -> path.matches("/1/\\d{1,5}"))
                .findFirst()
                .map(path -> path + "/9");
    }

    private static String sentence(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        return String.valueOf(cause.getMessage());
    }

    private void await(String endpoint, Awaited renewal) {
        awaited.put(endpoint, renewal);
        Duration left = PATIENCE.minus(Duration.between(renewal.since(), clock.instant()));
        later(
                left.isNegative() ? Duration.ZERO : left,
                () -> failed(
                        endpoint,
                        renewal,
                        "the device has not registered again within " + PATIENCE.toMinutes() + " minutes"
                                + because(renewal)));
    }

    private static String because(Awaited renewal) {
        return renewal.trouble.isEmpty() ? "" : "; the last that went wrong: " + renewal.trouble;
    }

    /** On the journal's thread: must not block. */
    private void happened(Event event) {
        Optional<String> endpoint = event.endpoint();
        if (endpoint.isEmpty()) {
            return;
        }
        Awaited renewal = awaited.get(endpoint.get());
        if (renewal == null || event.stage() == Stage.RENEWED) {
            return;
        }
        if (event.outcome() != dev.onboard.journal.Outcome.OK) {
            renewal.trouble = event.stage().word() + ", " + event.reason().orElse("")
                    + event.detail().map(detail -> ": " + detail).orElse("");
        } else if (event.stage() == Stage.REGISTERED && event.party() == Party.LWM2M_SERVER) {
            String serial = event.facts().getOrDefault("serial", "");
            boolean afterwards = renewal.asked;
            later(() -> registered(endpoint.get(), renewal, serial, afterwards));
        }
    }

    private void registered(String endpoint, Awaited renewal, String serial, boolean afterwards) {
        Optional<IssuedCertificate> shown = account.issuedCertificates().byEndpoint(endpoint).stream()
                .filter(issued -> issued.serial().equals(serial))
                .reduce((older, newer) -> newer);
        if (shown.isPresent() && !shown.get().createdAt().isBefore(renewal.since())) {
            end(
                    endpoint,
                    renewal,
                    new Result(
                            Outcome.SUCCESS,
                            "the device registered with certificate " + serial + ", which ends "
                                    + shown.get().certificate().getNotAfter().toInstant()));
        } else if (afterwards) {
            failed(
                    endpoint,
                    renewal,
                    "the device registered again with certificate " + serial + ", which it had before"
                            + because(renewal));
        }
    }

    private void failed(String endpoint, Awaited renewal, String why) {
        end(endpoint, renewal, new Result(Outcome.FAILURE, why));
    }

    private void end(String endpoint, Awaited renewal, Result result) {
        if (!awaited.remove(endpoint, renewal)) {
            return;
        }
        try {
            account.certificateEnrollments().complete(renewal.enrollment.id(), result);
        } catch (AccountException e) {
            // the device was removed, or another process on the same database was first
            LOG.debug("the end of renewal {} was not noted", renewal.enrollment.id(), e);
            return;
        }
        Event.Draft event = Event.of(Stage.RENEWED, Party.ACCOUNT)
                .endpoint(endpoint)
                .fact("enrollment", renewal.enrollment.id())
                .detail(result.detail());
        journal.record(result.outcome() == Outcome.SUCCESS ? event : event.failed("not-renewed"));
    }

    private void later(Runnable task) {
        later(Duration.ZERO, task);
    }

    private void later(Duration delay, Runnable task) {
        try {
            work.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (RuntimeException e) {
                            LOG.error("the end of a renewal could not be noted; it is looked at at the next start", e);
                        }
                    },
                    delay.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the testbed is closed; the renewal goes on at the next start", e);
        }
    }

    /** Waits up to five seconds for what is being noted. */
    @Override
    public void close() {
        registrations.close();
        work.shutdown();
        try {
            if (!work.awaitTermination(5, TimeUnit.SECONDS)) {
                work.shutdownNow();
            }
        } catch (InterruptedException e) {
            work.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
