package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustPolicyTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CertificateAuthority ROOT =
            CertificateAuthority.root(CertificateRecipe.ca("Factory Root"), InstantSource.fixed(NOW), RANDOM);
    private static final CertificateAuthority LINE = ROOT.subordinate(CertificateRecipe.ca("Line 1"));

    @Test
    void theLeafAloneIsEnoughWhenTheRestWasUploaded() {
        Credential device = LINE.issue(CertificateRecipe.device("meter-7"));

        Verdict verdict =
                trusting(LINE.certificate()).evaluate(encoded(device.chain().subList(0, 1)), NOW);

        assertThat(verdict).isInstanceOf(Verdict.Trusted.class);
        assertThat(((Verdict.Trusted) verdict).path()).containsExactly(device.certificate(), LINE.certificate());
    }

    @Test
    void theWholeChainIsAcceptedUnderItsRoot() {
        Credential device = LINE.issue(CertificateRecipe.device("meter-7"));

        Verdict verdict = trusting(ROOT.certificate()).evaluate(encoded(device.chain()), NOW);

        assertThat(((Verdict.Trusted) verdict).path()).isEqualTo(device.chain());
    }

    @Test
    void withoutAnchorsEveryoneIsRefused() {
        Credential device = LINE.issue(CertificateRecipe.device("meter-7"));

        Verdict verdict =
                TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP).build().evaluate(encoded(device.chain()), NOW);

        assertRefused(verdict, Reason.UNKNOWN_CA);
    }

    @Test
    void aRefusalSaysWhatToDoAndWhichPathItTried() {
        Credential device = LINE.issue(CertificateRecipe.device("meter-7"));
        TrustPolicy policy = trusting(ROOT.certificate());

        Verdict.Refused unknown =
                (Verdict.Refused) policy.evaluate(encoded(device.chain().subList(0, 1)), NOW);
        Verdict.Refused late = (Verdict.Refused) policy.evaluate(encoded(device.chain()), NOW.plusSeconds(400_000_000));

        assertThat(unknown.fix()).isEqualTo("upload CN=Line 1 to the account, or have the device send it");
        assertThat(unknown.tried()).extracting(CertificateReference::subject).containsExactly("CN=meter-7");
        assertThat(late.fix())
                .isEqualTo("renew the certificate of CN=meter-7, which ended "
                        + device.certificate().getNotAfter().toInstant() + ", or set the clock right");
        assertThat(late.tried())
                .extracting(CertificateReference::subject)
                .containsExactly("CN=meter-7", "CN=Line 1", "CN=Factory Root");
    }

    @Test
    void eachFaultHasItsReason() {
        assertRefused(evaluate(CertificateRecipe.device("meter-7").with(Defect.EXPIRED)), Reason.EXPIRED);
        assertRefused(evaluate(CertificateRecipe.device("meter-7").with(Defect.NOT_YET_VALID)), Reason.NOT_YET_VALID);
        assertRefused(
                evaluate(CertificateRecipe.device("meter-7").with(Defect.WRONG_EXTENDED_KEY_USAGE)),
                Reason.WRONG_EXTENDED_KEY_USAGE);
        assertRefused(evaluate(CertificateRecipe.device("meter-7").with(Defect.BAD_SIGNATURE)), Reason.BAD_SIGNATURE);
        assertRefused(trusting(ROOT.certificate()).evaluate(List.of(new byte[] {1, 2, 3}), NOW), Reason.MALFORMED);
        assertRefused(trusting(ROOT.certificate()).evaluate(List.of(), NOW), Reason.NO_CERTIFICATE);
    }

    @Test
    void aServerIsForTheNameInItsCertificate() {
        Credential server = ROOT.issue(CertificateRecipe.server("localhost"));
        TrustPolicy.Builder policy = TrustPolicy.forPurpose(Purpose.LWM2M_SERVER)
                .anchors(List.of(TrustAnchor.authority("root", ROOT.certificate())));

        assertThat(policy.expectedName("localhost").build().evaluate(encoded(server.chain()), NOW))
                .isInstanceOf(Verdict.Trusted.class);
        assertRefused(
                policy.expectedName("example.com").build().evaluate(encoded(server.chain()), NOW),
                Reason.NAME_MISMATCH);
    }

    private static Verdict evaluate(CertificateRecipe recipe) {
        Credential device = ROOT.issue(recipe);
        return trusting(ROOT.certificate()).evaluate(encoded(device.chain()), NOW);
    }

    private static TrustPolicy trusting(X509Certificate anchor) {
        return TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(List.of(TrustAnchor.authority("anchor", anchor)))
                .build();
    }

    private static void assertRefused(Verdict verdict, Reason reason) {
        assertThat(verdict).isInstanceOf(Verdict.Refused.class);
        assertThat(((Verdict.Refused) verdict).reason()).isEqualTo(reason);
    }

    private static List<byte[]> encoded(List<X509Certificate> chain) {
        return chain.stream()
                .map(certificate -> {
                    try {
                        return certificate.getEncoded();
                    } catch (CertificateEncodingException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }
}
