package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A good chain with one element changed at a time: a verdict each time, in bounded time, and never trust. */
class MutationTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    /** One evaluation does a hundred signature checks at most; this leaves room for a machine that is busy. */
    private static final Duration LONGEST = Duration.ofSeconds(3);

    private final CertificateAuthority root = CertificateAuthority.root(
            CertificateRecipe.ca("Factory Root"), InstantSource.fixed(NOW), new SecureRandom());
    private final CertificateAuthority line =
            root.subordinate(CertificateRecipe.ca("Line 1").withPathLength(0));
    private final Credential device = line.issue(CertificateRecipe.device("meter-7")
            .withOrganization("Acme")
            .withUris("urn:dev:ops:32473-Meter-7")
            .withDnsNames("meter-7.example.com")
            .withExtension("2.5.29.32", Der.sequence(Der.sequence(Der.oid("1.3.6.1.4.1.32473.9"))))
            .withExtension(
                    "2.5.29.31",
                    Der.sequence(Der.sequence(Der.explicit(
                            0, Der.explicit(0, Der.implicit(6, "http://crl".getBytes(StandardCharsets.US_ASCII))))))));
    private final TrustPolicy policy = TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
            .anchors(List.of(TrustAnchor.authority("root", root.certificate())))
            .build();
    private final Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);
    private final List<String> accepted = new ArrayList<>();
    private int tried;
    private int trusted;
    private Duration worst = Duration.ZERO;

    @Test
    void aChangedChainIsNeverTrusted() throws Exception {
        byte[] leaf = device.certificate().getEncoded();
        byte[] ca = line.certificate().getEncoded();
        assertThat(policy.evaluate(List.of(leaf, ca), NOW)).isInstanceOf(Verdict.Trusted.class);

        Mutations.each(leaf, changed -> judge(List.of(changed, ca)));
        Mutations.each(ca, changed -> judge(List.of(leaf, changed)));
        eachOctet(leaf, changed -> judge(List.of(changed, ca)));
        eachOctet(ca, changed -> judge(List.of(leaf, changed)));

        report("changed");
        assertThat(accepted).as("changed chains that are trusted").isEmpty();
        assertThat(tried).isGreaterThan(15_000);
    }

    @Test
    void aChangedCertificateThatIsSignedAgainHasAVerdict() throws Exception {
        byte[] tbs = device.certificate().getTBSCertificate();
        byte[] ca = line.certificate().getEncoded();

        Mutations.each(tbs, changed -> judge(List.of(signed(changed), ca)));

        report("signed again");
        assertThat(tried).isGreaterThan(2_000);
    }

    @Test
    void aChangedRevocationListHasAVerdict() throws Exception {
        byte[] list = root.sign(RevocationList.of(7, NOW.minusSeconds(60), NOW.plusSeconds(3600))
                .withRevoked(java.math.BigInteger.TEN, NOW.minusSeconds(90), RevocationList.Cause.SUPERSEDED)
                .withDistributionPoint("http://crl"));
        Credential other = root.issue(CertificateRecipe.device("meter-8"));
        byte[] leaf = other.certificate().getEncoded();

        Mutations.each(list, changed -> {
            TrustPolicy checked = TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                    .anchors(List.of(TrustAnchor.authority("root", root.certificate())))
                    .crls(List.of(changed))
                    .revocation(Revocation.HARD_FAIL)
                    .build();
            note(checked.evaluate(List.of(leaf), NOW), Duration.ZERO);
        });

        report("revocation lists");
        assertThat(trusted).isZero();
    }

    private void eachOctet(byte[] der, java.util.function.Consumer<byte[]> use) {
        boolean heavy = Boolean.getBoolean("onboard.heavy");
        for (int i = 0; i < der.length; i++) {
            for (int change = 1; change < 256; change += heavy ? 1 : 24) {
                byte[] changed = der.clone();
                changed[i] ^= (byte) change;
                use.accept(changed);
            }
        }
    }

    private void judge(List<byte[]> chain) {
        long start = System.nanoTime();
        Verdict verdict = policy.evaluate(chain, NOW);
        note(verdict, Duration.ofNanos(System.nanoTime() - start));
        if (verdict instanceof Verdict.Trusted) {
            accepted.add(chain.stream().map(HexFormat.of()::formatHex).toList().toString());
        }
    }

    private void note(Verdict verdict, Duration took) {
        tried++;
        worst = took.compareTo(worst) > 0 ? took : worst;
        assertThat(took).isLessThan(LONGEST);
        Optional<Reason> reason =
                verdict instanceof Verdict.Refused refused ? Optional.of(refused.reason()) : Optional.empty();
        trusted += reason.isEmpty() ? 1 : 0;
        reason.ifPresent(r -> {
            assertThat(r).as(verdict.toString()).isNotEqualTo(Reason.EVALUATION_FAILED);
            reasons.merge(r, 1, Integer::sum);
        });
    }

    private void report(String what) {
        System.out.printf(
                "%s: %d inputs, %d trusted, worst %d ms, %s%n", what, tried, trusted, worst.toMillis(), reasons);
    }

    private byte[] signed(byte[] tbs) {
        X509Certificate issuer = line.certificate();
        SigningAlgorithm algorithm = SigningAlgorithm.of(line.credential().privateKey(), issuer.getPublicKey());
        byte[] signature = CertificateEncoder.sign(line.credential().privateKey(), algorithm, tbs);
        assertThat(DerReader.of(signature).hasNext()).isTrue();
        return Der.sequence(tbs, algorithm.identifier(), Der.bits(signature));
    }
}
