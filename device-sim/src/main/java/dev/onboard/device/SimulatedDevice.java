package dev.onboard.device;

import dev.onboard.device.Failure.Outlook;
import dev.onboard.device.internal.BootstrapSession;
import dev.onboard.device.internal.Firmware;
import dev.onboard.device.internal.FirmwareStore;
import dev.onboard.device.internal.Registration;
import dev.onboard.device.internal.Surroundings;
import dev.onboard.device.internal.Told;
import dev.onboard.device.internal.Turn;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    private int unanswered;
    private boolean bootstrapNext;
    private boolean accountRefused;
    private Turn turn = Turn.none();
    private Runnable cancelRetry = () -> {};
    private @Nullable BootstrapSession bootstrap;
    private @Nullable Registration registration;
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
            unanswered = 0;
            bootstrapNext = false;
            accountRefused = false;
            lastFailure = null;
        }
        surroundings.record(told.of(Stage.POWER)
                .fact("action", "on")
                .fact("mode", bundle.mode().word()));
        begin(now);
    }

    /** Deregisters if it is registered, and then switches off. Returns at once; the state is {@code OFF} when it is done. */
    public void shutDown() {
        Registration leaving;
        long now;
        synchronized (this) {
            if (state == DeviceState.OFF) {
                return;
            }
            leaving = state == DeviceState.REGISTERED ? registration : null;
            registration = leaving == null ? registration : null;
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
        Registration endedRegistration;
        Turn endedTurn;
        Firmware endedFirmware;
        long now;
        synchronized (this) {
            now = ++life;
            endedFirmware = firmware;
            firmware = null;
            cancelRetry.run();
            endedBootstrap = bootstrap;
            endedRegistration = registration;
            endedTurn = turn;
            bootstrap = null;
            registration = null;
            turn = Turn.none();
        }
        if (endedFirmware != null) {
            endedFirmware.close();
        }
        if (endedBootstrap != null) {
            endedBootstrap.close();
        }
        if (endedRegistration != null) {
            endedRegistration.close();
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
        try {
            account = store.load().or(this::ofFactory);
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
        boolean hadAccount = present.isPresent();
        BootstrapSession session =
                new BootstrapSession(surroundings, bundle, options, store, present, new BootstrapSession.Outcome() {
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
                            // an account that nobody refused may work again by now
                            bootstrapNext = accountRefused || !hadAccount;
                        }
                        retry(
                                now,
                                failure,
                                failure.outlook() == Outlook.PERMANENT ? DeviceState.FAILED : DeviceState.WAITING);
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

    private void register(long now, ServerAccount account) {
        Optional<Firmware> running = booted(now);
        if (running.isEmpty()) {
            return;
        }
        Registration begun = new Registration(surroundings, bundle, options, account, running.get(), new Life(now));
        synchronized (this) {
            if (life != now) {
                return;
            }
            registration = begun;
        }
        become(now, DeviceState.REGISTERING);
        begun.start();
    }

    /** What the registration tells. */
    private final class Life implements Registration.Outcome {
        private final long now;

        Life(long now) {
            this.now = now;
        }

        @Override
        public void registered() {
            Turn ended;
            synchronized (SimulatedDevice.this) {
                if (life != now) {
                    return;
                }
                failures = 0;
                unanswered = 0;
                lastFailure = null;
                ended = turn;
                turn = Turn.none();
            }
            become(now, DeviceState.REGISTERED);
            ended.end();
        }

        @Override
        public void failed(Failure failure) {
            synchronized (SimulatedDevice.this) {
                if (life != now) {
                    return;
                }
                registration = null;
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
            }
            if (!bootstraps() && failure.outlook() == Outlook.PERMANENT) {
                retry(now, withoutFallback(failure), DeviceState.FAILED);
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
            if (isCurrent(now)) {
                long next = stopEverything();
                synchronized (SimulatedDevice.this) {
                    bootstrapNext = true;
                }
                surroundings.record(told.of(Stage.FALLBACK)
                        .fact("next", "bootstrap")
                        .detail("the LwM2M server asked for a bootstrap (/1/x/9)"));
                begin(next);
            }
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

    private static Failure withoutFallback(Failure failure) {
        return new Failure(
                failure.stage(),
                failure.refusedBy(),
                failure.reason(),
                failure.alert(),
                failure.detail()
                        + "; in LwM2M mode there is no bootstrap to fall back to: have the LwM2M server trust this"
                        + " certificate's CA for the service lwm2m, or give the device a new bundle",
                failure.outlook());
    }

    private void retry(long now, Failure failure, DeviceState until) {
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
        Runnable cancel = surroundings.later(wait, () -> {
            if (isCurrent(now)) {
                begin(stopEverything());
            }
        });
        synchronized (this) {
            if (life == now) {
                cancelRetry = cancel;
                return;
            }
        }
        cancel.run();
    }
}
