package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.Admission;
import dev.onboard.account.Device;
import dev.onboard.account.DeviceDirectory;
import dev.onboard.account.DeviceEvents.Type;
import dev.onboard.account.DeviceState;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.Labels;
import dev.onboard.account.NewDevice;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.Registration;
import dev.onboard.account.Service;
import dev.onboard.account.Suspension;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificate.EnrollmentMode;
import dev.onboard.account.TrustedCertificates;
import dev.onboard.account.internal.AdmissionRules.Decision;
import dev.onboard.account.internal.DeviceRows.Row;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;

/** The devices in the database. Longer than usual because it is the whole directory. */
public final class StoredDevices implements DeviceDirectory {
    private final Storage storage;
    private final TrustedCertificates trusted;
    private final Ids ids;
    private final InstantSource clock;
    private final Journal journal;

    public StoredDevices(Storage storage, TrustedCertificates trusted, Ids ids, InstantSource clock, Journal journal) {
        this.journal = journal;
        this.storage = storage;
        this.trusted = trusted;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Admission> admitToBootstrap(String endpoint, X509Certificate leaf, TrustAnchor anchor) {
        return admit(Service.BOOTSTRAP, anchor, rules(endpoint, leaf, anchor)::asClaimant);
    }

    @Override
    public CompletionStage<Admission> admitToLwm2m(String endpoint, X509Certificate leaf, TrustAnchor anchor) {
        AdmissionRules rules = rules(endpoint, leaf, anchor);
        String fingerprint = Fingerprint.sha256(leaf);
        boolean own = anchor.id().equals(TrustedCertificates.OWN_LWM2M_DEVICE_CA);
        return admit(Service.LWM2M, anchor, (handle, enrollment) -> {
            Optional<IssuedCertificate> issued = IssuedRows.byFingerprint(handle, fingerprint);
            return own || issued.isPresent() ? rules.asIssued(handle, issued) : rules.asClaimant(handle, enrollment);
        });
    }

    private AdmissionRules rules(String endpoint, X509Certificate leaf, TrustAnchor anchor) {
        return new AdmissionRules(endpoint, leaf, anchor, ids.next(), clock.instant());
    }

    private interface Decide {
        Decision decide(Handle handle, EnrollmentCheck enrollment);
    }

    /** What is trusted is read anew before, where another process may have changed it. */
    private CompletionStage<Admission> admit(Service service, TrustAnchor anchor, Decide rules) {
        return storage.current().thenCompose(current -> admitNow(service, anchor, rules));
    }

    private CompletionStage<Admission> admitNow(Service service, TrustAnchor anchor, Decide rules) {
        if (trusted.anchors(service).stream().noneMatch(active -> active.id().equals(anchor.id()))) {
            return CompletableFuture.completedFuture(new Admission.Refused(
                    Admission.Refusal.UNKNOWN_CA,
                    "trusted certificate " + anchor.id() + " does not count at " + service.word()
                            + " any more; upload or activate it again"));
        }
        EnrollmentCheck enrollment = this::isEnrolled;
        // on the thread of the storage first, and then, when it is written, on that of whoever waits
        List<Event.Draft> alarms = new CopyOnWriteArrayList<>();
        return storage.write(handle -> {
                    Decision decision = rules.decide(handle, enrollment);
                    alarms.clear();
                    if (decision instanceof Decision.Store store) {
                        sharedKey(handle, store, anchor).ifPresent(alarms::add);
                    }
                    return carryOut(handle, decision, anchor);
                })
                .thenApply(admission -> {
                    alarms.forEach(journal::record);
                    return admission;
                });
    }

    /** Each device has a key of its own (OMA Transport 5.2.1), but for those that share a developer certificate. */
    private static Optional<Event.Draft> sharedKey(Handle handle, Decision.Store store, TrustAnchor anchor) {
        Device device = store.row().device();
        Optional<String> key = device.binding().map(Device.Binding::key);
        Optional<String> before =
                store.before().flatMap(row -> row.device().binding()).map(Device.Binding::key);
        if (key.isEmpty() || key.equals(before) || anchor.kind() == TrustAnchor.Kind.DEVELOPER) {
            return Optional.empty();
        }
        List<String> others = DeviceRows.withKey(handle, key.get(), device.id());
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Event.of(Stage.ADMISSION, Party.ACCOUNT)
                                .endpoint(device.endpoint())
                                .fact("alarm", "key-shared")
                                .fact("public_key", key.get())
                                .fact("devices", String.join(" ", others))
                                .detail(
                                        "'" + device.endpoint() + "' came with the key of '"
                                                + String.join("', '", others)
                                                + "'; each device needs a key of its own, so make one of them anew (OMA Transport 5.2.1)"));
    }

    private Admission carryOut(Handle handle, Decision decision, TrustAnchor anchor) {
        if (decision instanceof Decision.Store store) {
            if (store.before().isPresent()) {
                DeviceRows.update(handle, store.before().get(), store.row());
            } else if (!DeviceRows.insert(handle, store.row())) {
                throw AccountException.conflict(
                        "endpoint_name",
                        "'" + store.row().device().endpoint() + "' was claimed by another process at the same moment");
            }
            tell(
                    handle,
                    Type.DEVICE_ADMITTED,
                    store.before().map(Row::device),
                    store.row().device());
            EnrollmentRows.claim(handle, store.row().device(), clock.instant());
            return new Admission.Admitted(store.row().device());
        }
        if (decision instanceof Decision.Deny deny) {
            EnrollmentRows.deny(handle, ids.next(), deny.endpoint(), anchor.id(), clock.instant());
            return deny.refused();
        }
        return ((Decision.Answer) decision).admission();
    }

    private boolean isEnrolled(Handle handle, TrustAnchor anchor, X509Certificate leaf, Instant now) {
        boolean listedOnly = trusted.get(anchor.id())
                .map(TrustedCertificate::enrollmentMode)
                .filter(mode -> mode == EnrollmentMode.ENROLLED_DEVICES)
                .isPresent();
        return !listedOnly || EnrollmentRows.isOpen(handle, Fingerprint.enrollmentIdentity(leaf), now);
    }

    @Override
    public CompletionStage<Void> bootstrapped(String endpoint) {
        return later(
                endpoint,
                Type.DEVICE_BOOTSTRAPPED,
                device -> Changed.of(device)
                        .state(
                                device.state() == DeviceState.REGISTERED
                                        ? DeviceState.REGISTERED
                                        : DeviceState.BOOTSTRAPPED)
                        .bootstrappedAt(clock.instant()));
    }

    @Override
    public CompletionStage<Void> registered(String endpoint, Registration registration) {
        return later(
                endpoint,
                Type.DEVICE_REGISTERED,
                device -> Changed.of(device)
                        .state(DeviceState.REGISTERED)
                        .registeredAt(clock.instant())
                        .labels(device.labels().said(registration.fact("vendor_id"), registration.fact("device_class")))
                        .registration(registration));
    }

    @Override
    public CompletionStage<Void> updated(String endpoint, Registration changes) {
        return later(endpoint, Type.DEVICE_UPDATED, device -> {
            Map<String, String> facts = new TreeMap<>(device.registration().facts());
            facts.putAll(changes.facts());
            return Changed.of(device).state(DeviceState.REGISTERED).registration(new Registration(facts));
        });
    }

    @Override
    public CompletionStage<Void> deregistered(String endpoint) {
        return later(
                endpoint, Type.DEVICE_DEREGISTERED, device -> Changed.of(device).state(DeviceState.DEREGISTERED));
    }

    /** A device that is not known any more is left alone: it was removed while the message travelled. */
    private CompletionStage<Void> later(String endpoint, Type type, Function<Device, Changed> change) {
        return storage.writeSoon(handle -> {
                    DeviceRows.byEndpoint(handle, endpoint)
                            .ifPresent(row -> store(handle, row, type, change.apply(row.device())));
                    return true;
                })
                .thenAccept(done -> {});
    }

    private Device store(Handle handle, Row row, Type type, Changed change) {
        Device changed = change.at(clock.instant());
        DeviceRows.update(handle, row, row.with(changed));
        tell(handle, type, Optional.of(row.device()), changed);
        return changed;
    }

    private void tell(Handle handle, Type type, Optional<Device> before, Device after) {
        StoredDeviceEvents.record(handle, ids.next(), type, before, after, clock.instant());
    }

    private Device now(Type type, Function<Handle, Optional<Row>> find, String name, UnaryOperator<Changed> change) {
        return Storage.await(storage.write(handle -> {
            Row row = find.apply(handle).orElseThrow(() -> AccountException.notFound("device", name));
            return store(handle, row, type, change.apply(Changed.of(row.device())));
        }));
    }

    private Device now(Type type, String id, UnaryOperator<Changed> change) {
        return now(type, handle -> DeviceRows.byId(handle, id), id, change);
    }

    @Override
    public Device release(String endpoint) {
        return now(Type.DEVICE_RELEASED, handle -> DeviceRows.byEndpoint(handle, endpoint), endpoint, Changed::unbound);
    }

    @Override
    public Device add(NewDevice wanted) {
        Texts.check("endpoint_name", wanted.endpoint(), 1, 64);
        Instant now = clock.instant();
        Device device = new Device(
                ids.next(),
                wanted.endpoint(),
                wanted.state(),
                wanted.executionMode(),
                wanted.caId(),
                wanted.deviceKey(),
                wanted.issuerFingerprint(),
                Optional.empty(),
                wanted.labels(),
                wanted.customAttributes(),
                Registration.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1,
                now,
                now);
        check(device.labels());
        return Storage.await(storage.write(handle -> {
            if (!DeviceRows.insert(handle, new Row(device, 0))) {
                throw AccountException.conflict(
                        "endpoint_name", "'" + device.endpoint() + "' is the endpoint name of a device already");
            }
            tell(handle, Type.DEVICE_CREATED, Optional.empty(), device);
            return device;
        }));
    }

    @Override
    public Device relabel(String id, Labels labels, Map<String, String> customAttributes) {
        check(labels);
        return now(Type.DEVICE_UPDATED, id, device -> device.labels(labels).customAttributes(customAttributes));
    }

    private static void check(Labels labels) {
        Texts.check("name", labels.name(), 0, 128);
        Texts.check("description", labels.description(), 0, 2000);
        Texts.check("endpoint_type", labels.endpointType().orElse(""), 0, 64);
        Texts.check("device_class", labels.deviceClass().orElse(""), 0, 32);
        Texts.check("vendor_id", labels.vendorId().orElse(""), 0, 255);
        Texts.check("serial_number", labels.serialNumber().orElse(""), 0, 64);
    }

    @Override
    public Device suspend(String id, String category, String description) {
        Texts.check("category", category, 0, 32);
        Texts.check("description", description, 0, 2000);
        return now(
                Type.DEVICE_SUSPENDED,
                id,
                device -> device.suspension(Optional.of(new Suspension(category, description, clock.instant()))));
    }

    @Override
    public Device resume(String id) {
        return now(Type.DEVICE_RESUMED, id, device -> device.suspension(Optional.empty()));
    }

    @Override
    public void remove(String id) {
        Storage.await(storage.write(handle -> {
            Device removed = DeviceRows.byId(handle, id)
                    .orElseThrow(() -> AccountException.notFound("device", id))
                    .device();
            tell(handle, Type.DEVICE_REMOVED, Optional.of(removed), removed);
            return DeviceRows.delete(handle, id);
        }));
    }

    @Override
    public Optional<Device> get(String id) {
        return storage.read(handle -> DeviceRows.byId(handle, id)).map(Row::device);
    }

    @Override
    public Optional<Device> byEndpoint(String endpoint) {
        return storage.read(handle -> DeviceRows.byEndpoint(handle, endpoint)).map(Row::device);
    }

    @Override
    public Page<Device> list(Query query) {
        return storage.read(handle -> DeviceRows.LISTING.page(handle, query));
    }

    @Override
    public Map<DeviceState, Long> count() {
        return storage.read(DeviceRows::countByState);
    }
}
