package dev.onboard.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnrolmentTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyPair keys = KeyAlgorithm.P256.generate(RANDOM);
    private final CertificateAuthority root =
            CertificateAuthority.root(CertificateRecipe.ca("Root"), InstantSource.system(), RANDOM);

    private static void assertFault(byte[] request, String reason) {
        assertThatThrownBy(() -> EnrolmentRequest.read(request))
                .isInstanceOfSatisfying(
                        EnrolmentFault.class,
                        fault -> assertThat(fault.reason()).isEqualTo(reason));
    }

    @Test
    void aRequestOfOursIsReadAsItWasMeant() throws EnrolmentFault {
        EnrolmentRequest request = EnrolmentRequest.read(
                CertificationRequest.encode(CertificateRecipe.device("meter-7").withLocality("id"), keys));
        assertThat(request.commonNames()).containsExactly("meter-7");
        assertThat(request.publicKey()).isEqualTo(keys.getPublic());
        assertThat(request.alternativeNames()).isEmpty();
    }

    @Test
    void everyChangedBitOfARequestIsAFault() {
        byte[] good = CertificationRequest.encode(CertificateRecipe.device("meter-7"), keys);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> EnrolmentRequest.read(changed))
                    .as("bit " + bit)
                    .isInstanceOf(EnrolmentFault.class);
        }
    }

    @Test
    void foreignKeysAndWrongOctetsHaveReasonsOfTheirOwn() {
        KeyPair other = KeyAlgorithm.P256.generate(RANDOM);
        byte[] forged = CertificationRequest.encode(
                CertificateRecipe.device("meter-7"), new KeyPair(keys.getPublic(), other.getPrivate()));
        assertFault(forged, EnrolmentFault.NO_PROOF);
        assertFault(new byte[0], EnrolmentFault.MALFORMED);
        assertFault("please".getBytes(java.nio.charset.StandardCharsets.US_ASCII), EnrolmentFault.MALFORMED);
    }

    @Test
    void aBagGivesTheChainOfAKeyInWhateverOrderItLies() throws EnrolmentFault {
        CertificateAuthority line = root.subordinate(CertificateRecipe.ca("Line"));
        X509Certificate leaf = line.sign(CertificateRecipe.device("meter-7"), keys.getPublic());
        byte[] bag = CertificateBag.encode(List.of(root.certificate(), leaf, line.certificate()));
        assertThat(CertificateBag.chain(keys.getPublic(), CertificateBag.read(bag)))
                .containsExactly(leaf, line.certificate(), root.certificate());
        KeyPair other = KeyAlgorithm.P256.generate(RANDOM);
        assertThatThrownBy(() -> CertificateBag.chain(other.getPublic(), CertificateBag.read(bag)))
                .isInstanceOfSatisfying(
                        EnrolmentFault.class,
                        fault -> assertThat(fault.reason()).isEqualTo("key-does-not-fit-certificate"));
        assertThatThrownBy(() -> CertificateBag.read(CertificateBag.encode(List.of())))
                .isInstanceOf(EnrolmentFault.class);
    }

    @Test
    void aKeyThatTheServerMadeIsAskedForWithWhateverKeyAndSignature() throws EnrolmentFault {
        KeyPair made = KeyAlgorithm.P256.generate(RANDOM);
        byte[] forged = CertificationRequest.encode(
                CertificateRecipe.device("meter-7"),
                new KeyPair(keys.getPublic(), KeyAlgorithm.P256.generate(RANDOM).getPrivate()));
        EnrolmentRequest request = EnrolmentRequest.generating(forged, made);
        assertThat(request.publicKey()).isEqualTo(made.getPublic());
        assertThat(request.commonNames()).containsExactly("meter-7");
        EnrolmentRequest signed = EnrolmentRequest.read(request.der());
        assertThat(signed.publicKey()).as("what an issuer is given").isEqualTo(made.getPublic());
        assertThat(signed.subject())
                .isEqualTo(EnrolmentRequest.read(good("meter-7")).subject());

        X509Certificate present =
                root.sign(CertificateRecipe.device("meter-7").withUris("urn:dev:ops:1-meter-7"), keys.getPublic());
        EnrolmentRequest renewing = EnrolmentRequest.generating(CertificationRequest.renewing(present, keys), made);
        assertThat(renewing.alternativeNames()).isNotEmpty();
        assertThat(EnrolmentRequest.read(renewing.der()).alternativeNames()).isEqualTo(renewing.alternativeNames());
        assertThatThrownBy(() -> EnrolmentRequest.generating(new byte[] {1}, made))
                .isInstanceOfSatisfying(
                        EnrolmentFault.class,
                        fault -> assertThat(fault.reason()).isEqualTo(EnrolmentFault.MALFORMED));
    }

    private byte[] good(String name) {
        return CertificationRequest.encode(CertificateRecipe.device(name), keys);
    }

    @Test
    void aGeneratedCredentialIsTheKeyWithItsCertificateInEitherFormat() throws Exception {
        X509Certificate leaf = root.sign(CertificateRecipe.device("meter-7"), keys.getPublic());
        byte[] bag = CertificateBag.encode(List.of(root.certificate(), leaf));
        Credential read = GeneratedCredential.read(GeneratedCredential.encode(keys.getPrivate(), 281, bag));
        assertThat(read.chain()).containsExactly(leaf, root.certificate());
        assertThat(read.privateKeyPkcs8())
                .isEqualTo(Credential.of(keys.getPrivate(), List.of(leaf)).privateKeyPkcs8());
        assertThat(GeneratedCredential.read(GeneratedCredential.encode(keys.getPrivate(), 287, leaf.getEncoded()))
                        .chain())
                .containsExactly(leaf);
        KeyPair other = KeyAlgorithm.P256.generate(RANDOM);
        assertAnswer(GeneratedCredential.encode(other.getPrivate(), 281, bag), "key-does-not-fit-certificate");
        assertAnswer(GeneratedCredential.encode(keys.getPrivate(), 60, bag), EnrolmentFault.MALFORMED);
        assertAnswer(new byte[0], EnrolmentFault.MALFORMED);
        byte[] good = GeneratedCredential.encode(keys.getPrivate(), 287, leaf.getEncoded());
        for (int length = 1; length < good.length; length++) {
            assertAnswer(java.util.Arrays.copyOf(good, length), EnrolmentFault.MALFORMED);
        }
    }

    private static void assertAnswer(byte[] body, String reason) {
        assertThatThrownBy(() -> GeneratedCredential.read(body))
                .as("%d octets", body.length)
                .isInstanceOfSatisfying(
                        EnrolmentFault.class,
                        fault -> assertThat(fault.reason()).isEqualTo(reason));
    }
}
