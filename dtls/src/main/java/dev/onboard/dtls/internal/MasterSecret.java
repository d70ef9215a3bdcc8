package dev.onboard.dtls.internal;

import java.lang.reflect.Field;
import javax.crypto.SecretKey;
import org.eclipse.californium.scandium.dtls.Handshaker;

/**
 * The master secret of a handshake, for captures. Scandium keeps it to itself, and in a session without an id not even there,
 * so it is asked for by reflection.
 */
final class MasterSecret {
    private MasterSecret() {}

    /** Its 48 octets (RFC 5246 section 8.1), as long as the handshake is being established. */
    static byte[] of(Handshaker handshaker) {
        try {
            Field secret = Handshaker.class.getDeclaredField("masterSecret");
            secret.setAccessible(true);
            return ((SecretKey) secret.get(handshaker)).getEncoded();
        } catch (NoSuchFieldException | IllegalAccessException e) {
            throw new IllegalStateException("this version of Scandium does not give a handshake's master secret", e);
        }
    }
}
