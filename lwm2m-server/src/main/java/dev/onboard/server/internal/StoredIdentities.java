package dev.onboard.server.internal;

import com.fasterxml.jackson.databind.JsonNode;
import org.eclipse.leshan.core.peer.LwM2mIdentity;
import org.eclipse.leshan.core.peer.X509Identity;
import org.eclipse.leshan.server.redis.serialization.LwM2mIdentitySerDes;

/** By what a registration is found of the device that sends a message. */
final class StoredIdentities extends LwM2mIdentitySerDes {
    @Override
    public JsonNode serialize(LwM2mIdentity identity) {
        return super.serialize(
                identity instanceof DevicePeer device ? new X509Identity(device.getX509CommonName()) : identity);
    }
}
