package dev.onboard.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.KeyAlgorithm;
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
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** One model in four formats: what is written is read, and a device decides the same in all of them. */
class ManifestFormatsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final UpdateTarget TARGET = UpdateTarget.of("Acme", "Meter");
    private static final FirmwareVersion VERSION = FirmwareVersion.parse("1.2.0");
    private static final String URI = "https://firmware.example/1";

    private final byte[] image = image(3000);
    private final Installed device =
            Installed.of(TARGET, FirmwareVersion.parse("1.0.0").sequence());
    private final CertificateAuthority root =
            CertificateAuthority.root(CertificateRecipe.ca("Firmware root"), at(NOW), RANDOM);
    private final Credential signer = signer("Acme updates", NOW);

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

    private Manifest manifest(ManifestFormat format) {
        Manifest manifest = Manifest.of(TARGET, VERSION, image);
        return format.isPlatform() ? manifest.withUri(URI) : manifest;
    }

    /** As a device gets it. */
    private byte[] signed(ManifestFormat format, Manifest manifest, Credential... signers) {
        SignedManifest signed = SignedManifest.sign(format, manifest, List.of(signers), image);
        return signed instanceof SuitEnvelope envelope
                ? envelope.withImage(image).encoded()
                : signed.encoded();
    }

    private static UpdateTrust trust(X509Certificate... certificates) {
        return UpdateTrust.of(List.of(certificates), UpdateTrust.Expiry.REFUSED);
    }

    private ManifestVerdict verify(byte[] octets, UpdateTrust trust) {
        return SignedManifest.verify(octets, trust, device, NOW);
    }

    private static void refused(ManifestVerdict verdict, String reason) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        ManifestVerdict.Refused.class,
                        refused -> assertThat(refused.reason())
                                .as(refused.detail())
                                .isEqualTo(reason));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsReadBack(ManifestFormat format) throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 150; i++) {
            byte[] content = new byte[1 + random.nextInt(300)];
            random.nextBytes(content);
            FirmwareVersion version =
                    new FirmwareVersion(random.nextInt(1000), random.nextInt(1000), random.nextInt(1000));
            Manifest written =
                    Manifest.of(UpdateTarget.of("v" + random.nextInt(), "m" + random.nextInt()), version, content);
            if (format != ManifestFormat.CMS) {
                written = written.withUri(i % 3 == 0 ? "" : "coaps://host/gerät/" + random.nextInt());
            }
            if (format != ManifestFormat.CMS && i % 2 == 0) {
                written = written.withDelta(Manifest.Delta.of(image(random.nextInt(50)), image(random.nextInt(500))));
            }
            if (format == ManifestFormat.PLATFORM_V1 && i % 5 == 0) {
                written = new Manifest(
                        written.target(),
                        random.nextLong() >>> (1 + random.nextInt(60)),
                        "",
                        written.digest(),
                        random.nextLong() >>> (1 + random.nextInt(60)),
                        written.uri(),
                        List.of(),
                        written.delta());
            }
            byte[] octets = SignedManifest.sign(format, written, List.of(signer), content)
                    .encoded();
            SignedManifest read = SignedManifest.read(octets);
            assertThat(read.format()).isEqualTo(format);
            assertThat(read.manifest()).usingRecursiveComparison().isEqualTo(written);
            assertThat(read.encoded()).isEqualTo(octets);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSignedImageIsAccepted(ManifestFormat format) {
        ManifestVerdict verdict = verify(signed(format, manifest(format), signer), trust(signer.certificate()));
        assertThat(verdict).isInstanceOfSatisfying(ManifestVerdict.Accepted.class, accepted -> {
            assertThat(accepted.manifest().versionText()).isEqualTo("1.2.0");
            assertThat(accepted.signer()).isEqualTo(signer.certificate());
            assertThat(accepted.withImage(image)).isEqualTo(accepted);
            byte[] other = image.clone();
            other[17] ^= 4;
            refused(accepted.withImage(other), "wrong-digest");
            refused(accepted.withImage(Arrays.copyOf(image, 2999)), "wrong-size");
            refused(accepted.withImage(Arrays.copyOf(image, 3001)), "wrong-size");
        });
    }

    @ParameterizedTest
    @EnumSource
    void everyChangedOctetIsNoticed(ManifestFormat format) {
        byte[] small = image(20);
        Manifest manifest = Manifest.of(TARGET, VERSION, small);
        SignedManifest made = SignedManifest.sign(
                format, format.isPlatform() ? manifest.withUri(URI) : manifest, List.of(signer), small);
        byte[] octets =
                made instanceof SuitEnvelope suit ? suit.withImage(small).encoded() : made.encoded();
        UpdateTrust trust = trust(signer.certificate());
        for (int i = 0; i < octets.length; i++) {
            byte[] changed = octets.clone();
            changed[i] ^= (byte) (1 << i % 8);
            if (verify(changed, trust) instanceof ManifestVerdict.Accepted accepted) {
                // what is neither signed nor used, such as the address in a certificate's reference, may change
                assertThat(accepted.manifest()).usingRecursiveComparison().isEqualTo(expected(made));
            }
        }
        for (int length = 0; length < octets.length; length++) {
            assertThat(verify(Arrays.copyOf(octets, length), trust))
                    .as("%d octets", length)
                    .isInstanceOf(ManifestVerdict.Refused.class);
        }
        refused(verify(Arrays.copyOf(octets, octets.length + 1), trust), "malformed-manifest");
    }

    private static Manifest expected(SignedManifest made) {
        try {
            return made.manifest();
        } catch (UnreadableManifestException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherDevicesImageIsRefused(ManifestFormat format) {
        UpdateTrust trust = trust(signer.certificate());
        String uri = format.isPlatform() ? URI : Manifest.INTEGRATED;
        refused(
                verify(
                        signed(
                                format,
                                Manifest.of(UpdateTarget.of("Other", "Meter"), VERSION, image)
                                        .withUri(uri),
                                signer),
                        trust),
                "wrong-vendor");
        refused(
                verify(
                        signed(
                                format,
                                Manifest.of(UpdateTarget.of("Acme", "Valve"), VERSION, image)
                                        .withUri(uri),
                                signer),
                        trust),
                "wrong-class");
        for (String old : List.of("1.0.0", "0.9.999")) {
            Manifest lower =
                    Manifest.of(TARGET, FirmwareVersion.parse(old), image).withUri(uri);
            refused(verify(signed(format, lower, signer), trust), "rollback");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aForeignSignerIsRefused(ManifestFormat format) {
        CertificateAuthority deviceCa = CertificateAuthority.root(CertificateRecipe.ca("Device CA"), at(NOW), RANDOM);
        // a manifest of version 3 does not say who signed it
        String unknown = format == ManifestFormat.PLATFORM_V3 ? "bad-manifest-signature" : "unknown-ca";
        UpdateTrust trust = trust(signer.certificate());
        refused(verify(signed(format, manifest(format), signer("Acme updates", NOW)), trust), unknown);
        refused(verify(signed(format, manifest(format), deviceCa.credential()), trust), unknown);
        Credential forged = Credential.unproven(signer("Other", NOW).privateKey(), List.of(signer.certificate()));
        refused(verify(signed(format, manifest(format), forged), trust), "bad-manifest-signature");
    }

    @ParameterizedTest
    @EnumSource
    void anExpiredSignerIsWhatThePolicySays(ManifestFormat format) {
        Credential old = signer("Old", NOW.minus(Duration.ofDays(30 * 366)));
        byte[] octets = signed(format, manifest(format), old);
        refused(verify(octets, trust(old.certificate())), "expired");
        assertThat(verify(octets, UpdateTrust.of(List.of(old.certificate()), UpdateTrust.Expiry.IGNORED)))
                .isInstanceOfSatisfying(
                        ManifestVerdict.Accepted.class,
                        accepted -> assertThat(accepted.findings()).anyMatch(f -> f.id().equals("validity-ignored")));
    }

    @ParameterizedTest
    @EnumSource
    void aRevokedSignerIsRefused(ManifestFormat format) {
        Credential issued = root.issue(CertificateRecipe.firmwareSigner("Acme updates 2026"));
        byte[] crl = root.sign(RevocationList.of(1, NOW.minusSeconds(60), NOW.plusSeconds(3600))
                .withRevoked(issued.certificate(), NOW.minusSeconds(30), RevocationList.Cause.KEY_COMPROMISE));
        // the platform's manifests bring no certificates: the signer's own is the authenticity certificate, under its
        // CA
        List<X509Certificate> authenticity =
                format.isPlatform() ? List.of(issued.certificate(), root.certificate()) : List.of(root.certificate());
        byte[] octets = signed(format, manifest(format), issued);
        assertThat(verify(octets, UpdateTrust.of(authenticity, UpdateTrust.Expiry.REFUSED)))
                .isInstanceOf(ManifestVerdict.Accepted.class);
        refused(verify(octets, UpdateTrust.of(authenticity, UpdateTrust.Expiry.REFUSED, List.of(crl))), "revoked");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "PLATFORM_V3")
    void twoSignersServeBothSidesOfAChangeOver(ManifestFormat format) {
        Credential next = signer("Next", NOW);
        byte[] both = signed(format, manifest(format), signer, next);
        assertThat(verify(both, trust(signer.certificate()))).isInstanceOf(ManifestVerdict.Accepted.class);
        assertThat(verify(both, trust(next.certificate()))).isInstanceOf(ManifestVerdict.Accepted.class);
        refused(verify(both, trust(root.certificate())), "unknown-ca");
    }

    /** A manifest of version 3 has one signature: while one certificate takes over from another there are two manifests. */
    @Test
    void twoManifestsOfVersion3ServeBothSidesOfAChangeOver() {
        ManifestFormat format = ManifestFormat.PLATFORM_V3;
        Credential next = signer("Next", NOW);
        byte[] byOld = signed(format, manifest(format), signer);
        byte[] byNext = signed(format, manifest(format), next);
        UpdateTrust old = trust(signer.certificate());
        UpdateTrust young = trust(next.certificate());
        UpdateTrust both = trust(signer.certificate(), next.certificate());
        assertThat(verify(byOld, old)).isInstanceOf(ManifestVerdict.Accepted.class);
        refused(verify(byNext, old), "bad-manifest-signature");
        assertThat(verify(byNext, young)).isInstanceOf(ManifestVerdict.Accepted.class);
        refused(verify(byOld, young), "bad-manifest-signature");
        assertThat(verify(byOld, both))
                .isInstanceOfSatisfying(
                        ManifestVerdict.Accepted.class,
                        accepted -> assertThat(accepted.signer()).isEqualTo(signer.certificate()));
        assertThat(verify(byNext, both))
                .isInstanceOfSatisfying(
                        ManifestVerdict.Accepted.class,
                        accepted -> assertThat(accepted.signer()).isEqualTo(next.certificate()));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "CMS")
    void aPatchIsForOneImageAlone(ManifestFormat format) {
        byte[] before = image(500);
        Manifest patch = manifest(format).withDelta(Manifest.Delta.of(before, image(600)));
        byte[] octets = signed(format, patch, signer);
        UpdateTrust trust = trust(signer.certificate());
        Installed runs = new Installed(TARGET, device.sequence(), Optional.of(Digests.sha256(before)));
        assertThat(SignedManifest.verify(octets, trust, runs, NOW)).isInstanceOf(ManifestVerdict.Accepted.class);
        Installed runsElse = new Installed(TARGET, device.sequence(), Optional.of(Digests.sha256(image(501))));
        refused(SignedManifest.verify(octets, trust, runsElse, NOW), "wrong-precursor");
        refused(verify(octets, trust), "wrong-precursor");
    }

    @Test
    void whatAFormatCannotSayIsRefusedBeforeItIsSigned() {
        Credential large = CertificateAuthority.selfSigned(
                CertificateRecipe.firmwareSigner("Large").withKey(KeyAlgorithm.P384), at(NOW), RANDOM);
        for (ManifestFormat format : ManifestFormat.values()) {
            assertThatThrownBy(() -> signed(format, manifest(format), large))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("P-256");
            assertThatThrownBy(() -> signed(format, manifest(format)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("without a signer");
        }
        Manifest successors = manifest(ManifestFormat.PLATFORM_V3).withSuccessors(List.of(signer.certificate()));
        for (ManifestFormat format :
                List.of(ManifestFormat.PLATFORM_V1, ManifestFormat.PLATFORM_V3, ManifestFormat.CMS)) {
            assertThatThrownBy(() -> signed(format, successors, signer))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("update authenticity certificates");
        }
        assertThatThrownBy(
                        () -> signed(ManifestFormat.PLATFORM_V3, manifest(ManifestFormat.PLATFORM_V3), signer, large))
                .hasMessageContaining("P-256");
        assertThatThrownBy(() -> signed(
                        ManifestFormat.PLATFORM_V3, manifest(ManifestFormat.PLATFORM_V3), signer, signer("x", NOW)))
                .hasMessageContaining("has one signature");
    }
}
