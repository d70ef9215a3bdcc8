package dev.onboard.pki.internal;

import dev.onboard.pki.Credential;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.Selector;

/**
 * CMS SignedData (RFC 5652, 5) with its content in it. Immutable; what it holds is not copied.
 *
 * @param contentType of the content, in dotted decimal
 */
public record SignedContent(String contentType, byte[] content, List<Signer> signers) {
    /** The content type of SignedData itself. */
    public static final String SIGNED_DATA = "1.2.840.113549.1.7.2";

    /**
     * One signature.
     *
     * @param chain the signer's certificate in DER and the others that came along; empty when the signer's did not come
     * @param verifies whether the signature is the content's and that certificate's key's
     * @param attributes the values of signed attributes in DER, by type; of each the first
     */
    public record Signer(List<byte[]> chain, boolean verifies, Map<String, byte[]> attributes) {
        /** The signer's certificate; empty when it did not come. */
        public Optional<byte[]> certificate() {
            return chain.stream().findFirst();
        }
    }

    /**
     * Signs by ECDSA with SHA-256.
     *
     * @param attributes the values of further signed attributes in DER, by type
     * @throws IllegalArgumentException when a key cannot
     */
    public static byte[] sign(
            String contentType, byte[] content, Map<String, byte[]> attributes, List<Credential> signers) {
        try {
            ASN1EncodableVector further = new ASN1EncodableVector();
            for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
                further.add(new Attribute(
                        new ASN1ObjectIdentifier(attribute.getKey()),
                        new DERSet(ASN1Primitive.fromByteArray(attribute.getValue()))));
            }
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            for (Credential signer : signers) {
                generator.addSignerInfoGenerator(new JcaSimpleSignerInfoGeneratorBuilder()
                        .setProvider(Providers.bouncyCastle())
                        .setSignedAttributeGenerator(
                                new DefaultSignedAttributeTableGenerator(new AttributeTable(further)))
                        .build("SHA256withECDSA", signer.privateKey(), signer.certificate()));
                for (X509Certificate certificate : signer.chain()) {
                    generator.addCertificate(new X509CertificateHolder(certificate.getEncoded()));
                }
            }
            return generator
                    .generate(new CMSProcessableByteArray(new ASN1ObjectIdentifier(contentType), content), true)
                    .getEncoded("DER");
        } catch (OperatorCreationException | CertificateEncodingException | CMSException | IOException e) {
            throw new IllegalArgumentException("nothing can be signed in CMS by this key: " + e.getMessage(), e);
        }
    }

    /**
     * Reads one, DER or BER, and verifies its signatures.
     *
     * @throws IllegalArgumentException when it is none; the message says why
     */
    public static SignedContent read(byte[] octets) {
        try (ASN1InputStream in = new ASN1InputStream(new ByteArrayInputStream(octets))) {
            CMSSignedData data = new CMSSignedData(ContentInfo.getInstance(in.readObject()));
            if (in.read() >= 0) {
                throw new IllegalArgumentException("octets that do not belong to it follow");
            }
            if (data.getSignedContent() == null) {
                throw new IllegalArgumentException("its content is detached");
            }
            List<Signer> signers = new ArrayList<>();
            for (SignerInformation signer : data.getSignerInfos().getSigners()) {
                signers.add(signer(data, signer));
            }
            return new SignedContent(
                    data.getSignedContentTypeOID(),
                    (byte[]) data.getSignedContent().getContent(),
                    signers);
        } catch (IOException | CMSException | RuntimeException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Signer signer(CMSSignedData data, SignerInformation signer) throws IOException {
        List<byte[]> chain = new ArrayList<>();
        boolean verifies = false;
        @SuppressWarnings("unchecked") // Bouncy Castle's selectors are of a raw type
        Selector<X509CertificateHolder> own = signer.getSID();
        for (X509CertificateHolder certificate : data.getCertificates().getMatches(own)) {
            if (chain.isEmpty()) {
                chain.add(certificate.getEncoded());
                verifies = verifies(signer, certificate);
            }
        }
        if (!chain.isEmpty()) {
            for (X509CertificateHolder other : data.getCertificates().getMatches(null)) {
                if (!own.match(other)) {
                    chain.add(other.getEncoded());
                }
            }
        }
        Map<String, byte[]> attributes = new LinkedHashMap<>();
        if (signer.getSignedAttributes() != null) {
            ASN1EncodableVector all = signer.getSignedAttributes().toASN1EncodableVector();
            for (int i = 0; i < all.size(); i++) {
                Attribute attribute = Attribute.getInstance(all.get(i));
                if (attribute.getAttrValues().size() == 1) {
                    attributes.putIfAbsent(
                            attribute.getAttrType().getId(),
                            attribute
                                    .getAttrValues()
                                    .getObjectAt(0)
                                    .toASN1Primitive()
                                    .getEncoded("DER"));
                }
            }
        }
        return new Signer(List.copyOf(chain), verifies, attributes);
    }

    private static boolean verifies(SignerInformation signer, X509CertificateHolder certificate) {
        try {
            return signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                    .setProvider(Providers.bouncyCastle())
                    .build(Certificates.certificate(certificate.getEncoded()).getPublicKey()));
        } catch (CMSException | OperatorCreationException | IOException | IllegalArgumentException e) {
            return false; // which is the answer
        }
    }
}
