package dev.onboard.server.internal;

import dev.onboard.dtls.internal.PeerTrust;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.NamePolicy;
import java.security.Principal;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.core.californium.identity.IdentityHandler;
import org.eclipse.leshan.core.peer.IpPeer;
import org.eclipse.leshan.core.peer.LwM2mPeer;
import org.eclipse.leshan.core.peer.X509Identity;

/**
 * The device at the other end, with its whole certificate and the verdict on it. Equal to another when it stands for the
 * same name, so that a registration outlives the renewal of its certificate.
 */
final class DevicePeer extends X509Identity {
    static final NamePolicy NAMES = NamePolicy.COMMON_NAME_OR_URI;

    private final Principal principal;
    private final PeerTrust trust;

    private DevicePeer(Principal principal, PeerTrust trust) {
        super(EndpointIdentity.name(trust.certificate(), NAMES)
                .orElseGet(() -> Fingerprint.sha256(trust.certificate())));
        this.principal = principal;
        this.trust = trust;
    }

    PeerTrust trust() {
        return trust;
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    /** Between Californium's messages and Leshan's peers. */
    static final class Handler implements IdentityHandler {
        @Override
        public LwM2mPeer getIdentity(Message message) {
            EndpointContext context = message.getSourceContext();
            Principal principal = context.getPeerIdentity();
            PeerTrust trust = PeerTrust.of(principal)
                    .orElseThrow(() -> new IllegalStateException("a message without an authenticated peer"));
            return new IpPeer(context.getPeerAddress(), new DevicePeer(principal, trust));
        }

        @Override
        public EndpointContext createEndpointContext(LwM2mPeer client, boolean allowConnectionInitiation) {
            if (client instanceof IpPeer peer && peer.getIdentity() instanceof DevicePeer device) {
                return new AddressEndpointContext(peer.getSocketAddress(), device.principal);
            }
            throw new IllegalStateException("not a peer of this server: " + client);
        }
    }
}
