package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.RevocationLists;
import dev.onboard.account.RevocationReason;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.UploadedRevocationList;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.RevocationListFile;
import dev.onboard.pki.UnreadableFileException;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Revocation lists in the database, and the account's own. What counts now is a snapshot that is read without a lock. It is
 * another object only when what counts is something else: servers judge their open sessions anew then.
 *
 * <p>Longer than others because each way a list comes or goes ends in the same three steps: store, record, take over.
 */
public final class StoredRevocation implements RevocationLists {
    private static final Duration PUBLISHED_FOR = Duration.ofDays(7);

    private final Storage storage;
    private final StoredTrust trusted;
    private final Supplier<CertificateAuthority> present;
    private final Ids ids;
    private final InstantSource clock;
    private final Journal journal;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean fetching = new AtomicBoolean();
    private final AtomicBoolean taking = new AtomicBoolean();
    private volatile Snapshot snapshot;

    /**
     * @param state of the tables that this was read from
     * @param own the account's own list, when it has one
     */
    private record Snapshot(
            RevocationRows.State state,
            List<UploadedRevocationList> lists,
            Revocation mode,
            List<RevocationRows.Revoked> revoked,
            Optional<byte[]> own,
            Map<Service, Current> current,
            Instant fetchAgainAt) {}

    public StoredRevocation(
            Storage storage,
            StoredTrust trusted,
            Supplier<CertificateAuthority> present,
            Ids ids,
            InstantSource clock,
            Journal journal) {
        this.storage = storage;
        this.trusted = trusted;
        this.present = present;
        this.ids = ids;
        this.clock = clock;
        this.journal = journal;
        this.snapshot = read(Optional.empty());
        storage.keep(this::state, this::changedElsewhere);
    }

    private CertificateAuthority authority() {
        return present.get();
    }

    private RevocationRows.State state(Handle handle) {
        return RevocationRows.state(handle, authority().certificate());
    }

    private void changedElsewhere(RevocationRows.State now) {
        if (!now.equals(snapshot.state())) {
            changed();
        }
    }

    private Snapshot read(Optional<Snapshot> before) {
        RevocationRows.State state = storage.read(this::state);
        List<UploadedRevocationList> lists = storage.read(RevocationRows::all);
        Revocation mode = modeOf(storage.read(RevocationRows::mode)).orElse(Revocation.SOFT_FAIL);
        List<RevocationRows.Revoked> revoked = revoked();
        boolean owns = !revoked.isEmpty() || mode == Revocation.HARD_FAIL;
        Optional<byte[]> own = before.filter(old -> old.revoked().equals(revoked))
                .flatMap(Snapshot::own)
                .or(() -> owns ? Optional.of(standing(revoked)) : Optional.empty());
        return counting(state, lists, mode, revoked, owns ? own : Optional.empty(), before);
    }

    private Snapshot counting(
            RevocationRows.State state,
            List<UploadedRevocationList> lists,
            Revocation mode,
            List<RevocationRows.Revoked> revoked,
            Optional<byte[]> own,
            Optional<Snapshot> before) {
        Map<Service, Current> current = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            List<byte[]> counting = new ArrayList<>();
            if (mode != Revocation.OFF) {
                for (UploadedRevocationList list : lists) {
                    if (trusted.get(list.trustedCertificateId())
                            .filter(certificate -> certificate.service() == service)
                            .isPresent()) {
                        counting.add(list.der());
                    }
                }
            }
            if (service == Service.LWM2M) {
                own.ifPresent(counting::add);
            }
            // without any list soft-fail would only remark on every certificate that there is none
            Revocation applied =
                    mode == Revocation.HARD_FAIL ? mode : counting.isEmpty() ? Revocation.OFF : Revocation.SOFT_FAIL;
            Current now = new Current(counting, applied);
            current.put(
                    service,
                    before.map(old -> old.current().get(service))
                            .filter(old -> isSame(old, now))
                            .orElse(now));
        }
        Instant again = lists.stream()
                .filter(list -> list.source().isPresent())
                .flatMap(list -> list.nextUpdate().stream())
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
        return new Snapshot(state, lists, mode, revoked, own, current, again);
    }

    private static boolean isSame(Current one, Current other) {
        if (one.mode() != other.mode() || one.lists().size() != other.lists().size()) {
            return false;
        }
        for (int i = 0; i < one.lists().size(); i++) {
            if (!Arrays.equals(one.lists().get(i), other.lists().get(i))) {
                return false;
            }
        }
        return true;
    }

    private List<RevocationRows.Revoked> revoked() {
        return storage.read(handle -> RevocationRows.revoked(handle, authority().certificate(), clock.instant()));
    }

    /** For our own server, which is told of every change: it begins and ends with the CA, so that no clock makes it stale. */
    private byte[] standing(List<RevocationRows.Revoked> revoked) {
        return authority()
                .sign(list(
                        revoked,
                        BigInteger.valueOf(revoked.size() + 1L),
                        authority().certificate().getNotBefore().toInstant(),
                        authority().certificate().getNotAfter().toInstant()));
    }

    private static RevocationList list(
            List<RevocationRows.Revoked> revoked, BigInteger number, Instant thisUpdate, Instant nextUpdate) {
        RevocationList list = RevocationList.of(number.longValueExact(), thisUpdate, nextUpdate);
        for (RevocationRows.Revoked each : revoked) {
            list = list.withRevoked(each.serial(), each.at(), cause(each.reason()));
        }
        return list;
    }

    private static RevocationList.Cause cause(RevocationReason reason) {
        return RevocationList.Cause.valueOf(reason.name());
    }

    @Override
    public byte[] own() {
        Instant now = clock.instant();
        return authority().sign(list(revoked(), BigInteger.valueOf(now.toEpochMilli()), now, now.plus(PUBLISHED_FOR)));
    }

    @Override
    public Current current(Service service) {
        Snapshot present = snapshot;
        if (present.fetchAgainAt().isBefore(clock.instant()) && fetching.compareAndSet(false, true)) {
            storage.onWorker(() -> {
                        refreshEnded();
                        return true;
                    })
                    .whenComplete((done, failure) -> fetching.set(false));
        }
        return java.util.Objects.requireNonNull(present.current().get(service));
    }

    /** Lists that have ended are fetched again; one that cannot be had stays as it is and says so in the journal. */
    private void refreshEnded() {
        Instant now = clock.instant();
        for (UploadedRevocationList list : snapshot.lists()) {
            if (list.source().isPresent()
                    && list.nextUpdate().filter(end -> end.isBefore(now)).isPresent()) {
                try {
                    refresh(list.trustedCertificateId(), list.id());
                } catch (AccountException e) {
                    journal.record(Event.of(Stage.TRUST, Party.ACCOUNT)
                            .failed("revocation-list-not-fetched")
                            .detail("the revocation list of " + list.issuer() + " ended and cannot be fetched again: "
                                    + e.getMessage())
                            .fact("trusted_certificate_id", list.trustedCertificateId()));
                }
            }
        }
        Snapshot present = snapshot;
        if (present.fetchAgainAt().isBefore(now)) { // not with every handshake
            snapshot = new Snapshot(
                    present.state(),
                    present.lists(),
                    present.mode(),
                    present.revoked(),
                    present.own(),
                    present.current(),
                    now.plus(Duration.ofMinutes(1)));
        }
    }

    @Override
    public Revocation mode() {
        return snapshot.mode();
    }

    @Override
    public void setMode(Revocation mode) {
        Storage.await(storage.change(
                handle -> {
                    RevocationRows.setMode(handle, word(mode));
                    return mode;
                },
                set -> {}));
        changed();
    }

    private static String word(Revocation mode) {
        return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Optional<Revocation> modeOf(String word) {
        for (Revocation mode : Revocation.values()) {
            if (word(mode).equals(word)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    /**
     * The trusted certificates changed: which lists count at which server is found anew from memory, some time later on a
     * worker; many changes at once are taken over together. Without lists there is nothing to do.
     */
    public void trustChanged() {
        if (!snapshot.lists().isEmpty() && taking.compareAndSet(false, true)) {
            storage.onWorker(() -> {
                taking.set(false);
                countAgain();
                return true;
            });
        }
    }

    private synchronized void countAgain() {
        Snapshot present = snapshot;
        List<UploadedRevocationList> left = present.lists().stream()
                .filter(list -> trusted.get(list.trustedCertificateId()).isPresent())
                .toList();
        exchange(counting(
                present.state(), left, present.mode(), present.revoked(), present.own(), Optional.of(present)));
    }

    /** Takes over what changed in the database: a list, a revoked certificate. */
    public synchronized void changed() {
        exchange(read(Optional.of(snapshot)));
    }

    /** The account's own lists are signed by another CA from now on. */
    public synchronized void authorityChanged() {
        exchange(read(Optional.empty()));
    }

    private void exchange(Snapshot after) {
        Snapshot before = snapshot;
        snapshot = after;
        boolean other = Stream.of(Service.values())
                .anyMatch(service ->
                        before.current().get(service) != after.current().get(service));
        if (other) {
            listeners.forEach(Runnable::run);
        }
    }

    @Override
    public List<UploadedRevocationList> of(String trustedCertificateId) {
        find(trustedCertificateId);
        return snapshot.lists().stream()
                .filter(list -> list.trustedCertificateId().equals(trustedCertificateId))
                .toList();
    }

    private TrustedCertificate find(String id) {
        return trusted.get(id).orElseThrow(() -> AccountException.notFound("trusted certificate", id));
    }

    @Override
    public UploadedRevocationList add(String trustedCertificateId, byte[] list) {
        return keep(find(trustedCertificateId), ids.next(), Optional.empty(), list, "uploaded");
    }

    @Override
    public UploadedRevocationList fetch(String trustedCertificateId, URI source) {
        TrustedCertificate certificate = find(trustedCertificateId);
        return keep(certificate, ids.next(), Optional.of(source), LocalUrl.fetch(source), "fetched");
    }

    @Override
    public UploadedRevocationList refresh(String trustedCertificateId, String id) {
        UploadedRevocationList old = list(trustedCertificateId, id);
        URI source = old.source()
                .orElseThrow(() ->
                        AccountException.invalid("id", "'" + id + "' was uploaded, not fetched; upload a newer list"));
        return keep(find(trustedCertificateId), id, Optional.of(source), LocalUrl.fetch(source), "fetched");
    }

    private UploadedRevocationList list(String trustedCertificateId, String id) {
        return of(trustedCertificateId).stream()
                .filter(list -> list.id().equals(id))
                .findFirst()
                .orElseThrow(() -> AccountException.notFound("revocation list", id));
    }

    private UploadedRevocationList keep(
            TrustedCertificate certificate, String id, Optional<URI> source, byte[] bytes, String what) {
        String field = source.isPresent() ? "url" : "crl";
        RevocationListFile list;
        try {
            list = RevocationListFile.read(bytes, source.map(URI::toString).orElse("the uploaded text"));
        } catch (UnreadableFileException e) {
            throw AccountException.invalid(field, String.valueOf(e.getMessage()));
        }
        if (list.isForgedOf(certificate.chain())) {
            throw AccountException.invalid(
                    field,
                    "is a revocation list in the name of '" + list.issuer() + "' that trusted certificate "
                            + certificate.id() + " did not sign");
        }
        Instant now = clock.instant();
        UploadedRevocationList kept = new UploadedRevocationList(
                id,
                certificate.id(),
                source,
                list.der(),
                list.issuer(),
                list.number().map(BigInteger::toString).orElse(""),
                list.thisUpdate(),
                list.nextUpdate(),
                list.revoked(),
                now);
        Storage.await(storage.change(
                handle -> {
                    RevocationRows.store(handle, kept, now);
                    return kept;
                },
                stored -> {}));
        record(kept, what);
        changed();
        return kept;
    }

    private void record(UploadedRevocationList list, String what) {
        journal.record(Event.of(Stage.TRUST, Party.OPERATOR)
                .detail("revocation list of " + list.issuer() + " " + what + ", with " + list.revoked()
                        + " certificates")
                .fact("change", "revocation-list-" + what)
                .fact("trusted_certificate_id", list.trustedCertificateId())
                .fact("revocation_list_id", list.id()));
    }

    @Override
    public void remove(String trustedCertificateId, String id) {
        UploadedRevocationList old = list(trustedCertificateId, id);
        Storage.await(storage.change(handle -> RevocationRows.remove(handle, id), removed -> {}));
        record(old, "removed");
        changed();
    }

    @Override
    public Journal.Subscription subscribe(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
