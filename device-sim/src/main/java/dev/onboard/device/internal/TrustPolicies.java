package dev.onboard.device.internal;

import dev.onboard.device.ServerAccount;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.TrustRules;
import dev.onboard.pki.UnreadableFileException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a device trusts a server by. Devices that were given the same certificate for the same name share one policy. Keeps
 * the most recently used ones. Thread-safe.
 */
final class TrustPolicies {
    private static final int KEPT = 64;

    private record Key(
            Purpose purpose,
            ByteBuffer certificate,
            CertificateUsage usage,
            MatchingType matching,
            String name,
            List<X509Certificate> trustStore,
            TrustRules rules) {}

    private final Map<Key, TrustPolicy> policies = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, TrustPolicy> eldest) {
            return size() > KEPT;
        }
    };

    /** The bootstrap server: its CA certificate from the factory is the only anchor, and the name must be the URI's host. */
    synchronized TrustPolicy bootstrapServer(X509Certificate serverCa, String host, TrustRules rules) {
        Key key = new Key(
                Purpose.BOOTSTRAP_SERVER,
                ByteBuffer.wrap(encoded(serverCa)),
                CertificateUsage.TRUST_ANCHOR_ASSERTION,
                MatchingType.EXACT,
                host,
                List.of(),
                rules);
        return policies.computeIfAbsent(
                key,
                k -> rules.apply(TrustPolicy.forPurpose(Purpose.BOOTSTRAP_SERVER)
                                .anchors(List.of(TrustAnchor.authority("bootstrap-server-ca", serverCa)))
                                .expectedName(host))
                        .build());
    }

    /** The LwM2M server: what bootstrap delivered, used as it said; with usages 0 and 1 under the device's own trust store. */
    synchronized TrustPolicy lwm2mServer(ServerAccount account, List<X509Certificate> trustStore, TrustRules rules) {
        Key key = new Key(
                Purpose.LWM2M_SERVER,
                ByteBuffer.wrap(account.serverPublicKey()),
                account.usage(),
                account.matching(),
                account.expectedName(),
                trustStore,
                rules);
        return policies.computeIfAbsent(key, k -> {
            TrustPolicy.Builder policy =
                    TrustPolicy.forPurpose(Purpose.LWM2M_SERVER).expectedName(account.expectedName());
            if (account.usage() == CertificateUsage.TRUST_ANCHOR_ASSERTION
                    && account.matching() == MatchingType.EXACT
                    && delivered(account).getBasicConstraints() >= 0) {
                return rules.apply(
                                policy.anchors(List.of(TrustAnchor.authority("lwm2m-server-ca", delivered(account)))))
                        .build();
            }
            return rules.apply(policy.anchors(ofItsOwn(account, trustStore))
                            .pinned(account.serverPublicKey())
                            .usage(account.usage())
                            .matching(account.matching()))
                    .build();
        });
    }

    /** Usages 0 and 1 restrict what the device trusts of itself; the others take its place. */
    private static List<TrustAnchor> ofItsOwn(ServerAccount account, List<X509Certificate> trustStore) {
        return account.usage().needsTrustStore()
                ? trustStore.stream()
                        .map(ca -> TrustAnchor.authority("trust-store", ca))
                        .toList()
                : List.of();
    }

    private static X509Certificate delivered(ServerAccount account) {
        try {
            return CredentialFiles.readCertificates(account.serverPublicKey(), "the delivered server certificate")
                    .get(0);
        } catch (UnreadableFileException e) {
            throw new IllegalArgumentException("a certificate that was accepted at Finish cannot be read", e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read cannot be encoded", e);
        }
    }
}
