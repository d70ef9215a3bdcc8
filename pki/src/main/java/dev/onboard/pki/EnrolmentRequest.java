package dev.onboard.pki;

import dev.onboard.pki.internal.Pkcs10;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Set;

/**
 * A certification request as it came from a device (PKCS#10, RFC 2986), its proof of possession checked: whoever sent it has
 * the private half of the key, unless the server made it. Immutable.
 *
 * @param der as it came
 * @param publicKey the key that a certificate is asked for, on P-256 or P-384
 * @param commonNames the common names of its subject
 * @param alternativeNames the DER of its subjectAltName extension request, empty octets when there is none
 * @param subject its subject in DER
 */
public record EnrolmentRequest(
        byte[] der, PublicKey publicKey, List<String> commonNames, byte[] alternativeNames, byte[] subject) {
    private static final Set<Integer> SIZES = Set.of(256, 384);

    public EnrolmentRequest {
        commonNames = List.copyOf(commonNames);
    }

    /**
     * Reads and checks a request.
     *
     * @throws EnrolmentFault when it is none, its key is none of a device's, or its signature is not that of its key
     */
    public static EnrolmentRequest read(byte[] der) throws EnrolmentFault {
        Pkcs10 request = Pkcs10.read(der);
        PublicKey asked = request.publicKey();
        if (!(asked instanceof ECPublicKey key)
                || !SIZES.contains(key.getParams().getCurve().getField().getFieldSize())) {
            throw new EnrolmentFault(
                    EnrolmentFault.UNSUPPORTED_KEY,
                    "the key in the request is " + asked.getAlgorithm()
                            + "; a certificate is given for a key on P-256 or P-384");
        }
        if (!isSignedByItsKey(request, asked)) {
            throw new EnrolmentFault(
                    EnrolmentFault.NO_PROOF,
                    "the request is not signed by the private half of its key; sign it with the key that it is for");
        }
        checkUnlinked(request);
        return new EnrolmentRequest(
                der.clone(), asked, request.commonNames(), request.alternativeNames(), request.subject());
    }

    /**
     * Reads a request for a key that the server makes (RFC 9148, 4.8). Its key and its signature are ignored, whatever they
     * are: everything else counts.
     *
     * @param keys what was made
     * @return the request for this key, signed by it
     * @throws EnrolmentFault when it is none, or asks for what is not done here
     */
    public static EnrolmentRequest generating(byte[] der, KeyPair keys) throws EnrolmentFault {
        Pkcs10 request = Pkcs10.read(der);
        checkUnlinked(request);
        if (request.encryption() == Pkcs10.Encryption.WANTED) {
            throw new EnrolmentFault(
                    EnrolmentFault.ENCRYPTED_KEY,
                    "the request asks for a key that is encrypted within the session (smimeCapabilities, or the id of a"
                            + " key to decrypt with); this server gives it as content format 284: leave these out");
        }
        return new EnrolmentRequest(
                CertificationRequest.encode(request.subject(), request.alternativeNames(), keys),
                keys.getPublic(),
                request.commonNames(),
                request.alternativeNames(),
                request.subject());
    }

    private static void checkUnlinked(Pkcs10 request) throws EnrolmentFault {
        if (request.hasChallengePassword()) {
            throw new EnrolmentFault(
                    EnrolmentFault.LINKED,
                    "the request has a challengePassword, which links it to a session (RFC 7030, 3.5); this server"
                            + " cannot check that: leave it out");
        }
    }

    private static boolean isSignedByItsKey(Pkcs10 request, PublicKey key) throws EnrolmentFault {
        try {
            Signature verifier = Signature.getInstance(request.signatureAlgorithm());
            verifier.initVerify(key);
            verifier.update(request.signed());
            return verifier.verify(request.signature());
        } catch (GeneralSecurityException e) {
            throw new EnrolmentFault(
                    EnrolmentFault.NO_PROOF, "the signature of the request cannot be checked: " + e.getMessage());
        }
    }
}
