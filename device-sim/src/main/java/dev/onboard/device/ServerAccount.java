package dev.onboard.device;

import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.journal.Event;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.SubjectName;
import java.net.URI;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * A device's account at its LwM2M server, as bootstrap delivered it: one instance of the Security object and the instance
 * of the Server object that goes with it. Its text shows no key.
 *
 * @param securityInstance the instance of object 0
 * @param uri /0/x/0, {@code coaps://host:port}
 * @param credential the LwM2M key and certificate, /0/x/5 and /0/x/3
 * @param serverPublicKey /0/x/4: a certificate in DER, or its digest, by matching type
 * @param usage /0/x/15
 * @param matching /0/x/13
 * @param serverName /0/x/14, for SNI and the name check in place of the URI's host
 * @param server the Server object
 */
public record ServerAccount(
        int securityInstance,
        URI uri,
        Credential credential,
        byte[] serverPublicKey,
        CertificateUsage usage,
        MatchingType matching,
        Optional<String> serverName,
        ServerObject server) {
    private static final int FACTORY_LIFETIME = 300;

    /**
     * The account of a device in LwM2M mode, from what its factory gave it: the LwM2M server CA certificate is its only trust
     * anchor, and it registers for {@value #FACTORY_LIFETIME} seconds unless the server writes another lifetime.
     *
     * @throws IllegalArgumentException when the device is in another mode
     */
    public static ServerAccount ofFactory(DeviceBundle bundle) {
        if (bundle.mode() != DeviceMode.LWM2M) {
            throw new IllegalArgumentException(bundle.endpoint().value() + " is in "
                    + bundle.mode().word() + " mode and has no LwM2M credentials from its factory");
        }
        try {
            return new ServerAccount(
                    0,
                    bundle.serverUri(),
                    bundle.sentCredential(),
                    bundle.serverCa().getEncoded(),
                    CertificateUsage.TRUST_ANCHOR_ASSERTION,
                    MatchingType.EXACT,
                    Optional.empty(),
                    ServerObject.of(1, FACTORY_LIFETIME));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no encoding", e);
        }
    }

    /** The name that the server's certificate must carry, unless the usage compares certificates. */
    public String expectedName() {
        return serverName.orElse(uri.getHost());
    }

    /** What events say about the account's certificate. */
    public Certificate certificate() {
        X509Certificate own = credential.certificate();
        return new Certificate(
                own.getSerialNumber().toString(16),
                SubjectName.text(own),
                own.getIssuerX500Principal().getName());
    }

    /**
     * A certificate in the words of an event: little enough to keep.
     *
     * @param serial hexadecimal
     * @param subject as text
     * @param issuer as text
     */
    public record Certificate(String serial, String subject, String issuer) {
        /** Adds what it says to an event. */
        public Event.Draft addTo(Event.Draft event) {
            return event.fact("serial", serial).fact("subject", subject).fact("issuer", issuer);
        }
    }

    /** The same account with another CA as its only trust anchor: Certificate Usage 2. */
    public ServerAccount withServerCa(X509Certificate ca) {
        try {
            return new ServerAccount(
                    securityInstance,
                    uri,
                    credential,
                    ca.getEncoded(),
                    CertificateUsage.TRUST_ANCHOR_ASSERTION,
                    MatchingType.EXACT,
                    serverName,
                    server);
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read cannot be encoded", e);
        }
    }

    /** The same account at another address. */
    public ServerAccount withUri(URI value) {
        return new ServerAccount(
                securityInstance, value, credential, serverPublicKey, usage, matching, serverName, server);
    }

    /** The same account with another Server object. */
    public ServerAccount withServer(ServerObject value) {
        return new ServerAccount(
                securityInstance, uri, credential, serverPublicKey, usage, matching, serverName, value);
    }
}
