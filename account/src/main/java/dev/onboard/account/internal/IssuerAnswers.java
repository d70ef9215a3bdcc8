package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateIssuer.Signed;
import dev.onboard.account.CertificateIssuer.Subject;
import dev.onboard.account.RequestSigner;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EndpointMatch;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.Reason;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Checks what a third-party issuer answers before anything of it reaches a device: the key, the name, and that the LwM2M
 * server would admit a device which shows this certificate <em>alone</em>, for a device is given nothing above it.
 */
public record IssuerAnswers(String accountId, Supplier<TrustPolicy> trust, InstantSource clock) {
    /** Reasons that begin so: the account refused what the issuer answered. */
    static final String WRONG = "issuer-answer-";

    static final String REFUSED = "issuer-refused";
    static final String UNTRUSTED = WRONG + "not-trusted";
    private static final String TRIAL = "onboard-issuer-trial";

    /** A certificate that nobody gets: made to see whether the issuer signs. */
    Subject trial(SecureRandom random) {
        KeyPair keys = KeyAlgorithm.P256.generate(random);
        return new Subject(
                TRIAL, accountId, "0".repeat(32), keys.getPublic(), BigInteger.ONE, RequestSigner.with(keys));
    }

    Signed check(String issuer, Subject asked, List<X509Certificate> answer) {
        X509Certificate leaf = answer.get(0);
        if (!Arrays.equals(leaf.getPublicKey().getEncoded(), asked.publicKey().getEncoded())) {
            throw wrong(
                    "other-key",
                    issuer,
                    "is for another key than the request; the first certificate of an answer must be the device's");
        }
        if (EndpointIdentity.match(leaf, asked.endpoint(), NamePolicy.COMMON_NAME)
                instanceof EndpointMatch.Refused mismatch) {
            throw wrong("other-name", issuer, "does not name the device: " + mismatch.detail());
        }
        List<String> ids = SubjectName.localities(leaf);
        if (!ids.isEmpty() && !ids.equals(List.of(asked.deviceId()))) {
            throw wrong(
                    "other-name",
                    issuer,
                    "carries the device id (L) " + ids + " in place of '" + asked.deviceId() + "'");
        }
        Verdict verdict = evaluate(leaf);
        if (verdict instanceof Verdict.Refused refused) {
            throw wrong(
                    refused.reason() == Reason.EXPIRED ? "expired" : "not-trusted",
                    issuer,
                    "would be refused by the LwM2M server (" + refused.reason().id() + "): " + refused.detail() + " "
                            + (refused.reason() == Reason.UNKNOWN_CA
                                    ? "Upload the issuer's CA certificate, the one that signs devices' certificates, for"
                                            + " the service lwm2m"
                                    : refused.fix()));
        }
        List<X509Certificate> path = ((Verdict.Trusted) verdict).path();
        return new Signed(answer, path.get(Math.min(1, path.size() - 1)));
    }

    private Verdict evaluate(X509Certificate leaf) {
        try {
            return trust.get().evaluate(List.of(leaf.getEncoded()), clock.instant());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no encoding", e);
        }
    }

    private static AccountException wrong(String what, String issuer, String sentence) {
        return AccountException.issuer(
                WRONG + what, "the certificate that certificate issuer '" + issuer + "' answered " + sentence);
    }

    /** The CA of a certificate in a sentence. */
    static String described(X509Certificate ca) {
        return ca.getSubjectX500Principal().getName() + " (SHA-256 " + Fingerprint.sha256(ca) + ")";
    }
}
