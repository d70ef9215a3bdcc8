package dev.onboard.bootstrap.internal;

import dev.onboard.dtls.internal.PeerTrust;
import java.security.Principal;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.core.californium.identity.IdentityHandler;
import org.eclipse.leshan.core.peer.IpPeer;
import org.eclipse.leshan.core.peer.LwM2mIdentity;
import org.eclipse.leshan.core.peer.LwM2mPeer;

/**
 * The device at the other end, with its whole certificate and the verdict on it; Leshan's own identity keeps a common
 * name cut out of rendered text.
 *
 * @param principal what Scandium authenticated
 * @param trust the certificate and the verdict of the handshake
 */
record DevicePeer(Principal principal, PeerTrust trust) implements LwM2mIdentity {
    @Override
    public boolean isSecure() {
        return true;
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
                return new AddressEndpointContext(peer.getSocketAddress(), device.principal());
            }
            throw new IllegalStateException("not a peer of this server: " + client);
        }
    }
}
