package dev.onboard.factory;

import dev.onboard.pki.CertificateRecipe;
import java.net.URI;
import java.security.cert.X509Certificate;

/**
 * An order for one device. Immutable; {@code with…} returns a copy.
 *
 * @param endpoint the device's name
 * @param mode how it will come to a registration
 * @param chainDepth how many CAs stand above the device's certificate: 1 = signed by the factory's root
 * @param serverUri of the bootstrap server, or in LwM2M mode of the LwM2M server, {@code coaps://host:port}
 * @param serverCa the CA that the device will trust at that server, and nothing else
 * @param identity what the device will say of itself
 * @param sends how much of its chain it shows
 * @param recipe the device's certificate; a good one unless a scenario says otherwise
 */
public record FactoryOrder(
        EndpointName endpoint,
        DeviceMode mode,
        int chainDepth,
        URI serverUri,
        X509Certificate serverCa,
        DeviceIdentity identity,
        SentChain sends,
        CertificateRecipe recipe) {
    /** The most CAs above a device's certificate. */
    public static final int DEEPEST = 5;

    /** @throws IllegalArgumentException when the depth is out of range or the URI is not one of coaps */
    public FactoryOrder {
        if (chainDepth < 1 || chainDepth > DEEPEST) {
            throw new IllegalArgumentException("a chain depth of " + chainDepth
                    + " cannot be made; 1 (signed by the root) to " + DEEPEST + " can");
        }
        if (!"coaps".equals(serverUri.getScheme()) || serverUri.getHost() == null) {
            throw new IllegalArgumentException(
                    "the server URI '" + serverUri + "' is not one that a device can use; give coaps://HOST:PORT");
        }
    }

    /** A device of this name, signed by the factory's root, for this bootstrap server. */
    public static FactoryOrder of(EndpointName endpoint, URI bootstrapUri, X509Certificate bootstrapServerCa) {
        return of(endpoint, DeviceMode.BOOTSTRAP, bootstrapUri, bootstrapServerCa);
    }

    /** A device of this name and mode, signed by the factory's root, for this server. */
    public static FactoryOrder of(EndpointName endpoint, DeviceMode mode, URI serverUri, X509Certificate serverCa) {
        return new FactoryOrder(
                endpoint,
                mode,
                1,
                serverUri,
                serverCa,
                DeviceIdentity.simulated(endpoint.value()),
                SentChain.all(),
                CertificateRecipe.device(endpoint.value()));
    }

    /** So many CAs above the device's certificate. */
    public FactoryOrder withChainDepth(int depth) {
        return new FactoryOrder(endpoint, mode, depth, serverUri, serverCa, identity, sends, recipe);
    }

    /** Says this of itself. */
    public FactoryOrder withIdentity(DeviceIdentity value) {
        return new FactoryOrder(endpoint, mode, chainDepth, serverUri, serverCa, value, sends, recipe);
    }

    /** Shows so much of its chain. */
    public FactoryOrder withSends(SentChain value) {
        return new FactoryOrder(endpoint, mode, chainDepth, serverUri, serverCa, identity, value, recipe);
    }

    /** With this certificate in place of the good one. */
    public FactoryOrder withRecipe(CertificateRecipe value) {
        return new FactoryOrder(endpoint, mode, chainDepth, serverUri, serverCa, identity, sends, value);
    }
}
