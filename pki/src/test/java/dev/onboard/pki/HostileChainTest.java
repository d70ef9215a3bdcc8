package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.pki.internal.Der;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chains made to keep a verifier busy. */
class HostileChainTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CertificateRecipe NAMELESS_KEY = CertificateRecipe.ca("Line")
            .withKey(KeyAlgorithm.P521)
            .with(Defect.NO_AUTHORITY_KEY_IDENTIFIER)
            .with(Defect.NO_SUBJECT_KEY_IDENTIFIER);

    private final CertificateAuthority root =
            CertificateAuthority.root(CertificateRecipe.ca("Factory Root"), CLOCK, RANDOM);
    private final TrustPolicy policy = TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
            .anchors(List.of(TrustAnchor.authority("root", root.certificate())))
            .build();

    @Test
    void manyIssuersOfOneNameEndInAVerdict() throws Exception {
        List<byte[]> chain = new ArrayList<>();
        CertificateAuthority issuer = CertificateAuthority.root(NAMELESS_KEY, CLOCK, RANDOM);
        for (int i = 0; i < 18; i++) {
            chain.add(issuer.certificate().getEncoded()); // the issuer of the next one is tried last
            issuer = issuer.subordinate(NAMELESS_KEY);
        }
        chain.add(issuer.certificate().getEncoded());
        CertificateRecipe device = CertificateRecipe.device("meter-7").with(Defect.NO_AUTHORITY_KEY_IDENTIFIER);
        chain.add(0, issuer.issue(device).certificate().getEncoded());
        policy.evaluate(chain, NOW); // loads classes

        long start = System.nanoTime();
        Verdict verdict = policy.evaluate(chain, NOW);
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        System.out.println("many issuers of one name: " + took.toMillis() + " ms");
        assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(Reason.TOO_MUCH_WORK);
        assertThat(took).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void circlesOfCrossCertificatesEnd() throws Exception {
        List<CertificateAuthority> roots = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            roots.add(CertificateAuthority.root(CertificateRecipe.ca("Ring " + i), CLOCK, RANDOM));
        }
        List<byte[]> chain = new ArrayList<>();
        chain.add(roots.get(0)
                .issue(CertificateRecipe.device("meter-7"))
                .certificate()
                .getEncoded());
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                if (i != j) {
                    X509Certificate subject = roots.get(i).certificate();
                    chain.add(roots.get(j).encode(CertificateRecipe.ca("Ring " + i), subject.getPublicKey()));
                }
            }
        }

        Verdict verdict = policy.evaluate(chain, NOW);

        assertThat(((Verdict.Refused) verdict).reason()).isIn(Reason.UNKNOWN_CA, Reason.TOO_MUCH_WORK);
    }

    @Test
    void manyNamesAgainstManyConstraintsAreNotCompared() {
        byte[][] subtrees = new byte[400][];
        for (int i = 0; i < subtrees.length; i++) {
            subtrees[i] = Der.sequence(Der.implicit(2, ("h" + i + ".example.org").getBytes(StandardCharsets.US_ASCII)));
        }
        CertificateAuthority constrained = CertificateAuthority.root(
                CertificateRecipe.ca("Constrained")
                        .withCriticalExtension("2.5.29.30", Der.sequence(Der.explicit(1, subtrees))),
                CLOCK,
                RANDOM);
        String[] names = new String[400];
        for (int i = 0; i < names.length; i++) {
            names[i] = "n" + i + ".example.com";
        }
        KeyPair key = KeyAlgorithm.P256.generate(RANDOM);
        byte[] leaf = constrained.encode(CertificateRecipe.device("meter-7").withDnsNames(names), key.getPublic());

        Verdict verdict = TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(List.of(TrustAnchor.authority("root", constrained.certificate())))
                .build()
                .evaluate(List.of(leaf), NOW);

        assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(Reason.TOO_MUCH_WORK);
    }
}
