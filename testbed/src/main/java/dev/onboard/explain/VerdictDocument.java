package dev.onboard.explain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.Alert;
import dev.onboard.pki.CertificateReference;
import dev.onboard.pki.Finding;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.Verdict;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A verdict as the JSON document that {@code docs/formats.md} fixes. Every member is always there; null says "none". */
public final class VerdictDocument {
    private static final ObjectMapper JSON = new ObjectMapper();

    private VerdictDocument() {}

    /**
     * The document of a verdict.
     *
     * @param chain the chain as it was received, to say which of its certificates the path uses
     */
    public static ObjectNode of(Verdict verdict, List<byte[]> chain) {
        ObjectNode document = JSON.createObjectNode();
        if (verdict instanceof Verdict.Refused refused) {
            document.put("verdict", "refused").put("reason", refused.reason().id());
            alert(document, refused.alert());
            document.set("certificate", reference(refused.certificate()));
            document.put("detail", refused.detail())
                    .put("fix", refused.fix())
                    .put("clause", refused.reason().clause());
        } else {
            document.put("verdict", "trusted").putNull("reason");
            document.putNull("alert").putNull("alert_name").putNull("class");
            document.putNull("certificate").putNull("detail").putNull("fix").putNull("clause");
        }
        ArrayNode findings = document.putArray("findings");
        for (Finding finding : verdict.findings()) {
            findings.addObject()
                    .put("id", finding.id())
                    .put("index", finding.index())
                    .put("detail", finding.detail());
        }
        ArrayNode path = document.putArray("path");
        path(verdict, chain).forEach(each -> path.add(reference(each)));
        return document;
    }

    /** Puts an alert's members into a document. */
    public static void alert(ObjectNode document, Alert alert) {
        document.put("alert", alert.number())
                .put("alert_name", alert.word())
                .put("class", alert.oma().word());
    }

    static ObjectNode reference(CertificateReference certificate) {
        return JSON.createObjectNode()
                .put("index", certificate.index())
                .put("subject", certificate.subject())
                .put("serial", certificate.serial());
    }

    /** The path that was used, or that came furthest; the peer's certificate first. */
    public static List<CertificateReference> path(Verdict verdict, List<byte[]> chain) {
        if (verdict instanceof Verdict.Refused refused) {
            return refused.tried();
        }
        List<CertificateReference> path = new ArrayList<>();
        for (X509Certificate certificate : ((Verdict.Trusted) verdict).path()) {
            path.add(new CertificateReference(
                    index(certificate, chain),
                    SubjectName.text(certificate),
                    certificate.getSerialNumber().toString(16)));
        }
        return path;
    }

    private static int index(X509Certificate certificate, List<byte[]> chain) {
        try {
            byte[] encoded = certificate.getEncoded();
            for (int i = 0; i < chain.size(); i++) {
                if (Arrays.equals(chain.get(i), encoded)) {
                    return i;
                }
            }
            return -1;
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of a path cannot be encoded", e);
        }
    }
}
