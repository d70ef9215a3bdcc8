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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** Revocation lists in the database, and the account's own. What counts now is a snapshot that is read without a lock. */
public final class StoredRevocation implements RevocationLists {
    private static final Duration PUBLISHED_FOR = Duration.ofDays(7);

    private final Storage storage;
    private final StoredTrust trusted;
    private final CertificateAuthority authority;
    private final Ids ids;
    private final InstantSource clock;
    private final Journal journal;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean fetching = new AtomicBoolean();
    private final AtomicBoolean taking = new AtomicBoolean();
    private volatile Snapshot snapshot;

    private record Snapshot(
            List<UploadedRevocationList> lists, Revocation mode, Map<Service, Current> current, Instant fetchAgainAt) {}

    public StoredRevocation(
            Storage storage,
            StoredTrust trusted,
            CertificateAuthority authority,
            Ids ids,
            InstantSource clock,
            Journal journal) {
        this.storage = storage;
        this.trusted = trusted;
        this.authority = authority;
        this.ids = ids;
        this.clock = clock;
        this.journal = journal;
        this.snapshot = read();
        storage.keep(handle -> true, elsewhere -> changed());
    }

    private Snapshot read() {
        List<UploadedRevocationList> lists = storage.read(RevocationRows::all);
        Revocation mode = modeOf(storage.read(RevocationRows::mode)).orElse(Revocation.SOFT_FAIL);
        List<RevocationRows.Revoked> revoked = revoked();
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
            boolean owns = service == Service.LWM2M && (!revoked.isEmpty() || mode == Revocation.HARD_FAIL);
            if (owns) {
                counting.add(standing(revoked));
            }
            // without any list soft-fail would only remark on every certificate that there is none
            Revocation applied =
                    mode == Revocation.HARD_FAIL ? mode : counting.isEmpty() ? Revocation.OFF : Revocation.SOFT_FAIL;
            current.put(service, new Current(counting, applied));
        }
        Instant again = lists.stream()
                .filter(list -> list.source().isPresent())
                .flatMap(list -> list.nextUpdate().stream())
                .min(Instant::compareTo)
                .orElse(Instant.MAX);
        return new Snapshot(lists, mode, current, again);
    }

    private List<RevocationRows.Revoked> revoked() {
        return storage.read(handle -> RevocationRows.revoked(handle, authority.certificate(), clock.instant()));
    }

    /** For our own server, which is told of every change: it begins and ends with the CA, so that no clock makes it stale. */
    private byte[] standing(List<RevocationRows.Revoked> revoked) {
        return authority.sign(list(
                revoked,
                BigInteger.valueOf(revoked.size() + 1L),
                authority.certificate().getNotBefore().toInstant(),
                authority.certificate().getNotAfter().toInstant()));
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
        return authority.sign(list(revoked(), BigInteger.valueOf(now.toEpochMilli()), now, now.plus(PUBLISHED_FOR)));
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
            snapshot =
                    new Snapshot(present.lists(), present.mode(), present.current(), now.plus(Duration.ofMinutes(1)));
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

    /** As {@link #changed}, some time later on a worker; many changes at once are taken over together, and hold no worker up. */
    public void changedSoon() {
        if (taking.compareAndSet(false, true)) {
            storage.onWorker(() -> {
                taking.set(false);
                changed();
                return true;
            });
        }
    }

    /** Takes over what changed in the database: a list, a revoked certificate, a trusted certificate that went. */
    public synchronized void changed() {
        snapshot = read();
        listeners.forEach(Runnable::run);
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
