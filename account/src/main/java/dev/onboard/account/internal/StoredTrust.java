package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.AnchorPolicy;
import dev.onboard.account.ExecutionMode;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.Service;
import dev.onboard.account.TrustChange;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificate.EnrollmentMode;
import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.account.TrustedCertificateChange;
import dev.onboard.account.TrustedCertificates;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** The trusted certificates in the database, and in memory what a handshake needs of them. */
public final class StoredTrust implements TrustedCertificates {
    private final Storage storage;
    private final String accountId;
    private final Ids ids;
    private final InstantSource clock;
    private final Journal journal;
    private final Supplier<AnchorPolicy> policy;
    private volatile List<X509Certificate> ownChain;
    private final TrustInMemory memory;

    /** Loads what is in the database. */
    public StoredTrust(
            Storage storage,
            String accountId,
            Ids ids,
            InstantSource clock,
            Journal journal,
            Supplier<AnchorPolicy> policy,
            List<X509Certificate> ownChain) {
        this.storage = storage;
        this.accountId = accountId;
        this.ids = ids;
        this.clock = clock;
        this.journal = journal;
        this.policy = policy;
        this.ownChain = List.copyOf(ownChain);
        if (storage.isShared()) {
            Storage.await(storage.change(
                    handle -> {
                        AuthorityRows.add(handle, ownChain, clock.instant());
                        return true;
                    },
                    added -> {}));
        }
        this.memory = new TrustInMemory(storage.read(handle -> contents(handle, Map.of())));
        storage.keep(this::contents, memory::exchange);
    }

    /**
     * Trusts the devices of this CA in place of the one before.
     *
     * @param then done before anybody is told
     */
    public void setOwnChain(List<X509Certificate> chain, Runnable then) {
        List<X509Certificate> next = List.copyOf(chain);
        Storage.await(storage.change(
                handle -> {
                    if (storage.isShared()) {
                        AuthorityRows.add(handle, next, clock.instant());
                    }
                    ownChain = next;
                    return contents(handle);
                },
                contents -> {
                    then.run();
                    memory.exchange(contents);
                }));
    }

    /** A process that has the database to itself trusts its own CA; those that share it trust each other's. */
    private TrustInMemory.Contents contents(Handle handle) {
        return contents(handle, memory.byId());
    }

    private TrustInMemory.Contents contents(Handle handle, Map<String, TrustedCertificate> known) {
        return new TrustInMemory.Contents(
                TrustRows.all(handle, known), storage.isShared() ? AuthorityRows.all(handle) : List.of(ownChain));
    }

    @Override
    public TrustedCertificate add(NewTrustedCertificate upload) {
        UploadedChain chain = UploadedChain.read(upload.certificate());
        return add(upload, chain, ExecutionMode.PRODUCTION, ids.next(), (handle, id) -> {});
    }

    /** Stores a developer certificate under this id; in the same transaction also does what is given. */
    TrustedCertificate addDeveloper(NewTrustedCertificate upload, String newId, BiConsumer<Handle, String> also) {
        UploadedChain chain = UploadedChain.read(upload.certificate());
        return add(upload, chain, ExecutionMode.DEVELOPER, newId, also);
    }

    private TrustedCertificate add(
            NewTrustedCertificate upload,
            UploadedChain chain,
            ExecutionMode executionMode,
            String id,
            BiConsumer<Handle, String> also) {
        Instant now = clock.instant();
        TrustedCertificate wanted = stored(
                id,
                upload.name(),
                upload.description(),
                upload.service(),
                upload.status(),
                upload.enrollmentMode(),
                executionMode,
                chain,
                1,
                now,
                now);
        check(wanted);
        TrustedCertificate added = change(handle -> {
            refuseDuplicate(handle, wanted);
            TrustRows.insert(handle, wanted);
            also.accept(handle, id);
            return wanted;
        });
        record(added, "uploaded");
        return added;
    }

    @Override
    public TrustedCertificate update(String id, TrustedCertificateChange change) {
        Optional<UploadedChain> exchanged = change.certificate().map(UploadedChain::read);
        TrustedCertificate updated = change(handle -> {
            TrustedCertificate old =
                    TrustRows.find(handle, id).orElseThrow(() -> AccountException.notFound("trusted certificate", id));
            if (old.executionMode() == ExecutionMode.DEVELOPER
                    && change.service()
                            .filter(service -> service != old.service())
                            .isPresent()) {
                throw AccountException.invalid("service", "the service of a developer certificate cannot be changed");
            }
            TrustedCertificate wanted = stored(
                    id,
                    change.name().orElse(old.name()),
                    change.description().orElse(old.description()),
                    change.service().orElse(old.service()),
                    change.status().orElse(old.status()),
                    change.enrollmentMode().orElse(old.enrollmentMode()),
                    old.executionMode(),
                    exchanged.orElse(new UploadedChain(old.chain())),
                    old.revision() + 1,
                    old.createdAt(),
                    clock.instant());
            if (exchanged.isPresent()) {
                check(wanted);
            } else {
                checkTexts(wanted);
            }
            refuseDuplicate(handle, wanted);
            TrustRows.update(handle, wanted);
            return wanted;
        });
        record(updated, "updated");
        return updated;
    }

    @Override
    public void remove(String id) {
        TrustedCertificate removed = change(handle -> {
            TrustedCertificate old =
                    TrustRows.find(handle, id).orElseThrow(() -> AccountException.notFound("trusted certificate", id));
            TrustRows.delete(handle, id);
            RevocationRows.removeOf(handle, id);
            handle.createUpdate("DELETE FROM developer_certificate WHERE id = :id")
                    .bind("id", id)
                    .execute();
            return old;
        });
        record(removed, "removed");
    }

    private record Changed(TrustedCertificate one, TrustInMemory.Contents contents) {}

    /** Does the change, and tells what became of the anchors. */
    private TrustedCertificate change(Function<Handle, TrustedCertificate> work) {
        return Storage.await(storage.change(
                        handle -> new Changed(work.apply(handle), contents(handle)),
                        changed -> memory.exchange(changed.contents())))
                .one();
    }

    private TrustedCertificate stored(
            String id,
            String name,
            String description,
            Service service,
            Status status,
            EnrollmentMode enrollmentMode,
            ExecutionMode executionMode,
            UploadedChain chain,
            long revision,
            Instant createdAt,
            Instant updatedAt) {
        X509Certificate anchor = chain.anchor();
        Optional<String> fault = executionMode == ExecutionMode.DEVELOPER ? Optional.empty() : chain.fault(updatedAt);
        return new TrustedCertificate(
                id,
                name,
                description,
                service,
                status,
                enrollmentMode,
                executionMode,
                chain.chain(),
                Fingerprint.sha256(anchor),
                SubjectName.text(anchor),
                anchor.getIssuerX500Principal().getName(),
                fault,
                revision,
                createdAt,
                updatedAt);
    }

    private void check(TrustedCertificate wanted) {
        checkTexts(wanted);
        if (policy.get() == AnchorPolicy.PLATFORM) {
            wanted.fault().ifPresent(fault -> {
                throw AccountException.invalid("certificate", fault);
            });
        }
    }

    private static void checkTexts(TrustedCertificate wanted) {
        Texts.check("name", wanted.name(), 1, 100);
        Texts.check("description", wanted.description(), 0, 500);
    }

    private void refuseDuplicate(Handle handle, TrustedCertificate wanted) {
        for (TrustedCertificate other : TrustRows.all(handle, memory.byId())) {
            if (other.id().equals(wanted.id())) {
                continue;
            }
            if (other.name().equals(wanted.name())) {
                throw AccountException.conflict(
                        "name", "'" + wanted.name() + "' is the name of trusted certificate " + other.id());
            }
            if (other.service() != wanted.service()) {
                continue;
            }
            if (other.fingerprint().equals(wanted.fingerprint())) {
                throw AccountException.conflict(
                        "certificate",
                        "'" + wanted.subject() + "' is trusted already as '" + other.name() + "' (" + other.id() + ")");
            }
            if (policy.get() == AnchorPolicy.PLATFORM
                    && other.certificate()
                            .getSubjectX500Principal()
                            .equals(wanted.certificate().getSubjectX500Principal())) {
                throw AccountException.conflict(
                        "certificate",
                        "the subject '" + wanted.subject() + "' is that of '" + other.name() + "' (" + other.id()
                                + "); remove that one first, or set the account's anchor_policy to testbed");
            }
        }
    }

    private void record(TrustedCertificate certificate, String what) {
        journal.record(Event.of(Stage.TRUST, Party.OPERATOR)
                .detail("trusted certificate '" + certificate.name() + "' " + what + " for "
                        + certificate.service().word())
                .fact("change", what)
                .fact("trusted_certificate_id", certificate.id())
                .fact("service", certificate.service().word())
                .fact("status", certificate.status().name())
                .fact("subject", certificate.subject())
                .fact("fingerprint", certificate.fingerprint()));
    }

    @Override
    public Optional<TrustedCertificate> get(String id) {
        return Optional.ofNullable(memory.byId().get(id));
    }

    @Override
    public List<TrustedCertificate> list() {
        return memory.all();
    }

    @Override
    public Page<TrustedCertificate> list(Query query) {
        return storage.read(
                handle -> TrustRows.listing(clock.instant(), accountId).page(handle, query));
    }

    @Override
    public List<TrustAnchor> anchors(Service service) {
        return memory.anchors(service);
    }

    @Override
    public Journal.Subscription subscribe(Consumer<TrustChange> listener) {
        return memory.subscribe(listener);
    }
}
