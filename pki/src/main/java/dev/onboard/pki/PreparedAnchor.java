package dev.onboard.pki;

import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.ParsedCertificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A trust anchor taken apart once, when the policy is built.
 *
 * @param above the certificates above it, each verified to have signed the one below
 */
record PreparedAnchor(TrustAnchor source, ParsedCertificate certificate, List<ParsedCertificate> above) {
    /**
     * Takes an anchor apart.
     *
     * @return empty when its certificate is not exact DER, or one above it did not sign the one below: such an anchor
     *     admits nobody
     */
    static Optional<PreparedAnchor> of(TrustAnchor source) {
        try {
            ParsedCertificate certificate = parse(source.certificate());
            List<ParsedCertificate> above = new ArrayList<>();
            ParsedCertificate below = certificate;
            for (X509Certificate next : source.above()) {
                ParsedCertificate issuer = parse(next);
                if (issuer.equals(below)) {
                    continue;
                }
                if (!below.issuer().equals(issuer.subject()) || !below.isSignedWith(issuer.key())) {
                    return Optional.empty();
                }
                above.add(issuer);
                below = issuer;
            }
            return Optional.of(new PreparedAnchor(source, certificate, List.copyOf(above)));
        } catch (MalformedDerException e) {
            return Optional.empty();
        }
    }

    static ParsedCertificate parse(X509Certificate certificate) throws MalformedDerException {
        try {
            return ParsedCertificate.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new MalformedDerException("a certificate without an encoding");
        }
    }
}
