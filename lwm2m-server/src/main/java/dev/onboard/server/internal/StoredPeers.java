package dev.onboard.server.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import org.eclipse.leshan.core.peer.IpPeer;
import org.eclipse.leshan.core.peer.LwM2mPeer;
import org.eclipse.leshan.server.redis.serialization.LwM2mPeerSerDes;

/** A registration's device as it is stored: its address, its name, and the subject of its certificate. Thread-safe. */
final class StoredPeers extends LwM2mPeerSerDes {
    private static final String NAME = "name";
    private static final String SUBJECT = "subject";

    @Override
    public JsonNode serialize(LwM2mPeer peer) {
        if (!(peer instanceof IpPeer at) || !(peer.getIdentity() instanceof DevicePeer device)) {
            throw new IllegalStateException("not a peer of this server: " + peer);
        }
        ObjectNode stored = JsonNodeFactory.instance
                .objectNode()
                .put(KEY_ADDRESS, at.getSocketAddress().getAddress().getHostAddress())
                .put(KEY_PORT, at.getSocketAddress().getPort());
        stored.putObject(KEY_IDENTITY)
                .put(NAME, device.getX509CommonName())
                .put(SUBJECT, device.principal().getName());
        return stored;
    }

    @Override
    public LwM2mPeer deserialize(JsonNode stored) {
        JsonNode identity = stored.path(KEY_IDENTITY);
        return new IpPeer(
                new InetSocketAddress(
                        stored.path(KEY_ADDRESS).asText(), stored.path(KEY_PORT).asInt()),
                DevicePeer.stored(
                        identity.path(NAME).asText(), identity.path(SUBJECT).asText()));
    }
}
