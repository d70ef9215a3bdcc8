package dev.onboard.pki.internal;

import dev.onboard.pki.EnrolmentFault;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * The parts of a certification request.
 *
 * @param publicKeyInfo the SubjectPublicKeyInfo in DER, whatever key it is
 * @param encryption whether the requester wants a key that is made for it to come encrypted (RFC 7030, 4.4.1)
 * @param signed what the signature is over
 * @param signatureOid by which algorithm
 */
public record Pkcs10(
        byte[] publicKeyInfo,
        List<String> commonNames,
        byte[] alternativeNames,
        byte[] subject,
        boolean hasChallengePassword,
        Encryption encryption,
        byte[] signed,
        ASN1ObjectIdentifier signatureOid,
        byte[] signature) {
    /** smimeCapabilities, id-aa-decryptKeyID, id-aa-asymmDecryptKeyID. */
    private static final List<ASN1ObjectIdentifier> ENCRYPTING = List.of(
            PKCSObjectIdentifiers.pkcs_9_at_smimeCapabilities,
            PKCSObjectIdentifiers.id_aa.branch("37"),
            PKCSObjectIdentifiers.id_aa.branch("54"));

    /** What is asked of a key that the server makes. */
    public enum Encryption {
        NONE,
        WANTED
    }

    /** Reads a request; the signature is not looked at. */
    public static Pkcs10 read(byte[] der) throws EnrolmentFault {
        try {
            var request = org.bouncycastle.asn1.pkcs.CertificationRequest.getInstance(der);
            if (!Arrays.equals(request.getEncoded(ASN1Encoding.DER), der)) {
                throw malformed("there is more than one request, or it is not in DER");
            }
            CertificationRequestInfo information = request.getCertificationRequestInfo();
            return new Pkcs10(
                    information.getSubjectPublicKeyInfo().getEncoded(ASN1Encoding.DER),
                    commonNames(information),
                    alternativeNames(information),
                    information.getSubject().getEncoded(ASN1Encoding.DER),
                    attribute(information, PKCSObjectIdentifiers.pkcs_9_at_challengePassword) != null,
                    ENCRYPTING.stream().anyMatch(wish -> attribute(information, wish) != null)
                            ? Encryption.WANTED
                            : Encryption.NONE,
                    information.getEncoded(ASN1Encoding.DER),
                    request.getSignatureAlgorithm().getAlgorithm(),
                    request.getSignature().getOctets());
        } catch (EnrolmentFault fault) {
            throw fault;
        } catch (RuntimeException | IOException e) {
            // Bouncy Castle's readers throw whatever comes of the octets
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static EnrolmentFault malformed(String why) {
        return new EnrolmentFault(
                EnrolmentFault.MALFORMED, "the body is no PKCS#10 certification request in DER (RFC 2986): " + why);
    }

    /** The key that a certificate is asked for. */
    public PublicKey publicKey() throws EnrolmentFault {
        try {
            boolean elliptic = SubjectPublicKeyInfo.getInstance(publicKeyInfo)
                    .getAlgorithm()
                    .getAlgorithm()
                    .equals(X9ObjectIdentifiers.id_ecPublicKey);
            return KeyFactory.getInstance(elliptic ? "EC" : "RSA")
                    .generatePublic(new X509EncodedKeySpec(publicKeyInfo));
        } catch (GeneralSecurityException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> commonNames(CertificationRequestInfo information) {
        List<String> names = new ArrayList<>();
        for (RDN name : information.getSubject().getRDNs(BCStyle.CN)) {
            names.add(IETFUtils.valueToString(name.getFirst().getValue()));
        }
        return names;
    }

    private static byte[] alternativeNames(CertificationRequestInfo information) {
        Attribute requested = attribute(information, PKCSObjectIdentifiers.pkcs_9_at_extensionRequest);
        if (requested == null || requested.getAttrValues().size() == 0) {
            return new byte[0];
        }
        Extension names = Extensions.getInstance(requested.getAttrValues().getObjectAt(0))
                .getExtension(Extension.subjectAlternativeName);
        return names == null ? new byte[0] : names.getExtnValue().getOctets();
    }

    private static org.bouncycastle.asn1.pkcs.@org.jspecify.annotations.Nullable Attribute attribute(
            CertificationRequestInfo information, ASN1ObjectIdentifier wanted) {
        if (information.getAttributes() != null) {
            for (var encoded : information.getAttributes()) {
                Attribute attribute = Attribute.getInstance(encoded);
                if (attribute.getAttrType().equals(wanted)) {
                    return attribute;
                }
            }
        }
        return null;
    }

    /** The algorithm of the signature by its JCA name. */
    public String signatureAlgorithm() throws EnrolmentFault {
        if (signatureOid.equals(X9ObjectIdentifiers.ecdsa_with_SHA256)) {
            return "SHA256withECDSA";
        }
        if (signatureOid.equals(X9ObjectIdentifiers.ecdsa_with_SHA384)) {
            return "SHA384withECDSA";
        }
        if (signatureOid.equals(PKCSObjectIdentifiers.sha256WithRSAEncryption)) {
            return "SHA256withRSA";
        }
        throw new EnrolmentFault(
                EnrolmentFault.UNSUPPORTED_KEY,
                "the request is signed with the algorithm " + signatureOid.getId() + "; ecdsa-with-SHA256 is expected");
    }
}
