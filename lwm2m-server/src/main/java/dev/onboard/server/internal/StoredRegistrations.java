package dev.onboard.server.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.eclipse.leshan.server.redis.serialization.RegistrationSerDes;
import org.eclipse.leshan.server.registration.Registration;

/**
 * Registrations as they are stored: as Leshan stores them, in UTF-8, with the name of the node that has the device's session
 * in place of a server's address, which may be the same for several. Whoever stores a registration has just heard of the
 * device. Thread-safe.
 */
final class StoredRegistrations extends RegistrationSerDes {
    /** The scheme of a node's name. */
    static final String NODE = "onboard-node";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SERVER = "epUri";

    private final URI node;
    private volatile URI here;

    StoredRegistrations(URI node) {
        super(new StoredPeers());
        this.node = node;
        this.here = node;
    }

    /** The endpoint of the server of this process. */
    void listensAt(URI endpoint) {
        here = endpoint;
    }

    /** The node of a stored registration. */
    static String nodeOf(JsonNode stored) {
        return stored.path(SERVER).asText();
    }

    /** Whether the session of the device is with a server in another process, or was with one that has ended. */
    static boolean isElsewhere(Registration registration) {
        return NODE.equals(registration.getLastEndpointUsed().getScheme());
    }

    @Override
    public JsonNode jSerialize(Registration registration) {
        return ((ObjectNode) super.jSerialize(registration)).put(SERVER, node.toString());
    }

    @Override
    public byte[] bSerialize(Registration registration) {
        return jSerialize(registration).toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Registration deserialize(JsonNode stored) {
        return super.deserialize(
                nodeOf(stored).equals(node.toString()) ? ((ObjectNode) stored).put(SERVER, here.toString()) : stored);
    }

    @Override
    public Registration deserialize(byte[] stored) {
        try {
            return deserialize(JSON.readTree(stored));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a registration in Redis cannot be read", e);
        } catch (IOException e) {
            throw new IllegalStateException(e); // octets in memory
        }
    }
}
