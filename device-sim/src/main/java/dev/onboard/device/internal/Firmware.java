package dev.onboard.device.internal;

import dev.onboard.device.internal.FirmwareState.Phase;
import dev.onboard.device.internal.FirmwareState.UpdateResult;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestReason;
import dev.onboard.manifest.ManifestVerdict;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.manifest.UpdateTrust;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.jspecify.annotations.Nullable;

/**
 * A device's firmware in one life from power on to power off: the Firmware Update object's state machine (OMA, object 5,
 * version 1.0). A package is a SUIT envelope with its image in it, pushed to /5/0/0 or fetched from /5/0/1; the device checks
 * it when it is whole, and again, from the octets that it then installs, at the next start after Update.
 *
 * <p>Thread-safe. Longer than a page because it is the state machine whole.
 */
public final class Firmware {
    /** A package is no larger. */
    static final int LARGEST_PACKAGE = 33 * 1024 * 1024;
    /** How long a pushed body may stand still: CoAP's EXCHANGE_LIFETIME. */
    private static final Duration PATIENCE = Duration.ofSeconds(247);

    private final Surroundings surroundings;
    private final Told told;
    private final DeviceBundle bundle;
    private final UpdateTrust.Expiry expiry;
    private final InstantSource clock;
    private final FirmwareStore store;
    private FirmwareState state;
    private Runnable watcher = () -> {};
    private @Nullable Sources sources;
    private @Nullable Download download;
    private Surroundings.Timer standstill = Surroundings.Timer.NONE;
    /** The first block of a pushed body came, and not yet the last. */
    private boolean receiving;

    private boolean closed;

    /** Where a device fetches from. */
    interface Sources {
        /** The way to this address; blocks while the host is looked up. */
        Download.Source open(URI uri) throws IOException;
    }

    public Firmware(
            Surroundings surroundings,
            Told told,
            DeviceBundle bundle,
            UpdateTrust.Expiry expiry,
            InstantSource clock,
            FirmwareStore store) {
        this.surroundings = surroundings;
        this.told = told;
        this.bundle = bundle;
        this.expiry = expiry;
        this.clock = clock;
        this.store = store;
        this.state = FirmwareState.ofFactory(bundle.identity());
    }

    /** What a boot loader does: installs a package that was to be, and puts in order what a loss of power left. Blocks. */
    public synchronized void boot() {
        try {
            state = store.load().orElse(state);
        } catch (IOException e) {
            tell(
                    "state",
                    Optional.of("firmware-state-unreadable"),
                    "the device goes on with its factory's firmware: " + e.getMessage());
            return;
        }
        try {
            if (state.phase() == Phase.UPDATING) {
                install();
            } else if (state.phase() == Phase.DOWNLOADING && state.uri().isEmpty()) {
                become(state.idle(UpdateResult.CONNECTION_LOST));
            }
            if (state.phase() == Phase.IDLE) {
                store.clear();
            }
        } catch (IOException e) {
            notStored(e);
        }
    }

    private void install() throws IOException {
        byte[] octets = store.readPackage();
        ManifestVerdict verdict = check(octets);
        if (verdict instanceof ManifestVerdict.Accepted accepted) {
            Manifest manifest = accepted.manifest();
            String before = state.version();
            become(state.installed(versionOf(manifest), manifest.sequence(), manifest.successors()));
            surroundings.record(event("installed")
                    .fact("version", state.version())
                    .fact("before", before)
                    .fact("result", Integer.toString(state.result().number())));
        } else if (verdict instanceof ManifestVerdict.Refused refused) {
            become(state.updateFailed());
            refused(refused, UpdateResult.UPDATE_FAILED);
        }
    }

    private static String versionOf(Manifest manifest) {
        return manifest.version().isEmpty() ? Long.toString(manifest.sequence()) : manifest.version();
    }

    private ManifestVerdict check(byte[] octets) throws IOException {
        List<X509Certificate> authenticity =
                state.successors().isEmpty() ? List.of(bundle.updateAuthenticity()) : state.successors();
        DeviceIdentity identity = bundle.identity();
        return SuitEnvelope.verify(
                octets,
                UpdateTrust.of(authenticity, expiry, store.revocationLists()),
                UpdateTarget.of(identity.manufacturer(), identity.model()),
                state.sequence(),
                clock.instant());
    }

    /** The power goes: nothing more is kept or told. */
    public synchronized void close() {
        closed = true;
        standstill.cancel();
        if (download != null) {
            download.cancel();
        }
        watcher = () -> {};
        sources = null;
    }

    /** There is a registration: its observers are told of changes, and a download that was interrupted goes on. */
    void online(Sources from, Runnable changed) {
        boolean resume;
        synchronized (this) {
            sources = from;
            watcher = changed;
            resume = state.phase() == Phase.DOWNLOADING && !state.uri().isEmpty();
        }
        if (resume) {
            surroundings.work(this::fetch);
        }
    }

    /** The registration ended. */
    synchronized void offline() {
        sources = null;
        watcher = () -> {};
        if (download != null) {
            download.cancel();
            download = null;
        }
    }

    /** /3/0/3. */
    public synchronized String version() {
        return state.version();
    }

    /** What the object shows. */
    synchronized FirmwareState shown() {
        return receiving ? state.downloading("") : state;
    }

    /** The first block of a larger body for /5/0/0 has come. */
    void receiving() {
        synchronized (this) {
            if (closed || state.phase() != Phase.IDLE) {
                return;
            }
            receiving = true;
            standstill.cancel();
            standstill = surroundings.after(PATIENCE, () -> surroundings.work(this::standsStill));
        }
        changed();
    }

    private void standsStill() {
        synchronized (this) {
            if (!receiving) {
                return;
            }
            receiving = false;
            keep(state.idle(UpdateResult.CONNECTION_LOST));
        }
        tell("refused", Optional.of("connection-lost"), "the package stopped coming before it was whole");
        changed();
    }

    /** /5/0/0: nothing, or one NUL, begins anew; all else is a package. */
    Answer writePackage(byte[] octets) {
        if (octets.length == 0 || (octets.length == 1 && octets[0] == 0)) {
            return reset();
        }
        synchronized (this) {
            receiving = false;
            standstill.cancel();
            Optional<Answer> busy = busy();
            if (busy.isPresent()) {
                return busy.get();
            }
            state = state.downloading("");
        }
        surroundings.work(() -> arrived(octets));
        return Answer.of(ResponseCode.CHANGED);
    }

    /** /5/0/1: nothing begins anew; an address is fetched from. */
    Answer writeUri(String uri) {
        if (uri.isEmpty()) {
            return reset();
        }
        synchronized (this) {
            Optional<Answer> busy = busy();
            if (busy.isPresent()) {
                return busy.get();
            }
            state = state.downloading(uri);
        }
        surroundings.work(() -> {
            synchronized (this) {
                if (!closed) {
                    keep(state);
                }
            }
            changed();
            fetch();
        });
        return Answer.of(ResponseCode.CHANGED);
    }

    private Optional<Answer> busy() {
        return state.phase() == Phase.IDLE
                ? Optional.empty()
                : Optional.of(Answer.refused(
                        ResponseCode.METHOD_NOT_ALLOWED,
                        "the Firmware Update object is in state "
                                + state.phase().number() + "; write an empty Package URI first"));
    }

    private Answer reset() {
        synchronized (this) {
            if (state.phase() == Phase.UPDATING) {
                return Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "the device is updating");
            }
            if (download != null) {
                download.cancel();
                download = null;
            }
            receiving = false;
            standstill.cancel();
            state = state.idle(UpdateResult.INITIAL);
        }
        surroundings.work(() -> {
            synchronized (this) {
                if (!closed) {
                    keep(state);
                }
            }
            changed();
        });
        return Answer.of(ResponseCode.CHANGED);
    }

    /** /5/0/2: the package is installed at the next start, which this asks for. */
    ManagedObject.Execution update(Runnable reboot) {
        synchronized (this) {
            if (state.phase() != Phase.DOWNLOADED) {
                return ManagedObject.Execution.of(Answer.refused(
                        ResponseCode.METHOD_NOT_ALLOWED,
                        "the Firmware Update object is in state "
                                + state.phase().number() + "; a package must be downloaded (2)"));
            }
            state = state.updating();
        }
        return new ManagedObject.Execution(Answer.of(ResponseCode.CHANGED), () -> {
            synchronized (this) {
                if (closed || !keep(state)) {
                    return;
                }
            }
            surroundings.record(event("updating"));
            reboot.run();
        });
    }

    /** A whole package is here: check it, and keep it if it may be installed. Blocks. */
    private void arrived(byte[] octets) {
        synchronized (this) {
            if (closed || state.phase() != Phase.DOWNLOADING) {
                return;
            }
            download = null;
            try {
                ManifestVerdict verdict = check(octets);
                if (verdict instanceof ManifestVerdict.Accepted accepted) {
                    store.savePackage(octets);
                    keep(state.downloaded(versionOf(accepted.manifest())));
                    store.clearDownload();
                    surroundings.record(event("downloaded")
                            .fact("version", state.packageVersion())
                            .fact("octets", Integer.toString(octets.length))
                            .fact("signer", dev.onboard.pki.SubjectName.text(accepted.signer())));
                } else if (verdict instanceof ManifestVerdict.Refused refused) {
                    UpdateResult result = result(refused);
                    keep(state.idle(result));
                    refused(refused, result);
                }
            } catch (IOException e) {
                notStored(e);
                keep(state.idle(UpdateResult.NOT_ENOUGH_FLASH));
            }
        }
        changed();
    }

    /** What OMA's object has for a reason of ours. */
    private static UpdateResult result(ManifestVerdict.Refused refused) {
        ManifestReason reason = refused.kind().orElse(ManifestReason.BAD_SIGNATURE);
        return switch (reason) {
            case MALFORMED, UNSUPPORTED, WRONG_VENDOR, WRONG_CLASS, PAYLOAD_MISSING -> UpdateResult.UNSUPPORTED_PACKAGE;
            case ROLLBACK -> UpdateResult.UPDATE_FAILED;
            default -> UpdateResult.INTEGRITY_CHECK_FAILED;
        };
    }

    /** Blocks. */
    private void fetch() {
        URI uri;
        Sources from;
        synchronized (this) {
            if (closed || state.phase() != Phase.DOWNLOADING || sources == null || download != null) {
                return; // once there is a registration, it goes on
            }
            from = sources;
            try {
                uri = new URI(state.uri());
            } catch (URISyntaxException e) {
                uri = URI.create("");
            }
        }
        if (uri.getHost() == null || uri.getScheme() == null) {
            noDownload(
                    UpdateResult.INVALID_URI,
                    "invalid-uri",
                    "'" + uri + "' is not an address such as coaps://host:5684/firmware/1");
        } else if (!uri.getScheme().equals("coaps")) {
            noDownload(
                    UpdateResult.UNSUPPORTED_PROTOCOL,
                    "unsupported-protocol",
                    "the device fetches firmware by coaps alone, not by " + uri.getScheme());
        } else {
            fetch(uri, from);
        }
    }

    private void fetch(URI uri, Sources from) {
        Download begun;
        try {
            begun = new Download(surroundings, store, from.open(uri), uri, new Download.Outcome() {
                @Override
                public void whole(byte[] octets) {
                    arrived(octets);
                }

                @Override
                public void failed(UpdateResult result, String reason, String detail) {
                    noDownload(result, reason, detail);
                }
            });
        } catch (IOException e) {
            noDownload(UpdateResult.INVALID_URI, "unreachable", String.valueOf(e.getMessage()));
            return;
        }
        synchronized (this) {
            if (closed || sources != from || download != null) {
                begun.cancel();
                return;
            }
            download = begun;
        }
        surroundings.record(event("downloading").fact("uri", uri.toString()));
        begun.start();
    }

    private void noDownload(UpdateResult result, String reason, String detail) {
        synchronized (this) {
            if (closed || state.phase() != Phase.DOWNLOADING) {
                return;
            }
            download = null;
            keep(state.idle(result));
        }
        surroundings.record(
                event("refused").failed(reason).detail(detail).fact("result", Integer.toString(result.number())));
        changed();
    }

    /** Keeps a state; when it cannot be kept, the device goes on with what it was. */
    private boolean keep(FirmwareState next) {
        try {
            become(next);
            if (next.phase() == Phase.IDLE) {
                store.clear();
            }
            return true;
        } catch (IOException e) {
            notStored(e);
            return false;
        }
    }

    private void become(FirmwareState next) throws IOException {
        store.save(next);
        state = next;
    }

    private void changed() {
        Runnable who;
        synchronized (this) {
            who = watcher;
        }
        who.run();
    }

    private void notStored(IOException e) {
        tell("state", Optional.of("not-stored"), "the firmware's state could not be kept: " + e);
    }

    private void refused(ManifestVerdict.Refused refused, UpdateResult result) {
        surroundings.record(event("refused")
                .refused(Party.DEVICE, refused.reason())
                .detail(refused.detail() + "; " + refused.fix())
                .fact("result", Integer.toString(result.number()))
                .fact("running", state.version()));
    }

    private void tell(String action, Optional<String> failure, String detail) {
        Event.Draft event = event(action).detail(detail);
        failure.ifPresent(event::failed);
        surroundings.record(event);
    }

    private Event.Draft event(String action) {
        return told.of(Stage.FIRMWARE).fact("action", action);
    }
}
