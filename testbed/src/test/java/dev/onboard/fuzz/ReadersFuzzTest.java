package dev.onboard.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.internal.LenientLinkFormat;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Installed;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.ManifestVerdict;
import dev.onboard.manifest.Patch;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UnreadableManifestException;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.manifest.UpdateTrust;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateBag;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificateText;
import dev.onboard.pki.CertificationRequest;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.EnrolmentFault;
import dev.onboard.pki.EnrolmentRequest;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.PkiContents;
import dev.onboard.pki.Reason;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.RevocationListFile;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.scenario.EarlierRun;
import dev.onboard.scenario.InvalidScenarioException;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that reads octets or text on its own, held to {@link Fuzzer}. */
class ReadersFuzzTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CertificateAuthority ROOT =
            CertificateAuthority.root(CertificateRecipe.ca("Factory Root"), CLOCK, RANDOM);
    private static final CertificateAuthority LINE =
            ROOT.subordinate(CertificateRecipe.ca("Line 1").withPathLength(0));
    private static final Credential DEVICE = LINE.issue(CertificateRecipe.device("meter-7")
            .withOrganization("Acme")
            .withUris("urn:dev:ops:32473-Meter-7")
            .withDnsNames("meter-7.example.com"));

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void certificatesAndKeys() throws Exception {
        byte[] pkcs8 = DEVICE.privateKeyPkcs8();
        byte[] leaf = DEVICE.certificate().getEncoded();
        Fuzzer.of(
                        "certificates and keys in PEM, DER, PKCS#8, SEC1, hex and base64",
                        input -> use(CredentialFiles.read(input, "the file")),
                        UnreadableFileException.class)
                .run(
                        2_500,
                        List.of(
                                ascii(CredentialFiles.pem(DEVICE.chain())),
                                ascii(CredentialFiles.pem(DEVICE.privateKey())),
                                ascii("text\n" + CredentialFiles.pem(DEVICE.chain())
                                        + CredentialFiles.pem(DEVICE.privateKey())),
                                leaf,
                                pkcs8,
                                sec1(pkcs8),
                                KeyAlgorithm.RSA2048
                                        .generate(RANDOM)
                                        .getPrivate()
                                        .getEncoded(),
                                revocationList(),
                                ascii(HexFormat.of().formatHex(leaf)),
                                Base64.getMimeEncoder().encode(pkcs8)));
    }

    private static void use(PkiContents contents) throws UnreadableFileException {
        for (byte[] certificate : contents.certificates()) {
            assertThat(CertificateText.lines(certificate, NOW)).isNotEmpty();
        }
        if (contents.privateKeys().isEmpty()) {
            contents.x509Certificates().forEach(each -> CertificateText.lines(each, NOW));
        } else {
            assertThat(CredentialFiles.pem(contents.privateKey())).startsWith("-----BEGIN PRIVATE KEY");
        }
    }

    /** RFC 5915 with the curve, of a key in PKCS#8. */
    private static byte[] sec1(byte[] pkcs8) throws Exception {
        DerReader info = DerReader.of(pkcs8).sequence();
        info.integer();
        info.sequence();
        DerReader key = DerReader.of(info.octets()).sequence();
        key.integer();
        byte[] curve = Der.explicit(0, Der.oid("1.2.840.10045.3.1.7"));
        return Der.sequence(Der.integer(1), Der.octets(key.octets()), curve);
    }

    @Test
    void containers() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "device", DEVICE.privateKey(), "x".toCharArray(), DEVICE.chain().toArray(new Certificate[0]));
        ByteArrayOutputStream container = new ByteArrayOutputStream();
        store.store(container, "x".toCharArray());
        Fuzzer.of(
                        "PKCS#12",
                        input -> use(CredentialFiles.read(input, "the file", "x".toCharArray())),
                        UnreadableFileException.class)
                .run(60, List.of(container.toByteArray()));
    }

    private static byte[] revocationList() {
        return ROOT.sign(RevocationList.of(7, NOW.minusSeconds(60), NOW.plusSeconds(3600))
                .withRevoked(BigInteger.TEN, NOW.minusSeconds(90), RevocationList.Cause.SUPERSEDED)
                .withDistributionPoint("http://crl"));
    }

    @Test
    void revocationLists() {
        byte[] list = revocationList();
        Fuzzer.of(
                        "revocation lists",
                        input -> {
                            RevocationListFile read = RevocationListFile.read(input, "the list");
                            assertThat(read.issuer()
                                            + read.thisUpdate()
                                            + read.nextUpdate()
                                            + read.number()
                                            + read.revoked())
                                    .isNotEmpty();
                            read.isForgedOf(List.of(ROOT.certificate()));
                        },
                        UnreadableFileException.class)
                .run(1_000, List.of(list, ascii(RevocationListFile.pem(list))));
    }

    @Test
    void ocspResponses() {
        CertificateCase stapled = CertificateCase.family("REV").stream()
                .filter(each ->
                        each.description().has("staple") && each.reason().isEmpty())
                .findFirst()
                .orElseThrow();
        CertificateCase.Ready ready = stapled.make(CLOCK, RANDOM);
        TrustPolicy policy =
                ready.rules().apply(TrustPolicy.forPurpose(ready.purpose())).build();
        Fuzzer.of(
                        "stapled OCSP responses",
                        input -> assertThat(reason(policy.evaluate(ready.chain(), input, ready.at())))
                                .isNotEqualTo(Reason.EVALUATION_FAILED))
                .run(200, List.of(ready.staple().orElseThrow()));
    }

    private static Reason reason(Verdict verdict) {
        return verdict instanceof Verdict.Refused refused ? refused.reason() : Reason.EXPIRED;
    }

    @Test
    void enrolment() throws Exception {
        KeyPair keys = KeyAlgorithm.P256.generate(RANDOM);
        List<byte[]> requests = List.of(
                CertificationRequest.encode(CertificateRecipe.device("meter-7"), keys),
                CertificationRequest.renewing(DEVICE.certificate(), keys));
        Fuzzer.of("PKCS#10 requests", EnrolmentRequest::read, EnrolmentFault.class)
                .run(500, requests);
        Fuzzer.of(
                        "PKCS#10 requests for a key that is made",
                        input -> EnrolmentRequest.generating(input, keys),
                        EnrolmentFault.class)
                .run(300, requests);
        Fuzzer.of(
                        "PKCS#7 with certificates",
                        input -> CertificateBag.chain(DEVICE.certificate().getPublicKey(), CertificateBag.read(input)),
                        EnrolmentFault.class)
                .run(500, List.of(CertificateBag.encode(DEVICE.chain())));
    }

    @ParameterizedTest
    @EnumSource
    void manifests(ManifestFormat format) {
        byte[] image = new byte[200];
        new Random(1).nextBytes(image);
        Credential signer =
                CertificateAuthority.selfSigned(CertificateRecipe.firmwareSigner("Acme updates"), CLOCK, RANDOM);
        UpdateTarget target = UpdateTarget.of("Acme", "Meter");
        Manifest manifest = Manifest.of(target, FirmwareVersion.parse("1.2.0"), image);
        List<Manifest> said = new ArrayList<>();
        if (format.isPlatform()) {
            manifest = manifest.withUri("https://firmware.example/1");
        }
        said.add(manifest);
        if (format != ManifestFormat.CMS) {
            said.add(manifest.withDelta(Manifest.Delta.of(new byte[40], image)));
        }
        UpdateTrust trust = UpdateTrust.of(List.of(signer.certificate()), UpdateTrust.Expiry.REFUSED);
        Installed device = Installed.of(target, 1);
        Fuzzer.of(
                        "manifests, " + format.name().toLowerCase(Locale.ROOT),
                        input -> {
                            ManifestVerdict verdict = SignedManifest.verify(input, trust, device, NOW);
                            assertThat(verdict).isNotNull();
                            SignedManifest read = SignedManifest.read(input);
                            read.manifest();
                            read.image();
                        },
                        UnreadableManifestException.class)
                .run(
                        400,
                        said.stream()
                                .map(each -> signed(format, each, signer, image))
                                .toList());
    }

    private static byte[] signed(ManifestFormat format, Manifest manifest, Credential signer, byte[] image) {
        SignedManifest signed = SignedManifest.sign(format, manifest, List.of(signer), image);
        return signed instanceof SuitEnvelope envelope
                ? envelope.withImage(image).encoded()
                : signed.encoded();
    }

    @Test
    void patches() {
        Random random = new Random(2);
        byte[] before = new byte[3000];
        random.nextBytes(before);
        byte[] after = before.clone();
        random.nextBytes(before);
        System.arraycopy(after, 500, before, 700, 2000);
        Fuzzer.of("patches", input -> Patch.apply(before, input), UnreadableManifestException.class)
                .run(3_000, List.of(Patch.make(before, after), Patch.make(before, new byte[9000])));
    }

    @Test
    void scenarios() throws IOException {
        List<byte[]> texts = new ArrayList<>();
        Path catalogue = Path.of(System.getProperty("onboard.root"))
                .resolve("testbed/src/main/resources/dev/onboard/scenario/catalogue");
        try (Stream<Path> files = Files.walk(catalogue)) {
            List<Path> all = files.filter(each -> each.toString().endsWith(".yaml") && !each.endsWith("rows.yaml"))
                    .sorted()
                    .toList();
            for (int i = 0; i < all.size(); i += 8) {
                texts.add(Files.readAllBytes(all.get(i)));
            }
        }
        texts.add(ascii("{\"title\":\"t\",\"because\":\"b\",\"matrix\":{\"a\":[1,2,3]},\"certificates\":{\"leaf\":"
                + "{\"from\":\"P${a}D\"}},\"expect\":{\"verdict\":\"trusted\"}}"));
        Fuzzer.of(
                        "scenarios in YAML and JSON",
                        input -> {
                            for (Scenario each : ScenarioFiles.parse("s", new String(input, StandardCharsets.UTF_8))) {
                                assertThat(ScenarioFiles.text(each.written())).isNotEmpty();
                            }
                        },
                        InvalidScenarioException.class)
                .run(400, texts);
    }

    @Test
    void baselines() {
        String baseline = "{\"format\":1,\"scenarios\":{\"VAL-01@evaluation\":{\"verdict\":\"refused\","
                + "\"stage\":\"evaluation\",\"party\":\"device\",\"reason\":\"expired\",\"alert\":45}}}";
        Fuzzer.of(
                        "baselines",
                        input -> EarlierRun.parse(new String(input, StandardCharsets.UTF_8), "the baseline"),
                        IOException.class)
                .run(800, List.of(ascii(baseline)));
    }

    @Test
    void linkFormat() {
        String links =
                "</>;rt=\"oma.lwm2m\";ct=\"60 110 112\",</1/0>;ver=\"1.1\",</3/0>,</5>;ver=1.0;dim=\"2\",</a,b>;title=\"x;y\"";
        Fuzzer.of("link format", LenientLinkFormat::strict).run(2_000, List.of(ascii(links)));
    }
}
