package dev.onboard.device.internal;

import dev.onboard.device.internal.FirmwareCheck.Checked;
import dev.onboard.device.internal.FirmwareState.Phase;
import dev.onboard.device.internal.FirmwareState.Route;
import dev.onboard.device.internal.FirmwareState.UpdateResult;
import dev.onboard.device.internal.PlatformResult.Outcome;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.ManifestReason;
import dev.onboard.manifest.ManifestVerdict;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UpdateTrust;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.SubjectName;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.jspecify.annotations.Nullable;

/**
 * A device's firmware in one life from power on to power off, and how it is updated: by the Firmware Update object's state machine
 * (OMA, object 5, version 1.0), or by the platform's object 10252; one update at a time. A package of object 5 holds its image,
 * and is pushed to /5/0/0 or fetched from /5/0/1. A manifest of object 10252 says where its image is; the device fetches and
 * installs it without being asked again, as the platform's client does when its application grants both. Either is checked
 * when it is whole, and again, from the octets that are then installed, at the next start.
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
    private final FirmwareStore store;
    private final FirmwareCheck check;
    private FirmwareState state;
    private Runnable watcher = () -> {};
    private Runnable reboot = () -> {};
    private @Nullable Sources sources;
    private @Nullable Download download;
    private Surroundings.Timer standstill = Surroundings.Timer.NONE;
    /** The first block of a pushed body came, and not yet the last. */
    private boolean receiving;
    /** A manifest came, and is not yet judged. */
    private boolean processing;

    private boolean closed;

    /** Where a device fetches from. */
    interface Sources {
        /** The way to this address; blocks while the host is looked up. */
        Download.Source open(URI uri) throws IOException;

        /** Whether that may be by CoAP without DTLS. */
        boolean takesPlain();

        /** The way to the LwM2M server itself. */
        Download.Source server() throws IOException;
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
        this.store = store;
        this.check = new FirmwareCheck(bundle, expiry, clock, store);
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
            } else if (state.phase() == Phase.DOWNLOADING
                    && state.route() == Route.PACKAGE
                    && state.uri().isEmpty()) {
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
        boolean byManifest = state.route() == Route.MANIFEST;
        byte[] signed = byManifest ? store.readManifest() : octets;
        Checked checked = byManifest ? check.fetched(state, signed, octets) : check.packaged(state, octets);
        ManifestFormat format = SignedManifest.formatOf(signed);
        if (checked.verdict() instanceof ManifestVerdict.Accepted accepted) {
            String before = state.version();
            store.saveRunning(checked.image());
            become(state.installed(
                    accepted.manifest(),
                    Fingerprint.sha256(checked.image()),
                    byManifest ? Outcome.DONE.of(format) : PlatformResult.NONE));
            surroundings.record(event("installed")
                    .fact("version", state.version())
                    .fact("before", before)
                    .fact("result", Integer.toString(result())));
        } else if (checked.verdict() instanceof ManifestVerdict.Refused refused) {
            become(byManifest ? state.manifestEnded(Outcome.INSTALLATION_FAILED.of(format)) : state.updateFailed());
            refused(refused);
        }
    }

    /** What the object by which the last update came says of it. */
    private int result() {
        return state.route() == Route.MANIFEST
                ? state.platformResult()
                : state.result().number();
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

    /** There is a registration: its observers are told of changes, and what was interrupted goes on. */
    void online(Sources from, Runnable changed, Runnable startAgain) {
        boolean fetching;
        boolean installing;
        synchronized (this) {
            sources = from;
            watcher = changed;
            reboot = startAgain;
            fetching = state.phase() == Phase.DOWNLOADING && !state.uri().isEmpty();
            installing = state.phase() == Phase.DOWNLOADED && state.route() == Route.MANIFEST;
        }
        if (fetching) {
            surroundings.work(this::fetch);
        } else if (installing) {
            surroundings.work(this::installFetched);
        }
    }

    /** The registration ended. Blocks. */
    void offline() {
        synchronized (this) {
            sources = null;
            watcher = () -> {};
            if (download != null) {
                download.cancel();
                download = null;
            }
        }
        sessionLost();
    }

    /** The session in which a body was pushed is over, and so is the body. Blocks. */
    void sessionLost() {
        standsStill("the session in which the package came ended before it was whole");
    }

    /** Whether the server has something to do or to bring yet. */
    synchronized boolean isUnderWay() {
        return receiving || processing || state.phase() == Phase.DOWNLOADING || state.phase() == Phase.DOWNLOADED;
    }

    /** /3/0/3. */
    public synchronized String version() {
        return state.version();
    }

    /** What object 5 shows: of an update by the other object nothing. */
    synchronized FirmwareState shown() {
        return receiving ? state.downloading("") : state.route() == Route.MANIFEST ? state.idle(state.result()) : state;
    }

    /** What is kept. */
    synchronized FirmwareState kept() {
        return state;
    }

    /** /10252/0/2: of an update by the other object nothing. */
    synchronized int platformState() {
        if (processing) {
            return 2;
        }
        return state.route() == Route.PACKAGE
                ? 1
                : switch (state.phase()) {
                    case IDLE -> 1;
                    case DOWNLOADING -> 4;
                    case DOWNLOADED -> 6;
                    case UPDATING -> 7;
                };
    }

    /** /10252/0/1: a manifest, judged once the answer has left. */
    ManagedObject.Execution manifest(byte[] octets) {
        synchronized (this) {
            Optional<Answer> busy = busy();
            if (busy.isPresent()) {
                return ManagedObject.Execution.of(busy.get());
            }
            processing = true;
        }
        return new ManagedObject.Execution(Answer.of(ResponseCode.CHANGED), () -> {
            changed();
            judge(octets);
            changed();
            fetch();
        });
    }

    /** Keeps a manifest that is accepted, and begins to fetch what it is for. Blocks. */
    private synchronized void judge(byte[] octets) {
        processing = false;
        if (closed) {
            return;
        }
        ManifestFormat format = SignedManifest.formatOf(octets);
        try {
            ManifestVerdict verdict = check.manifest(state, octets);
            if (verdict instanceof ManifestVerdict.Accepted accepted) {
                store.saveManifest(octets);
                keep(state.byManifest(accepted.manifest().uri()));
            } else if (verdict instanceof ManifestVerdict.Refused refused) {
                keep(state.manifestEnded(PlatformResult.of(format, refused)));
                refused(refused);
            }
        } catch (IOException e) {
            notStored(e);
            keep(state.manifestEnded(Outcome.NOT_STORED.of(format)));
        }
    }

    /** What a manifest is for is here: installs it at the next start, which this asks for. Blocks. */
    private void installFetched() {
        Runnable startAgain;
        synchronized (this) {
            if (closed || state.phase() != Phase.DOWNLOADED || !keep(state.updating())) {
                return;
            }
            startAgain = reboot;
        }
        changed();
        surroundings.record(event("updating"));
        startAgain.run();
    }

    /** The first block of a larger body for /5/0/0 has come. */
    void receiving() {
        synchronized (this) {
            if (closed || processing || state.phase() != Phase.IDLE) {
                return;
            }
            receiving = true;
            standstill.cancel();
            standstill = surroundings.after(
                    PATIENCE,
                    () -> surroundings.work(() -> standsStill("the package stopped coming before it was whole")));
        }
        changed();
    }

    private void standsStill(String why) {
        synchronized (this) {
            if (!receiving || closed) {
                return;
            }
            receiving = false;
            standstill.cancel();
            keep(state.idle(UpdateResult.CONNECTION_LOST));
        }
        tell("refused", Optional.of("connection-lost"), why);
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
        if (processing || state.phase() != Phase.IDLE && state.route() == Route.MANIFEST) {
            return Optional.of(
                    Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "an update by object 10252 is under way"));
        }
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
            if (state.route() == Route.MANIFEST) {
                Optional<Answer> busy = busy();
                if (busy.isPresent()) {
                    return busy.get();
                }
            }
            if (download != null) {
                download.cancel();
                download = null;
            }
            receiving = false;
            standstill.cancel();
            state = state.downloading("").idle(UpdateResult.INITIAL);
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
            if (state.phase() != Phase.DOWNLOADED || state.route() != Route.PACKAGE) {
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

    /** A whole package is here, or what a manifest is for: check it, and keep it if it may be installed. Blocks. */
    private void arrived(byte[] octets) {
        boolean installing;
        synchronized (this) {
            if (closed || state.phase() != Phase.DOWNLOADING) {
                return;
            }
            download = null;
            try {
                kept(octets);
            } catch (IOException e) {
                notStored(e);
                keep(
                        state.route() == Route.MANIFEST
                                ? state.manifestEnded(Outcome.NOT_STORED.of(ManifestFormat.PLATFORM_V3))
                                : state.idle(UpdateResult.NOT_ENOUGH_FLASH));
            }
            installing = state.phase() == Phase.DOWNLOADED && state.route() == Route.MANIFEST;
        }
        changed();
        if (installing) {
            installFetched();
        }
    }

    private void kept(byte[] octets) throws IOException {
        boolean byManifest = state.route() == Route.MANIFEST;
        byte[] signed = byManifest ? store.readManifest() : octets;
        Checked checked = byManifest ? check.fetched(state, signed, octets) : check.packaged(state, octets);
        if (checked.verdict() instanceof ManifestVerdict.Accepted accepted) {
            store.savePackage(octets);
            keep(state.downloaded(accepted.manifest().versionText()));
            store.clearDownload();
            surroundings.record(event("downloaded")
                    .fact("version", state.packageVersion())
                    .fact("octets", Integer.toString(octets.length))
                    .fact("signer", SubjectName.text(accepted.signer())));
        } else if (checked.verdict() instanceof ManifestVerdict.Refused refused) {
            keep(
                    byManifest
                            ? state.manifestEnded(PlatformResult.of(SignedManifest.formatOf(signed), refused))
                            : state.idle(result(refused)));
            refused(refused);
        }
    }

    /** What OMA's object has for a reason of ours. */
    private static UpdateResult result(ManifestVerdict.Refused refused) {
        ManifestReason reason = refused.kind().orElse(ManifestReason.BAD_SIGNATURE);
        return switch (reason) {
            case MALFORMED,
                    UNSUPPORTED,
                    UNSUPPORTED_PAYLOAD,
                    WRONG_COMPONENT,
                    WRONG_VENDOR,
                    WRONG_CLASS,
                    PAYLOAD_MISSING -> UpdateResult.UNSUPPORTED_PACKAGE;
            case ROLLBACK, WRONG_PRECURSOR -> UpdateResult.UPDATE_FAILED;
            default -> UpdateResult.INTEGRITY_CHECK_FAILED;
        };
    }

    /** Blocks. */
    private void fetch() {
        String address;
        boolean byManifest;
        Sources from;
        synchronized (this) {
            if (closed || state.phase() != Phase.DOWNLOADING || sources == null || download != null) {
                return; // once there is a registration, it goes on
            }
            from = sources;
            address = state.uri();
            byManifest = state.route() == Route.MANIFEST;
        }
        Optional<URI> uri = uri(address);
        String scheme = uri.map(URI::getScheme).orElse("");
        if ((scheme.equals("coaps") || scheme.equals("coap") && from.takesPlain())
                && uri.get().getHost() != null) {
            fetch(address, () -> from.open(uri.get()), Download.get(uri.get()), from);
        } else if (byManifest && !address.isEmpty() && !scheme.equals("coap")) {
            // as the platform's client: the server has it, wherever on the web the manifest says that it is
            fetch(address, from::server, Download.byProxy(address), from);
        } else if (uri.isEmpty() || uri.get().getHost() == null || scheme.isEmpty()) {
            noDownload(
                    UpdateResult.INVALID_URI,
                    "invalid-uri",
                    "'" + address + "' is not an address such as coaps://host:5684/firmware/1");
        } else {
            noDownload(
                    UpdateResult.UNSUPPORTED_PROTOCOL,
                    "unsupported-protocol",
                    "the device fetches firmware by " + (from.takesPlain() ? "coaps and coap" : "coaps alone")
                            + ", not by " + scheme);
        }
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** How a way is opened; blocks. */
    private interface Opening {
        Download.Source open() throws IOException;
    }

    private void fetch(String address, Opening way, Supplier<Request> asking, Sources from) {
        Download begun;
        try {
            begun = new Download(surroundings, store, way.open(), address, asking, new Download.Outcome() {
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
        surroundings.record(event("downloading").fact("uri", address));
        begun.start();
    }

    private void noDownload(UpdateResult result, String reason, String detail) {
        synchronized (this) {
            if (closed || state.phase() != Phase.DOWNLOADING) {
                return;
            }
            download = null;
            keep(state.route() == Route.MANIFEST ? state.manifestEnded(platform(result)) : state.idle(result));
            surroundings.record(
                    event("refused").failed(reason).detail(detail).fact("result", Integer.toString(result())));
        }
        changed();
    }

    /** What the platform's client says when something cannot be fetched. */
    private int platform(UpdateResult result) {
        Outcome outcome = switch (result) {
            case INVALID_URI, UNSUPPORTED_PROTOCOL -> Outcome.INVALID_URI;
            case NOT_ENOUGH_FLASH, OUT_OF_MEMORY -> Outcome.NOT_STORED;
            default -> Outcome.CONNECTION_LOST;
        };
        ManifestFormat format;
        try {
            format = SignedManifest.formatOf(store.readManifest());
        } catch (IOException e) {
            notStored(e);
            format = ManifestFormat.PLATFORM_V3;
        }
        return outcome.of(format);
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

    private void refused(ManifestVerdict.Refused refused) {
        surroundings.record(event("refused")
                .refused(Party.DEVICE, refused.reason())
                .detail(refused.detail() + "; " + refused.fix())
                .fact("result", Integer.toString(result()))
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
