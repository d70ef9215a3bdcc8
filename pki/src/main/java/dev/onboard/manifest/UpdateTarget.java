package dev.onboard.manifest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Which devices an image is for (RFC 9124, 3.3 and 3.4). Immutable.
 *
 * @param vendor the vendor's id
 * @param deviceClass the id of devices that take the same image
 */
public record UpdateTarget(UUID vendor, UUID deviceClass) {
    /** RFC 9562, appendix A: the namespace of DNS names. */
    private static final UUID DNS = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    /** The ids made of names, as RFC 9124, 3.3.1 and 3.4.1 suggest: UUIDs of version 5, the class's within the vendor's. */
    public static UpdateTarget of(String vendorName, String model) {
        UUID vendor = version5(DNS, vendorName);
        return new UpdateTarget(vendor, version5(vendor, model));
    }

    static UUID version5(UUID namespace, String name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(octets(namespace));
            ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
            long most = (hash.getLong() & 0xffffffffffff0fffL) | 0x5000L;
            long least = (hash.getLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
            return new UUID(most, least);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-1", e);
        }
    }

    /** The 16 octets of an id (RFC 9562, 4). */
    public static byte[] octets(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }
}
