package dev.onboard.device;

import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.MatchingType;
import java.net.URI;
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
    /** The name that the server's certificate must carry, unless the usage compares certificates. */
    public String expectedName() {
        return serverName.orElse(uri.getHost());
    }

    /** The same account with another Server object. */
    public ServerAccount withServer(ServerObject value) {
        return new ServerAccount(
                securityInstance, uri, credential, serverPublicKey, usage, matching, serverName, value);
    }
}
