package dev.onboard.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import COSE.AlgorithmID;
import COSE.Attribute;
import COSE.CoseException;
import COSE.HeaderKeys;
import COSE.Message;
import COSE.MessageTag;
import COSE.OneKey;
import COSE.Sign1Message;
import com.upokecenter.cbor.CBORObject;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * SUIT envelopes before another implementation of CBOR and COSE (RFC 9052), which shares no code with ours: it verifies what is
 * signed here, and what it signs is verified here.
 */
class IndependentCoseTest {
    private static final int ENVELOPE = 107;
    private static final int AUTHENTICATION = 2;
    private static final int MANIFEST = 3;
    private static final int SHA_256 = -16;
    /** RFC 9360. */
    private static final int X5CHAIN = 33;

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final UpdateTarget TARGET = UpdateTarget.of("Acme", "Meter");
    /** So many that some of the signatures have a first octet of zero. */
    private static final int ROUNDS = 200;

    private final CertificateAuthority root =
            CertificateAuthority.root(CertificateRecipe.ca("Firmware root"), CLOCK, RANDOM);
    private final Credential issued = root.issue(CertificateRecipe.firmwareSigner("Acme updates"));
    private final Credential alone =
            CertificateAuthority.selfSigned(CertificateRecipe.firmwareSigner("Acme updates"), CLOCK, RANDOM);

    private static byte[] image(int size) {
        byte[] image = new byte[size];
        new Random(size).nextBytes(image);
        return image;
    }

    private static SuitEnvelope signed(byte[] image, Credential... signers) {
        return SuitEnvelope.sign(Manifest.of(TARGET, FirmwareVersion.parse("1.2.0"), image), List.of(signers));
    }

    private static ManifestVerdict verify(byte[] octets, X509Certificate trusted) {
        return SuitEnvelope.verify(
                octets, UpdateTrust.of(List.of(trusted), UpdateTrust.Expiry.REFUSED), TARGET, 0, NOW);
    }

    private static CBORObject envelope(byte[] octets) {
        CBORObject envelope = CBORObject.DecodeFromBytes(octets);
        assertThat(envelope.HasMostOuterTag(ENVELOPE)).isTrue();
        return envelope.UntagOne();
    }

    private static CBORObject wrapper(CBORObject envelope) {
        return CBORObject.DecodeFromBytes(
                envelope.get(CBORObject.FromObject(AUTHENTICATION)).GetByteString());
    }

    private static byte[] manifest(CBORObject envelope) {
        return envelope.get(CBORObject.FromObject(MANIFEST)).GetByteString();
    }

    private static boolean verifies(byte[] signature, byte[] digest, Credential signer) throws CoseException {
        Sign1Message message = (Sign1Message) Message.DecodeFromBytes(signature, MessageTag.Sign1);
        assertThat(message.findAttribute(HeaderKeys.Algorithm)).isEqualTo(AlgorithmID.ECDSA_256.AsCBOR());
        message.SetContent(digest);
        return message.validate(new OneKey(signer.certificate().getPublicKey(), null));
    }

    @Test
    void itVerifiesWhatIsSignedHere() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            CBORObject read = envelope(signed(image(i), issued, alone).encoded());
            CBORObject wrapper = wrapper(read);
            assertThat(wrapper.size()).isEqualTo(3);
            byte[] digest = wrapper.get(0).GetByteString();
            CBORObject said = CBORObject.DecodeFromBytes(digest);
            assertThat(said.get(0).AsInt32()).isEqualTo(SHA_256);
            assertThat(said.get(1).GetByteString())
                    .isEqualTo(
                            Digests.sha256(CBORObject.FromObject(manifest(read)).EncodeToBytes()));
            assertThat(verifies(wrapper.get(1).GetByteString(), digest, issued)).isTrue();
            assertThat(verifies(wrapper.get(2).GetByteString(), digest, alone)).isTrue();
            assertThat(verifies(wrapper.get(2).GetByteString(), digest, issued)).isFalse();
        }
    }

    @Test
    void itNamesTheSignerAsWeDo() throws Exception {
        CBORObject wrapper = wrapper(envelope(signed(image(10), issued, alone).encoded()));
        CBORObject several = Message.DecodeFromBytes(wrapper.get(1).GetByteString(), MessageTag.Sign1)
                .findAttribute(CBORObject.FromObject(X5CHAIN), Attribute.UNPROTECTED);
        assertThat(several.size()).isEqualTo(issued.chain().size());
        assertThat(several.get(0).GetByteString())
                .isEqualTo(issued.certificate().getEncoded());
        CBORObject one = Message.DecodeFromBytes(wrapper.get(2).GetByteString(), MessageTag.Sign1)
                .findAttribute(CBORObject.FromObject(X5CHAIN), Attribute.UNPROTECTED);
        assertThat(one.GetByteString()).isEqualTo(alone.certificate().getEncoded());
    }

    @Test
    void itRefusesWhatWasChangedAfterItWasSignedHere() throws Exception {
        CBORObject wrapper = wrapper(envelope(signed(image(10), alone).encoded()));
        byte[] digest = wrapper.get(0).GetByteString();
        byte[] signature = wrapper.get(1).GetByteString();
        for (int i = 0; i < digest.length; i++) {
            byte[] changed = digest.clone();
            changed[i] ^= 1;
            assertThat(verifies(signature, changed, alone))
                    .as("octet %d of the digest", i)
                    .isFalse();
        }
        for (int i = 1; i <= 64; i++) {
            byte[] changed = signature.clone();
            changed[changed.length - i] ^= 1;
            assertThat(verifies(changed, digest, alone))
                    .as("octet %d from the end", i)
                    .isFalse();
        }
    }

    /** The envelope of {@link #signed}, written by the other implementation with a signature of its own. */
    private static byte[] signedThere(byte[] image, Credential signer) throws CoseException {
        CBORObject ours = envelope(signed(image, signer).encoded());
        byte[] digest = wrapper(ours).get(0).GetByteString();
        Sign1Message message = new Sign1Message(true, false);
        message.addAttribute(HeaderKeys.Algorithm, AlgorithmID.ECDSA_256.AsCBOR(), Attribute.PROTECTED);
        CBORObject chain = CBORObject.NewArray();
        signer.chain().forEach(certificate -> chain.Add(UpdateTrust.encoded(certificate)));
        message.addAttribute(
                CBORObject.FromObject(X5CHAIN), chain.size() == 1 ? chain.get(0) : chain, Attribute.UNPROTECTED);
        message.SetContent(digest);
        message.sign(new OneKey(signer.certificate().getPublicKey(), signer.privateKey()));
        CBORObject wrapper = CBORObject.NewArray().Add(digest).Add(message.EncodeToBytes());
        CBORObject theirs = CBORObject.NewMap()
                .Add(CBORObject.FromObject(AUTHENTICATION), CBORObject.FromObject(wrapper.EncodeToBytes()))
                .Add(CBORObject.FromObject(MANIFEST), CBORObject.FromObject(manifest(ours)))
                .Add(CBORObject.FromObject(Manifest.INTEGRATED), CBORObject.FromObject(image));
        return CBORObject.FromObjectAndTag(theirs, ENVELOPE).EncodeToBytes();
    }

    @Test
    void whatItSignsIsAcceptedHere() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            assertThat(verify(signedThere(image(i), issued), root.certificate()))
                    .as("%d", i)
                    .isInstanceOfSatisfying(
                            ManifestVerdict.Accepted.class,
                            accepted -> assertThat(accepted.signer()).isEqualTo(issued.certificate()));
        }
        assertThat(verify(signedThere(image(10), alone), alone.certificate()))
                .isInstanceOf(ManifestVerdict.Accepted.class);
    }

    @Test
    void whatItSignedIsRefusedHereOnceAnyOctetIsAnother() throws Exception {
        byte[] theirs = signedThere(image(40), alone);
        for (int i = 0; i < theirs.length; i++) {
            byte[] changed = theirs.clone();
            changed[i] ^= (byte) (1 << i % 8);
            assertThat(verify(changed, alone.certificate()))
                    .as("octet %d", i)
                    .isInstanceOf(ManifestVerdict.Refused.class);
        }
        CBORObject read = envelope(theirs);
        byte[] signature = wrapper(read).get(1).GetByteString();
        refused(theirs, signature, signature.length - 1, "bad-manifest-signature");
        refused(theirs, manifest(read), manifest(read).length - 1, "manifest-changed");
        refused(theirs, image(40), 39, "wrong-digest");
    }

    private void refused(byte[] envelope, byte[] part, int octet, String reason) {
        byte[] changed = envelope.clone();
        changed[place(envelope, part) + octet] ^= 1;
        assertThat(verify(changed, alone.certificate()))
                .isInstanceOfSatisfying(
                        ManifestVerdict.Refused.class,
                        refused -> assertThat(refused.reason())
                                .as(refused.detail())
                                .isEqualTo(reason));
    }

    private static int place(byte[] whole, byte[] part) {
        for (int i = 0; i + part.length <= whole.length; i++) {
            if (java.util.Arrays.equals(whole, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("the part is not in the whole");
    }
}
