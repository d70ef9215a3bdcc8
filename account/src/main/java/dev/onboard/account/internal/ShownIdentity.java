package dev.onboard.account.internal;

import dev.onboard.account.Device;
import dev.onboard.pki.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;

/**
 * What of a shown certificate an endpoint name is bound to.
 *
 * @param binding the CA that signed it (name and key identifier) and its public key
 * @param fingerprint SHA-256 of the certificate
 */
record ShownIdentity(Device.Binding binding, String fingerprint) {
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";

    static ShownIdentity of(X509Certificate leaf) {
        ByteArrayOutputStream issuer = new ByteArrayOutputStream();
        issuer.writeBytes(leaf.getIssuerX500Principal().getEncoded());
        byte[] keyIdentifier = leaf.getExtensionValue(AUTHORITY_KEY_IDENTIFIER);
        if (keyIdentifier != null) {
            issuer.writeBytes(keyIdentifier);
        }
        return new ShownIdentity(
                new Device.Binding(
                        Fingerprint.sha256(issuer.toByteArray()),
                        Fingerprint.sha256(leaf.getPublicKey().getEncoded())),
                Fingerprint.sha256(leaf));
    }
}
