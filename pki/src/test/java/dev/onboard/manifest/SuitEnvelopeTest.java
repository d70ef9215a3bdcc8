package dev.onboard.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.RevocationList;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SuitEnvelopeTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final UpdateTarget TARGET = UpdateTarget.of("Acme", "Meter");
    private static final long INSTALLED = FirmwareVersion.parse("1.0.0").sequence();

    private final CertificateAuthority root =
            CertificateAuthority.root(CertificateRecipe.ca("Firmware root"), at(NOW), RANDOM);
    private final Credential signer = signer("Acme updates", NOW);
    private final byte[] image = image(1000);

    private static InstantSource at(Instant time) {
        return InstantSource.fixed(time);
    }

    private static Credential signer(String name, Instant made) {
        return CertificateAuthority.selfSigned(CertificateRecipe.firmwareSigner(name), at(made), RANDOM);
    }

    private static byte[] image(int size) {
        byte[] image = new byte[size];
        new Random(size).nextBytes(image);
        return image;
    }

    private Manifest manifest() {
        return Manifest.of(TARGET, FirmwareVersion.parse("1.2.0"), image);
    }

    private static UpdateTrust trust(X509Certificate... certificates) {
        return UpdateTrust.of(List.of(certificates), UpdateTrust.Expiry.REFUSED);
    }

    private static ManifestVerdict verify(byte[] octets, UpdateTrust trust) {
        return SuitEnvelope.verify(octets, trust, TARGET, INSTALLED, NOW);
    }

    private byte[] signed(Manifest manifest, Credential... signers) {
        return SuitEnvelope.sign(manifest, List.of(signers)).withImage(image).encoded();
    }

    private static void refused(ManifestVerdict verdict, String reason) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        ManifestVerdict.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    @Test
    void aSignedImageIsAccepted() {
        assertThat(verify(signed(manifest(), signer), trust(signer.certificate())))
                .isInstanceOfSatisfying(ManifestVerdict.Accepted.class, accepted -> {
                    assertThat(accepted.manifest().version()).isEqualTo("1.2.0");
                    assertThat(accepted.signer()).isEqualTo(signer.certificate());
                });
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            byte[] digest = new byte[32];
            random.nextBytes(digest);
            Manifest written = new Manifest(
                    UpdateTarget.of("vendor " + random.nextInt(), "model"),
                    random.nextLong() >>> (1 + random.nextInt(60)),
                    i % 3 == 0 ? "" : "v" + random.nextInt(),
                    digest,
                    random.nextLong() >>> (1 + random.nextInt(60)),
                    i % 2 == 0 ? Manifest.INTEGRATED : "coaps://host/" + random.nextInt(),
                    i % 5 == 0 ? List.of(signer.certificate()) : List.of(),
                    i % 7 == 0
                            ? Optional.of(new Manifest.Delta(digest, digest, random.nextInt(1 << 20)))
                            : Optional.empty());
            Manifest read = SuitEnvelope.read(
                            SuitEnvelope.sign(written, List.of(signer)).encoded())
                    .manifest();
            assertThat(read).usingRecursiveComparison().isEqualTo(written);
        }
    }

    @Test
    void everyChangedOctetIsNoticed() {
        byte[] small = SuitEnvelope.sign(
                        Manifest.of(TARGET, FirmwareVersion.parse("1.2.0"), image(40)), List.of(signer))
                .withImage(image(40))
                .encoded();
        for (int i = 0; i < small.length; i++) {
            byte[] changed = small.clone();
            changed[i] ^= (byte) (1 << i % 8);
            assertThat(verify(changed, trust(signer.certificate())))
                    .as("octet " + i)
                    .isInstanceOf(ManifestVerdict.Refused.class);
        }
        for (int length = 0; length < small.length; length++) {
            assertThat(verify(Arrays.copyOf(small, length), trust(signer.certificate())))
                    .isInstanceOf(ManifestVerdict.Refused.class);
        }
        refused(verify(Arrays.copyOf(small, small.length + 1), trust(signer.certificate())), "malformed-manifest");
    }

    @Test
    void anotherImageIsRefused() {
        byte[] other = image.clone();
        other[500] ^= 1;
        SuitEnvelope envelope = SuitEnvelope.sign(manifest(), List.of(signer));
        UpdateTrust trust = trust(signer.certificate());
        refused(verify(envelope.withImage(other).encoded(), trust), "wrong-digest");
        refused(verify(envelope.withImage(Arrays.copyOf(image, 999)).encoded(), trust), "wrong-size");
        refused(verify(envelope.withImage(Arrays.copyOf(image, 1001)).encoded(), trust), "wrong-size");
        refused(verify(envelope.encoded(), trust), "payload-missing");
    }

    @Test
    void anotherDevicesImageIsRefused() {
        UpdateTrust trust = trust(signer.certificate());
        FirmwareVersion version = FirmwareVersion.parse("1.2.0");
        refused(
                verify(signed(Manifest.of(UpdateTarget.of("Other", "Meter"), version, image), signer), trust),
                "wrong-vendor");
        refused(
                verify(signed(Manifest.of(UpdateTarget.of("Acme", "Valve"), version, image), signer), trust),
                "wrong-class");
        for (String old : List.of("1.0.0", "0.9.999")) {
            refused(verify(signed(Manifest.of(TARGET, FirmwareVersion.parse(old), image), signer), trust), "rollback");
        }
    }

    @Test
    void aForeignSignerIsRefused() {
        CertificateAuthority deviceCa = CertificateAuthority.root(CertificateRecipe.ca("Device CA"), at(NOW), RANDOM);
        byte[] byDeviceCa = signed(manifest(), deviceCa.credential());
        refused(verify(signed(manifest(), signer("Acme updates", NOW)), trust(signer.certificate())), "unknown-ca");
        refused(verify(byDeviceCa, trust(signer.certificate())), "unknown-ca");
        refused(
                verify(
                        signed(manifest(), deviceCa.issue(CertificateRecipe.firmwareSigner("x"))),
                        trust(root.certificate())),
                "unknown-ca");
        refused(
                verify(signed(manifest(), root.issue(CertificateRecipe.device("meter-1"))), trust(root.certificate())),
                "wrong-extended-key-usage");
        refused(
                verify(signed(manifest(), signer), UpdateTrust.of(List.of(), UpdateTrust.Expiry.IGNORED)),
                "unknown-ca");
    }

    @Test
    void aKeyThatIsNotTheCertificatesIsRefused() {
        Credential other = signer("Other", NOW);
        byte[] forged = signed(manifest(), Credential.unproven(other.privateKey(), List.of(signer.certificate())));
        refused(verify(forged, trust(signer.certificate())), "bad-manifest-signature");
    }

    @Test
    void aSignerUnderTheFirmwareRootIsAcceptedUntilItIsRevoked() {
        Credential issued = root.issue(CertificateRecipe.firmwareSigner("Acme updates 2026"));
        assertThat(verify(signed(manifest(), issued), trust(root.certificate())))
                .isInstanceOf(ManifestVerdict.Accepted.class);
        byte[] crl = root.sign(RevocationList.of(1, NOW.minusSeconds(60), NOW.plusSeconds(3600))
                .withRevoked(issued.certificate(), NOW.minusSeconds(30), RevocationList.Cause.KEY_COMPROMISE));
        refused(
                verify(
                        signed(manifest(), issued),
                        UpdateTrust.of(List.of(root.certificate()), UpdateTrust.Expiry.REFUSED, List.of(crl))),
                "revoked");
    }

    @ParameterizedTest
    @EnumSource
    void anExpiredSignerIsWhatThePolicySays(UpdateTrust.Expiry expiry) {
        Credential old = signer("Old", NOW.minus(Duration.ofDays(30 * 366)));
        ManifestVerdict verdict = SuitEnvelope.verify(
                signed(manifest(), old), UpdateTrust.of(List.of(old.certificate()), expiry), TARGET, INSTALLED, NOW);
        if (expiry == UpdateTrust.Expiry.REFUSED) {
            refused(verdict, "expired");
        } else {
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            ManifestVerdict.Accepted.class,
                            accepted ->
                                    assertThat(accepted.findings()).anyMatch(f -> f.id().equals("validity-ignored")));
        }
    }

    @Test
    void twoSignersServeBothSidesOfAChangeOver() {
        Credential next = signer("Next", NOW);
        byte[] both = signed(manifest(), signer, next);
        assertThat(verify(both, trust(signer.certificate()))).isInstanceOf(ManifestVerdict.Accepted.class);
        assertThat(verify(both, trust(next.certificate()))).isInstanceOf(ManifestVerdict.Accepted.class);
        assertThat(verify(signed(manifest(), next), trust(signer.certificate(), next.certificate())))
                .isInstanceOf(ManifestVerdict.Accepted.class);
        refused(verify(both, trust(root.certificate())), "unknown-ca");
    }

    @Test
    void aSignerNotOnP256IsRefusedBeforeItSigns() {
        Credential large = CertificateAuthority.selfSigned(
                CertificateRecipe.firmwareSigner("Large").withKey(dev.onboard.pki.KeyAlgorithm.P384), at(NOW), RANDOM);
        assertThatThrownBy(() -> SuitEnvelope.sign(manifest(), List.of(large)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("P-256");
    }
}
