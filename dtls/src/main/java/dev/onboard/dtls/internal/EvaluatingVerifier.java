package dev.onboard.dtls.internal;

import dev.onboard.pki.CompactCertificate;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.net.InetSocketAddress;
import java.security.cert.CertPath;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertDescription;
import org.eclipse.californium.scandium.dtls.CertificateMessage;
import org.eclipse.californium.scandium.dtls.CertificateType;
import org.eclipse.californium.scandium.dtls.CertificateVerificationResult;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.x509.NewAdvancedCertificateVerifier;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;

/**
 * Our trust evaluation where Scandium asks for one. Each handshake is judged by the policy in force at that moment; a
 * refusal goes over the wire with the alert of its reason.
 */
final class EvaluatingVerifier implements NewAdvancedCertificateVerifier {
    /** Of a handshake message (RFC 6347 section 4.2.2). */
    private static final int HEADER = 12;

    private final Supplier<TrustPolicy> policy;
    private final InstantSource clock;
    private final HandshakeWatch watch;

    EvaluatingVerifier(Supplier<TrustPolicy> policy, InstantSource clock, HandshakeWatch watch) {
        this.policy = policy;
        this.clock = clock;
        this.watch = watch;
    }

    @Override
    public List<CertificateType> getSupportedCertificateTypes() {
        return List.of(CertificateType.X_509);
    }

    @Override
    public CertificateVerificationResult verifyCertificate(
            ConnectionId cid,
            @Nullable ServerNames serverName,
            InetSocketAddress remotePeer,
            boolean clientUsage,
            boolean verifySubject,
            boolean truncateCertificatePath,
            CertificateMessage message) {
        List<byte[]> chain = certificates(message.toByteArray());
        Verdict verdict = policy.get().evaluate(chain, clock.instant());
        CertPath path = message.getCertificateChain();
        X509Certificate leaf = leaf(path);
        if (leaf != null && verdict instanceof Verdict.Trusted trusted) {
            // a session keeps its peer's certificates as long as it lives
            Verdict.Trusted kept = trusted.compact();
            watch.evaluated(cid, new HandshakeWatch.Evaluated(chain, kept.leaf(), kept));
            return new CertificateVerificationResult(cid, path(path, kept.leaf()), new PeerTrust(kept.leaf(), kept));
        }
        watch.evaluated(cid, new HandshakeWatch.Evaluated(chain, leaf, verdict));
        return verdict instanceof Verdict.Refused refused
                ? new CertificateVerificationResult(cid, CertificateGate.exception(refused), null)
                : new CertificateVerificationResult(cid, path, null);
    }

    /** A path as it was sent, its certificates held compactly. */
    private static CertPath path(CertPath sent, X509Certificate leaf) {
        List<X509Certificate> kept = new ArrayList<>();
        for (Certificate certificate : sent.getCertificates()) {
            kept.add(kept.isEmpty() ? leaf : CompactCertificate.of((X509Certificate) certificate));
        }
        try {
            return CertificateFactory.getInstance("X.509").generateCertPath(kept);
        } catch (CertificateException e) {
            throw new IllegalStateException("every Java makes paths of X.509 certificates", e);
        }
    }

    private static @Nullable X509Certificate leaf(@Nullable CertPath path) {
        if (path == null || path.getCertificates().isEmpty()) {
            return null;
        }
        Certificate first = path.getCertificates().get(0);
        return first instanceof X509Certificate leaf ? leaf : null;
    }

    static AlertDescription description(Verdict.Refused refused) {
        AlertDescription description =
                AlertDescription.getDescriptionByCode(refused.reason().alert().number());
        return description == null ? AlertDescription.BAD_CERTIFICATE : description;
    }

    /** The certificates of a Certificate message as they came, without a parser between. */
    static List<byte[]> certificates(byte[] message) {
        return exactCertificates(Arrays.copyOfRange(message, HEADER, message.length))
                .orElseThrow(() -> new IllegalArgumentException("Scandium read a message whose lengths are wrong"));
    }

    /** The entries of the body of a Certificate message; empty when its lengths do not fit (a decode_error). */
    static Optional<List<byte[]>> exactCertificates(byte[] body) {
        if (body.length < 3 || uint24(body, 0) != body.length - 3) {
            return Optional.empty();
        }
        List<byte[]> chain = new ArrayList<>(3);
        int at = 3;
        while (at < body.length) {
            int end = at + 3 > body.length ? Integer.MAX_VALUE : at + 3 + uint24(body, at);
            if (end > body.length) {
                return Optional.empty();
            }
            chain.add(Arrays.copyOfRange(body, at + 3, end));
            at = end;
        }
        return Optional.of(chain);
    }

    private static int uint24(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff);
    }

    /** None: a device sends the certificate it has, and gets a reason when it is not trusted. */
    @Override
    public List<X500Principal> getAcceptedIssuers() {
        return List.of();
    }

    @Override
    public void setResultHandler(HandshakeResultHandler resultHandler) {
        // every chain is judged at once
    }
}
