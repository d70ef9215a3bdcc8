package dev.onboard.device;

import dev.onboard.device.Failure.Outlook;
import dev.onboard.device.internal.BootstrapSession;
import dev.onboard.device.internal.Firmware;
import dev.onboard.device.internal.FirmwareStore;
import dev.onboard.device.internal.Registrations;
import dev.onboard.device.internal.Registrations.Asked;
import dev.onboard.device.internal.Surroundings;
import dev.onboard.device.internal.Told;
import dev.onboard.device.internal.Turn;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One simulated device: it comes from the factory with a bundle, and on its way gets LwM2M credentials and a registration. It
 * has no thread, timer or executor of its own; all that it does is begun by a call, an answer or a timer of its {@link Fleet}.
 *
 * <p>Powered on, it registers with the LwM2M credentials that it has, or gets some from the bootstrap server first. When
 * registering is refused, or is not answered several times in a row, it goes back to bootstrap; between attempts it waits
 * (see {@link Backoff}), the longer the more attempts failed since the last registration. Whatever happens, the credentials
 * that it has stay until a bootstrap has delivered others, whole.
 *
 * <p>With several LwM2M servers it registers with each, with what it was given for that one. Where a server does not answer
 * it tries again there alone; where one refuses it, it bootstraps, which is about all of them.
 *
 * <p>A renewal is a bootstrap that the LwM2M server asks for (/1/x/9), or the device's own {@link RenewalSchedule}. When it
 * fails the device registers again at once with what it had; a device that enrolled renews over EST in the session with its
 * LwM2M server, by its schedule or when that asks (/35011), and bootstraps when it is told to; what it had also comes back when the LwM2M server refuses what
 * the renewal delivered, until the device has registered with it.
 *
 * <p>A device in LwM2M mode registers with the credentials from its factory and knows no bootstrap server. When they are
 * refused it says so and tries again with the same ones, for the account may come to trust them.
 *
 * <p>Thread-safe. Every step is an event in the journal. Longer than a page because it is the state machine whole.
 */
public final class SimulatedDevice {
    private final DeviceBundle bundle;
    private final DeviceOptions options;
    private final CredentialStore store;
    private final FirmwareStore firmwareStore;
    private final Surroundings surroundings;
    private final Told told;
    private final BiConsumer<SimulatedDevice, DeviceState> watcher;

    private DeviceState state = DeviceState.OFF;
    private @Nullable Failure lastFailure;
    /** Counts what the device begins anew; whatever was begun under an earlier number no longer matters. */
    private long life;

    private int failures;
    /** How many accounts in a row, each from a bootstrap of its own, the LwM2M server refused. */
    private int refusedAccounts;

    private int unanswered;
    private boolean bootstrapNext;
    private boolean accountRefused;
    /** The bootstrap that comes next, or is under way, is a renewal. */
    private boolean renewing;
    /** The account is a renewal's and has not been registered with; the one before it is in the store. */
    private boolean onTrial;
    /** Renewals since the certificate was last younger than the schedule says. */
    private int renewals;

    /** The certificate is being renewed in the session with the LwM2M server. */
    private boolean reenrolling;

    private Turn turn = Turn.none();
    /** A device waits for one thing: the next attempt, or the renewal. */
    private Runnable cancelTimer = () -> {};

    private @Nullable BootstrapSession bootstrap;
    private @Nullable Registrations registrations;
    private @Nullable Firmware firmware;

    SimulatedDevice(
            DeviceBundle bundle,
            Path directory,
            DeviceOptions options,
            Surroundings surroundings,
            BiConsumer<SimulatedDevice, DeviceState> watcher) {
        this.bundle = bundle;
        this.options = options;
        this.store = new CredentialStore(directory, options.disk());
        this.firmwareStore = new FirmwareStore(directory, options.disk());
        this.surroundings = surroundings;
        this.told = new Told(bundle.endpoint().value());
        this.watcher = watcher;
    }

    /** The device's endpoint name. */
    public String endpoint() {
        return bundle.endpoint().value();
    }

    /**
     * The account that it keeps, when there is one; reads files.
     *
     * @throws IOException when it cannot be read
     */
    public Optional<ServerAccount> keptAccount() throws IOException {
        return store.load();
    }

    /** Where it stands now. */
    public synchronized DeviceState state() {
        return state;
    }

    /** Why it got no further the last time, unless it registered since. */
    public synchronized Optional<Failure> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    /** Switches the device on; does nothing when it is on. Returns at once. */
    public void powerOn() {
        long now;
        synchronized (this) {
            if (state != DeviceState.OFF) {
                return;
            }
            now = ++life;
            failures = 0;
            refusedAccounts = 0;
            unanswered = 0;
            bootstrapNext = false;
            accountRefused = false;
            renewing = false;
            renewals = 0;
            lastFailure = null;
        }
        surroundings.record(told.of(Stage.POWER)
                .fact("action", "on")
                .fact("mode", bundle.mode().word()));
        begin(now);
    }

    /** Deregisters if it is registered, and then switches off. Returns at once; the state is {@code OFF} when it is done. */
    public void shutDown() {
        Registrations leaving;
        long now;
        synchronized (this) {
            if (state == DeviceState.OFF) {
                return;
            }
            Registrations present = registrations;
            leaving = present != null && present.anyStands() ? present : null;
            registrations = leaving == null ? present : null;
            now = life;
        }
        if (leaving == null) {
            switchOff("off");
        } else {
            leaving.deregister(() -> {
                if (isCurrent(now)) {
                    switchOff("off");
                }
            });
        }
    }

    /** Takes the power away in the middle of whatever it does; nobody is told but the journal. */
    public void cutPower() {
        switchOff("cut");
    }

    /**
     * Sleeps now, as it does by itself when there was no message for its awake time (queue mode, OMA LwM2M Core 6.5), until it sends one
     * itself. Does nothing when it is registered nowhere, or uses no queue mode. Returns when it sleeps.
     */
    public void sleep() {
        present().ifPresent(Registrations::sleep);
    }

    /**
     * Sends a registration update now, to each LwM2M server with which it is registered; a device that sleeps wakes by it. Does nothing when it
     * is registered nowhere. Returns at once.
     */
    public void updateRegistration() {
        present().ifPresent(Registrations::update);
    }

    private synchronized Optional<Registrations> present() {
        return Optional.ofNullable(registrations);
    }

    /** Cuts the power and switches on again. */
    public void reboot() {
        switchOff("reboot");
        powerOn();
    }

    /** Forgets the LwM2M credentials and starts anew with what the factory gave it. */
    public void factoryReset() {
        switchOff("factory-reset");
        surroundings.inBackground(() -> {
            try {
                store.clear();
            } catch (IOException e) {
                surroundings.record(told.of(Failure.of(
                        Stage.POWER,
                        "not-stored",
                        "the LwM2M credentials could not be removed: " + e,
                        Outlook.MAY_PASS)));
            }
            powerOn();
        });
    }

    private void switchOff(String action) {
        synchronized (this) {
            if (state == DeviceState.OFF) {
                return;
            }
        }
        long now = stopEverything();
        surroundings.record(told.of(Stage.POWER).fact("action", action));
        become(now, DeviceState.OFF);
    }

    /** Ends sessions, timers and the turn; a new life begins. */
    private long stopEverything() {
        BootstrapSession endedBootstrap;
        Registrations endedRegistrations;
        Turn endedTurn;
        Firmware endedFirmware;
        long now;
        synchronized (this) {
            now = ++life;
            reenrolling = false;
            endedFirmware = firmware;
            firmware = null;
            cancelTimer.run();
            endedBootstrap = bootstrap;
            endedRegistrations = registrations;
            endedTurn = turn;
            bootstrap = null;
            registrations = null;
            turn = Turn.none();
        }
        if (endedFirmware != null) {
            endedFirmware.close();
        }
        if (endedBootstrap != null) {
            endedBootstrap.close();
        }
        if (endedRegistrations != null) {
            endedRegistrations.close();
        }
        endedTurn.end();
        return now;
    }

    private void become(long now, DeviceState next) {
        synchronized (this) {
            if (life != now) {
                return;
            }
            state = next;
        }
        watcher.accept(this, next);
    }

    private synchronized boolean isCurrent(long begun) {
        return life == begun;
    }

    private void begin(long now) {
        become(now, DeviceState.STARTING);
        Turn mine = surroundings.takeTurn(() -> {
            if (isCurrent(now)) {
                goOnLine(now);
            }
        });
        boolean stale;
        synchronized (this) {
            stale = life != now;
            if (!stale) {
                turn = mine;
            }
        }
        if (stale) {
            mine.end();
        }
    }

    /** Blocks: reads the credentials. */
    private void goOnLine(long now) {
        Optional<ServerAccount> account = ofFactory();
        boolean unproved = false;
        try {
            account = store.load().or(this::ofFactory);
            unproved = account.isPresent() && store.previous().isPresent();
        } catch (IOException e) {
            surroundings.record(told.of(
                    Stage.FALLBACK,
                    Failure.of(
                            Stage.FALLBACK,
                            "credentials-unreadable",
                            "the LwM2M credentials cannot be used, the device "
                                    + (bootstraps() ? "bootstraps anew: " : "goes back to those of its factory: ")
                                    + e.getMessage(),
                            Outlook.MAY_PASS)));
        }
        boolean toBootstrap;
        synchronized (this) {
            onTrial = unproved;
            toBootstrap = account.isEmpty() || bootstrapNext;
        }
        if (toBootstrap) {
            bootstrap(now, account);
        } else {
            register(now, account.get());
        }
    }

    /** The firmware of this life, booted at the first call; empty when the life is over. Blocks. */
    private Optional<Firmware> booted(long now) {
        Firmware booting =
                new Firmware(surroundings, told, bundle, options.signerExpiry(), options.clock(), firmwareStore);
        synchronized (this) {
            if (life != now) {
                return Optional.empty();
            }
            if (firmware != null) {
                return Optional.of(firmware);
            }
            firmware = booting;
        }
        booting.boot();
        return Optional.of(booting);
    }

    private boolean bootstraps() {
        return bundle.mode().bootstraps();
    }

    private Optional<ServerAccount> ofFactory() {
        return bootstraps() ? Optional.empty() : Optional.of(ServerAccount.ofFactory(bundle));
    }

    private void bootstrap(long now, Optional<ServerAccount> present) {
        boolean renewal;
        synchronized (this) {
            // what was refused, or is not there, is not restored
            renewal = renewing && present.isPresent() && !accountRefused;
        }
        BootstrapSession.Keeping keeping = renewal ? store::renew : store::save;
        BootstrapSession session =
                new BootstrapSession(surroundings, bundle, options, keeping, present, new BootstrapSession.Outcome() {
                    @Override
                    public void delivered(ServerAccount account) {
                        synchronized (SimulatedDevice.this) {
                            if (life != now) {
                                return;
                            }
                            // it closes itself once the server can no longer ask for the last answer again
                            bootstrap = null;
                            bootstrapNext = false;
                            accountRefused = false;
                            renewing = false;
                            onTrial = onTrial || renewal;
                            unanswered = 0;
                        }
                        register(now, account);
                    }

                    @Override
                    public void failed(Failure failure) {
                        synchronized (SimulatedDevice.this) {
                            if (life != now) {
                                return;
                            }
                            bootstrap = null;
                            renewing = false;
                            // an account that nobody refused may work again by now
                            bootstrapNext = accountRefused || present.isEmpty();
                        }
                        if (renewal) {
                            goOnWith(now, present.get(), failure);
                        } else {
                            retry(
                                    now,
                                    failure,
                                    failure.outlook() == Outlook.PERMANENT ? DeviceState.FAILED : DeviceState.WAITING);
                        }
                    }
                });
        synchronized (this) {
            if (life != now) {
                return;
            }
            bootstrap = session;
        }
        become(now, DeviceState.BOOTSTRAPPING);
        session.start();
    }

    /** A renewal came to nothing. */
    private void goOnWith(long now, ServerAccount account, Failure failure) {
        if (isCurrent(now)) {
            recordNotRenewed(account, failure);
            begin(stopEverything());
        }
    }

    private void recordNotRenewed(ServerAccount account, Failure failure) {
        surroundings.record(account.certificate()
                .addTo(told.of(
                        Stage.RENEWED,
                        failure.withDetail(failure.detail()
                                + "; the certificate was not renewed, and the device goes on with the one it had"))));
    }

    /** Has the certificate of this registration renewed when it is old enough. */
    private void watchAge(long now, ServerAccount account) {
        RenewalSchedule schedule = options.renewal();
        if (!schedule.isOn() || !isCurrent(now)) {
            return;
        }
        Duration left = Duration.between(
                options.clock().instant(),
                schedule.due(first(account).credential().certificate()));
        if (left.toMillis() > 0) {
            synchronized (this) {
                renewals = 0;
            }
            Duration next = left.compareTo(schedule.checkEvery()) < 0 ? left : schedule.checkEvery();
            afterwards(now, next, () -> watchAge(now, account));
        } else if (bootstraps()) {
            boolean enrolled = account.enrolment().isPresent();
            Duration wait;
            synchronized (this) {
                // a certificate that is old when it comes, by this device's clock, must not make it bootstrap without
                // end
                wait = renewals == 0 ? Duration.ZERO : options.backoff().after(renewals, surroundings.random());
            }
            String why = "the certificate " + outlived(account);
            afterwards(now, wait, enrolled ? () -> reenrol(now, account, why, Asked.NOBODY) : () -> renew(now, why));
        } else {
            surroundings.record(account.certificate()
                    .addTo(told.of(Failure.of(
                            Stage.RENEWED,
                            "no-bootstrap-server",
                            "the certificate " + outlived(account) + ", and in LwM2M mode there is no bootstrap server"
                                    + " that renews it: give the device a new bundle",
                            Outlook.PERMANENT))));
        }
    }

    /** The one whose certificate is to be renewed first. */
    private ServerAccount first(ServerAccount account) {
        return account.all().stream()
                .min(Comparator.comparing(
                        each -> options.renewal().due(each.credential().certificate())))
                .orElse(account);
    }

    /** By EST, in the session with the LwM2M server. */
    private void reenrol(long now, ServerAccount account, String why, Asked asked) {
        Registrations present;
        synchronized (this) {
            if (life != now || registrations == null) {
                return;
            }
            present = reenrolling ? null : registrations;
            if (present != null) {
                reenrolling = true;
                renewals++;
            }
        }
        if (present == null) {
            asked.busy();
            return;
        }
        surroundings.record(told.of(Stage.ENROLLED).fact("next", "re-enrolment").detail(why));
        present.renew(new Registrations.Renewal() {
            @Override
            public void certified(Credential credential) {
                surroundings.inBackground(() -> {
                    try {
                        store.renew(store.load().orElse(account).withCredential(credential));
                    } catch (IOException e) {
                        failed(Failure.of(
                                Stage.ENROLLED,
                                "not-stored",
                                "the renewed certificate could not be written: " + e,
                                Outlook.MAY_PASS));
                        return;
                    }
                    asked.done(() -> {
                        if (isCurrent(now)) {
                            begin(stopEverything());
                        }
                    });
                });
            }

            @Override
            public void failed(Failure failure) {
                synchronized (SimulatedDevice.this) {
                    if (life != now) {
                        return;
                    }
                    reenrolling = false;
                }
                recordNotRenewed(account, failure);
                asked.failed();
                watchAge(now, account);
            }
        });
    }

    private String outlived(ServerAccount account) {
        X509Certificate certificate = first(account).credential().certificate();
        return certificate.getSerialNumber().toString(16) + " is to be renewed at "
                + Math.round(options.renewal().fraction() * 100) + " % of its life, "
                + options.renewal().due(certificate) + "; it ends "
                + certificate.getNotAfter().toInstant();
    }

    private void renew(long now, String why) {
        if (!isCurrent(now)) {
            return;
        }
        long next = stopEverything();
        synchronized (this) {
            bootstrapNext = true;
            renewing = true;
            renewals++;
        }
        surroundings.record(told.of(Stage.FALLBACK).fact("next", "bootstrap").detail(why));
        begin(next);
    }

    private void register(long now, ServerAccount account) {
        Optional<Firmware> running = booted(now);
        if (running.isEmpty()) {
            return;
        }
        Registrations begun =
                new Registrations(surroundings, bundle, options, account, running.get(), new Life(now, account));
        synchronized (this) {
            if (life != now) {
                return;
            }
            registrations = begun;
        }
        become(now, DeviceState.REGISTERING);
        begun.start();
    }

    /** What the registrations tell. */
    private final class Life implements Registrations.Outcome {
        private final long now;
        /** With those at further servers. */
        private final ServerAccount account;

        Life(long now, ServerAccount account) {
            this.now = now;
            this.account = account;
        }

        @Override
        public void registered() {
            Turn ended;
            boolean proved;
            synchronized (SimulatedDevice.this) {
                if (life != now) {
                    return;
                }
                proved = onTrial;
                onTrial = false;
                failures = 0;
                refusedAccounts = 0;
                unanswered = 0;
                lastFailure = null;
                ended = turn;
                turn = Turn.none();
            }
            if (proved) {
                surroundings.inBackground(this::settle);
            }
            become(now, DeviceState.REGISTERED);
            ended.end();
            watchAge(now, account);
        }

        private void settle() {
            try {
                Optional<ServerAccount> before = store.previous();
                store.settle();
                if (before.isPresent() && !isSame(before.get())) {
                    surroundings.record(account.certificate()
                            .addTo(told.of(Stage.RENEWED))
                            .fact("replaced", before.get().certificate().serial()));
                }
            } catch (IOException e) {
                surroundings.record(told.of(Failure.of(
                        Stage.RENEWED,
                        "not-stored",
                        "the LwM2M credentials before the renewal could not be removed: " + e,
                        Outlook.MAY_PASS)));
            }
        }

        private boolean isSame(ServerAccount other) {
            return other.credential().certificate().equals(account.credential().certificate());
        }

        /** Gives up what a renewal delivered. Blocks. */
        private boolean goesBack(Failure refusal) {
            try {
                Optional<ServerAccount> before = store.restore();
                if (before.isEmpty() || isSame(before.get())) {
                    return false;
                }
                synchronized (SimulatedDevice.this) {
                    if (life != now) {
                        return true;
                    }
                    onTrial = false;
                    bootstrapNext = false;
                    accountRefused = false;
                }
                goOnWith(
                        now,
                        before.get(),
                        refusal.withDetail("the renewed certificate "
                                + account.certificate().serial() + " is refused: " + refusal.detail()));
                return true;
            } catch (IOException e) {
                surroundings.record(told.of(Failure.of(
                        Stage.RENEWED,
                        "not-stored",
                        "the LwM2M credentials before the renewal could not be restored: " + e,
                        Outlook.MAY_PASS)));
                return false;
            }
        }

        @Override
        public void failed(ServerAccount at, Failure failure) {
            boolean unproved;
            boolean others;
            int refused;
            synchronized (SimulatedDevice.this) {
                if (life != now) {
                    return;
                }
                unproved = onTrial;
                if (!bootstraps()) {
                    unanswered++;
                } else if (failure.outlook() == Outlook.PERMANENT) {
                    unanswered = 0;
                    accountRefused = true;
                    bootstrapNext = true;
                } else {
                    unanswered++;
                    bootstrapNext = unanswered >= options.registrationAttempts();
                }
                refused = accountRefused ? ++refusedAccounts : 0;
                Registrations present = registrations;
                others = present != null && present.anyStands() && !bootstrapNext;
            }
            if (unproved && failure.outlook() == Outlook.PERMANENT && goesBack(failure)) {
                return;
            }
            if (!bootstraps() && failure.outlook() == Outlook.PERMANENT) {
                retry(now, withoutFallback(failure), DeviceState.FAILED);
            } else if (refused > 1) {
                retry(now, refusedAgain(failure, at, refused), DeviceState.WAITING);
            } else if (others) {
                retry(now, failure, DeviceState.WAITING, () -> registerWhereMissing(now));
            } else {
                retry(now, failure, DeviceState.WAITING);
            }
        }

        @Override
        public void written(ServerObject server) {
            if (!isCurrent(now)) {
                return;
            }
            try {
                Optional<ServerAccount> account = store.load().or(SimulatedDevice.this::ofFactory);
                if (account.isPresent()) {
                    store.save(account.get().withServer(server));
                }
            } catch (IOException e) {
                surroundings.record(told.of(Failure.of(
                        Stage.OPERATION,
                        "not-stored",
                        "what the server wrote could not be kept: " + e,
                        Outlook.MAY_PASS)));
            }
        }

        @Override
        public void bootstrapWanted() {
            renew(now, "the LwM2M server asked for a bootstrap (/1/x/9)");
        }

        @Override
        public void renewalWanted(Asked asked) {
            reenrol(now, account, "the LwM2M server asked for it (/35011/0/27002)", asked);
        }

        @Override
        public void rebootWanted() {
            if (isCurrent(now)) {
                reboot();
            }
        }

        @Override
        public void factoryResetWanted() {
            if (isCurrent(now)) {
                factoryReset();
            }
        }
    }

    private static Failure refusedAgain(Failure failure, ServerAccount account, int inARow) {
        return failure.withDetail(failure.detail() + "; it refuses the credentials of " + inARow
                + " bootstraps in a row, the last certificate being "
                + account.certificate().serial() + " of "
                + account.certificate().issuer() + ": have the LwM2M server trust that CA for the service lwm2m, or"
                + " another certificate issuer made active; until then the device tries again, ever more slowly");
    }

    private static Failure withoutFallback(Failure failure) {
        return failure.withDetail(failure.detail()
                + "; in LwM2M mode there is no bootstrap to fall back to: have the LwM2M server trust this"
                + " certificate's CA for the service lwm2m, or give the device a new bundle");
    }

    /** The registrations at other servers stand. */
    private void registerWhereMissing(long now) {
        Registrations present;
        synchronized (this) {
            if (life != now || registrations == null) {
                return;
            }
            present = registrations;
        }
        become(now, DeviceState.REGISTERING);
        present.start();
    }

    private void retry(long now, Failure failure, DeviceState until) {
        retry(now, failure, until, () -> {
            if (isCurrent(now)) {
                begin(stopEverything());
            }
        });
    }

    private void retry(long now, Failure failure, DeviceState until, Runnable attempt) {
        Duration wait;
        String next;
        int inARow;
        Turn ended;
        synchronized (this) {
            if (life != now) {
                return;
            }
            lastFailure = failure;
            inARow = ++failures;
            wait = options.backoff().after(inARow, surroundings.random());
            next = bootstrapNext ? "bootstrap" : "register";
            ended = turn;
            turn = Turn.none();
        }
        surroundings.record(told.of(Stage.FALLBACK, failure)
                .fact("next", next)
                .fact("in_ms", Long.toString(wait.toMillis()))
                .fact("failures", Integer.toString(inARow)));
        become(now, until);
        ended.end();
        afterwards(now, wait, attempt);
    }

    /** In place of what the device waited for before. */
    private void afterwards(long now, Duration wait, Runnable task) {
        Runnable cancel = surroundings.later(wait, task);
        Runnable obsolete;
        synchronized (this) {
            obsolete = life == now ? cancelTimer : cancel;
            cancelTimer = life == now ? cancel : cancelTimer;
        }
        obsolete.run();
    }
}
