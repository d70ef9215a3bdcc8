package dev.onboard.server.internal;

import dev.onboard.dtls.internal.PeerTrust;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.NamePolicy;
import java.security.Principal;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.core.californium.identity.IdentityHandler;
import org.eclipse.leshan.core.peer.IpPeer;
import org.eclipse.leshan.core.peer.LwM2mPeer;
import org.eclipse.leshan.core.peer.X509Identity;

/**
 * The device at the other end, with its whole certificate and the verdict on it; one that was stored has left both behind.
 * Equal to another when it stands for the same name, so that a registration outlives the renewal of its certificate.
 */
final class DevicePeer extends X509Identity {
    static final NamePolicy NAMES = NamePolicy.COMMON_NAME_OR_URI;

    private final Principal principal;
    private final Optional<PeerTrust> trust;

    private DevicePeer(Principal principal, PeerTrust trust) {
        super(EndpointIdentity.name(trust.certificate(), NAMES)
                .orElseGet(() -> Fingerprint.sha256(trust.certificate())));
        this.principal = principal;
        this.trust = Optional.of(trust);
    }

    private DevicePeer(String name, Principal principal) {
        super(name);
        this.principal = principal;
        this.trust = Optional.empty();
    }

    /**
     * One whose registration was stored.
     *
     * @param name for which it stands
     * @param subject of its certificate, as {@link Principal#getName} of its session gives it (RFC 2253)
     */
    static DevicePeer stored(String name, String subject) {
        return new DevicePeer(name, new X500Principal(subject));
    }

    /** Of a device that has just sent a message. */
    PeerTrust trust() {
        return trust.orElseThrow(() -> new IllegalStateException("a stored device has left its certificate behind"));
    }

    Principal principal() {
        return principal;
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
