package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.CertificateText;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.SubjectName;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** Certificates as a person reads them, in JSON. */
final class CertificateDocuments {
    private CertificateDocuments() {}

    static ArrayNode chain(List<X509Certificate> chain, Instant at) {
        ArrayNode documents = Json.object().arrayNode();
        chain.forEach(certificate -> documents.add(of(certificate, at)));
        return documents;
    }

    static ObjectNode of(X509Certificate certificate, Instant at) {
        ObjectNode document = Json.object()
                .put("subject", SubjectName.text(certificate))
                .put("issuer", certificate.getIssuerX500Principal().getName())
                .put("serial", certificate.getSerialNumber().toString(16))
                .put("not_before", certificate.getNotBefore().toInstant().toString())
                .put("not_after", certificate.getNotAfter().toInstant().toString())
                .put("is_ca", certificate.getBasicConstraints() >= 0)
                .put("fingerprint", Fingerprint.sha256(certificate))
                .put("pem", CredentialFiles.pem(List.of(certificate)));
        try {
            lines(document, certificate.getEncoded(), at);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed has no encoding", e);
        }
        return document;
    }

    /** One that need not be readable. */
    static ObjectNode of(byte[] der, Instant at) {
        try {
            return of(CredentialFiles.readCertificates(der, "this").get(0), at);
        } catch (dev.onboard.pki.UnreadableFileException e) {
            ObjectNode document = Json.object()
                    .put("subject", "(unreadable)")
                    .putNull("issuer")
                    .putNull("serial")
                    .putNull("not_before")
                    .putNull("not_after")
                    .put("is_ca", false)
                    .put("fingerprint", Fingerprint.sha256(der))
                    .put(
                            "pem",
                            "-----BEGIN CERTIFICATE-----\n"
                                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                            .encodeToString(der)
                                    + "\n-----END CERTIFICATE-----\n");
            lines(document, der, at);
            return document;
        }
    }

    private static void lines(ObjectNode document, byte[] der, Instant at) {
        ArrayNode lines = document.putArray("lines");
        for (String line : CertificateText.lines(der, at)) {
            int colon = line.indexOf(": ");
            lines.addObject().put("label", line.substring(0, colon)).put("value", line.substring(colon + 2));
        }
    }
}
