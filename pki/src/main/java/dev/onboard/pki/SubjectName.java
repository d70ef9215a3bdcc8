package dev.onboard.pki;

import dev.onboard.pki.internal.DistinguishedName;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.Oids;
import java.security.cert.X509Certificate;
import java.util.List;

/** What stands in the subject of a certificate, from the encoded attributes, never from rendered text. */
public final class SubjectName {
    private SubjectName() {}

    /** Every common name in the order of the encoding, character for character; one that does not decode is left out. */
    public static List<String> commonNames(X509Certificate certificate) {
        return attribute(certificate, Oids.COMMON_NAME);
    }

    /** Every organizational unit in the order of the encoding. */
    public static List<String> organizationalUnits(X509Certificate certificate) {
        return attribute(certificate, Oids.ORGANIZATIONAL_UNIT);
    }

    /** Every locality in the order of the encoding. */
    public static List<String> localities(X509Certificate certificate) {
        return attribute(certificate, Oids.LOCALITY);
    }

    /** The whole subject as RFC 4514 text, most specific first, for people only; empty for an empty subject. */
    public static String text(X509Certificate certificate) {
        try {
            return DistinguishedName.of(certificate.getSubjectX500Principal().getEncoded())
                    .toString();
        } catch (MalformedDerException e) {
            return "unreadable subject";
        }
    }

    private static List<String> attribute(X509Certificate certificate, String oid) {
        try {
            return DistinguishedName.of(certificate.getSubjectX500Principal().getEncoded())
                    .values(oid);
        } catch (MalformedDerException e) {
            return List.of();
        }
    }
}
