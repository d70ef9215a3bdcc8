package dev.onboard.factory;

import dev.onboard.pki.Credential;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What the factory puts into a device. Immutable. Its text shows no key.
 *
 * @param endpoint the device's name
 * @param mode what the credential is for, and which server the URI names
 * @param credential the device's key and certificate chain, leaf first, without the root
 * @param serverUri of the bootstrap server, or in LwM2M mode of the LwM2M server, {@code coaps://host:port}
 * @param serverCa what the device trusts at that server
 * @param trustStore the CAs that the device trusts of itself, for Certificate Usage 0 and 1; empty in most devices
 * @param updateAuthenticity whose signature the device accepts on firmware
 * @param identity what the device says of itself
 * @param sends how much of its chain it shows
 */
public record DeviceBundle(
        EndpointName endpoint,
        DeviceMode mode,
        Credential credential,
        URI serverUri,
        X509Certificate serverCa,
        List<X509Certificate> trustStore,
        X509Certificate updateAuthenticity,
        DeviceIdentity identity,
        SentChain sends) {
    public DeviceBundle {
        trustStore = List.copyOf(trustStore);
    }

    /** The credential as the device shows it: with the part of its chain that it {@link #sends()}. */
    public Credential sentCredential() {
        List<X509Certificate> chain = credential.chain();
        return chain.size() <= sends.certificates()
                ? credential
                : credential.withChain(chain.subList(0, sends.certificates()));
    }

    /** The same device with another key and certificate. */
    public DeviceBundle withCredential(Credential value) {
        return new DeviceBundle(
                endpoint, mode, value, serverUri, serverCa, trustStore, updateAuthenticity, identity, sends);
    }

    /** The same device for another server. */
    public DeviceBundle withServer(URI uri, X509Certificate ca) {
        return new DeviceBundle(endpoint, mode, credential, uri, ca, trustStore, updateAuthenticity, identity, sends);
    }

    /** The same device with another part of its chain shown. */
    public DeviceBundle withSends(SentChain value) {
        return new DeviceBundle(
                endpoint, mode, credential, serverUri, serverCa, trustStore, updateAuthenticity, identity, value);
    }

    /** The same device with CAs that it trusts of itself. */
    public DeviceBundle withTrustStore(List<X509Certificate> authorities) {
        return new DeviceBundle(
                endpoint, mode, credential, serverUri, serverCa, authorities, updateAuthenticity, identity, sends);
    }

    /** The same device, which accepts firmware signed for this certificate. */
    public DeviceBundle withUpdateAuthenticity(X509Certificate value) {
        return new DeviceBundle(endpoint, mode, credential, serverUri, serverCa, trustStore, value, identity, sends);
    }
}
