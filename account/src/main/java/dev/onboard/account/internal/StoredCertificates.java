package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateIssuer;
import dev.onboard.account.Device;
import dev.onboard.account.IssueRequest;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.IssuedCertificates;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.RevocationReason;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/** Issuing, and the certificates that were issued, in the database. */
public final class StoredCertificates implements IssuedCertificates {
    /** How often a serial may have been used before; once would be a fault of the random numbers. */
    private static final int ATTEMPTS = 3;

    /** 20 octets, positive. */
    private static final int SERIAL_BITS = 159;

    private final Set<BigInteger> inUse = ConcurrentHashMap.newKeySet();
    private final Storage storage;
    private final String accountId;
    private final Ids ids;
    private final InstantSource clock;
    private final Journal journal;
    private final StoredIssuers issuers;
    private final Runnable revoked;

    /** @param revoked told after a certificate was revoked, before {@link #revoke} returns */
    public StoredCertificates(
            Storage storage,
            String accountId,
            Ids ids,
            InstantSource clock,
            Journal journal,
            StoredIssuers issuers,
            Runnable revoked) {
        this.storage = storage;
        this.accountId = accountId;
        this.ids = ids;
        this.clock = clock;
        this.journal = journal;
        this.issuers = issuers;
        this.revoked = revoked;
    }

    /** A device that gets a certificate, who signs it, and the serial kept for it. */
    private record Prepared(Device device, CertificateIssuer issuer, BigInteger serial) {}

    /** A certificate that was stored, or empty when its issuer had used the serial before. */
    private record Stored(Optional<IssuedCertificate> certificate, X509Certificate issuer) {}

    /** Has a certificate issued; the stage completes when it is stored for good. */
    public CompletionStage<IssuedCertificate> issue(IssueRequest request) {
        Instant start = clock.instant();
        return attempt(request, ATTEMPTS)
                .whenComplete((signed, failure) -> record(request, signed, failure, start))
                .thenApply(signed -> signed.certificate().orElseThrow());
    }

    private CompletableFuture<Stored> attempt(IssueRequest request, int left) {
        return storage.readLater(handle -> prepare(handle, request))
                .thenCompose(prepared -> sign(request, prepared))
                .thenCompose(signed -> {
                    if (signed.certificate().isPresent()) {
                        return CompletableFuture.completedFuture(signed);
                    }
                    if (left <= 1) {
                        return CompletableFuture.failedFuture(AccountException.conflict(
                                "serial",
                                "the certificate issuer '"
                                        + signed.issuer().getSubjectX500Principal()
                                        + "' uses serial numbers again; look at how it makes them"));
                    }
                    return attempt(request, left - 1);
                });
    }

    /** Looks the device up, and keeps a serial that is neither used nor being used: before anything is signed with it. */
    private Prepared prepare(Handle handle, IssueRequest request) {
        Device device = DeviceRows.byEndpoint(handle, request.endpoint())
                .orElseThrow(() -> AccountException.notFound("device", request.endpoint()))
                .device();
        CertificateIssuer issuer = issuers.active(handle);
        while (true) {
            BigInteger serial = new BigInteger(SERIAL_BITS, ids.random()).setBit(SERIAL_BITS - 1);
            boolean used = issuer.certificate()
                    .filter(own -> IssuedRows.isUsed(handle, IssuedRows.serial(serial), own))
                    .isPresent();
            if (!used && inUse.add(serial)) {
                return new Prepared(device, issuer, serial);
            }
        }
    }

    private CompletableFuture<Stored> sign(IssueRequest request, Prepared prepared) {
        Device device = prepared.device();
        return prepared.issuer()
                .issue(new CertificateIssuer.Subject(
                        request.endpoint(),
                        accountId,
                        device.id(),
                        request.publicKey(),
                        prepared.serial(),
                        request.proof()))
                .thenCompose(signed -> storage.write(handle -> store(handle, device, signed)))
                .whenComplete((stored, failure) -> inUse.remove(prepared.serial()))
                .toCompletableFuture();
    }

    /** Empty when the issuer has used this serial before: that certificate is never handed out. */
    private Stored store(Handle handle, Device device, CertificateIssuer.Signed signed) {
        List<X509Certificate> chain = signed.chain();
        IssuedCertificate issued = new IssuedCertificate(
                ids.next(),
                IssuedRows.serial(chain.get(0).getSerialNumber()),
                device.endpoint(),
                device.id(),
                IssuedRows.newestGeneration(handle, device.id()) + 1,
                chain,
                Optional.empty(),
                clock.instant());
        boolean stored = IssuedRows.insert(handle, issued, signed.issuer());
        return new Stored(stored ? Optional.of(issued) : Optional.empty(), signed.issuer());
    }

    private void record(
            IssueRequest request,
            @org.jspecify.annotations.Nullable Stored signed,
            @org.jspecify.annotations.Nullable Throwable failure,
            Instant start) {
        Event.Draft event = Event.of(Stage.ISSUED, Party.CERTIFICATE_ISSUER)
                .endpoint(request.endpoint())
                .took(Duration.between(start, clock.instant()));
        if (signed == null) {
            Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
            notIssued(event, cause);
        } else {
            IssuedCertificate issued = signed.certificate().orElseThrow();
            event.fact("serial", issued.serial())
                    .fact("issuer", signed.issuer().getSubjectX500Principal().getName())
                    .fact("device_id", issued.deviceId())
                    .fact("generation", Integer.toString(issued.generation()))
                    .fact(
                            "not_after",
                            issued.certificate().getNotAfter().toInstant().toString());
        }
        journal.record(event);
    }

    /** Who said no: the issuer, or the account to what the issuer answered; nobody when it was not reached. */
    private static void notIssued(Event.Draft event, @org.jspecify.annotations.Nullable Throwable cause) {
        String reason =
                cause instanceof AccountException account ? account.reason().orElse("not-issued") : "not-issued";
        if (reason.equals(IssuerAnswers.REFUSED)) {
            event.refused(Party.CERTIFICATE_ISSUER, reason);
        } else if (reason.startsWith(IssuerAnswers.WRONG)) {
            event.refused(Party.ACCOUNT, reason);
        } else {
            event.failed(reason);
        }
        event.detail(cause == null ? "no certificate" : String.valueOf(cause.getMessage()));
    }

    private static String canonical(String serial) {
        String digits = serial.toLowerCase(Locale.ROOT).replace(":", "");
        int zeros = 0;
        while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
            zeros++;
        }
        return digits.substring(zeros);
    }

    @Override
    public Optional<IssuedCertificate> bySerial(String serial) {
        return storage.read(handle -> IssuedRows.bySerial(handle, canonical(serial)));
    }

    @Override
    public List<IssuedCertificate> byEndpoint(String endpoint) {
        return storage.read(handle -> IssuedRows.byEndpoint(handle, endpoint));
    }

    @Override
    public Page<IssuedCertificate> list(Query query) {
        return storage.read(handle -> IssuedRows.LISTING.page(handle, query));
    }

    @Override
    public IssuedCertificate revoke(String serial, RevocationReason reason) {
        String canonical = canonical(serial);
        IssuedCertificate certificate = Storage.await(storage.change(
                handle -> {
                    IssuedCertificate issued = IssuedRows.bySerial(handle, canonical)
                            .orElseThrow(() -> AccountException.notFound("issued certificate", serial));
                    IssuedRows.revoke(handle, issued.id(), reason, clock.instant());
                    return IssuedRows.bySerial(handle, canonical).orElseThrow();
                },
                revokedNow -> {}));
        revoked.run();
        return certificate;
    }
}
