package dev.onboard.pki;

import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.ParsedCertificate;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The CA certificates that came with chains, taken apart, and which of them signed which: the devices of a factory send the
 * same ones again and again. A signature that verified once verifies for ever; nothing else of a verdict is kept — validity,
 * revocation, constraints and trust are judged each time, and end-entity certificates are not kept at all. Belongs to one
 * policy, and ends with it when trust changes. Bounded and thread-safe.
 */
final class KnownAuthorities {
    /** So many of each; a flood of made-up CAs costs what it would without this. */
    private static final int MOST = 512;

    private final Map<ByteBuffer, ParsedCertificate> certificates = new ConcurrentHashMap<>();
    private final Map<Link, Boolean> links = new ConcurrentHashMap<>();

    private record Link(ParsedCertificate child, ByteBuffer key) {}

    /** The certificate in these octets. */
    ParsedCertificate parsed(byte[] der) throws MalformedDerException {
        ParsedCertificate known = certificates.get(ByteBuffer.wrap(der));
        if (known != null) {
            return known;
        }
        ParsedCertificate parsed = ParsedCertificate.of(der);
        if (parsed.isCa()) {
            keep(certificates, ByteBuffer.wrap(der.clone()), parsed);
        }
        return parsed;
    }

    /** Whether this key is known to have signed the certificate. */
    boolean isSigned(ParsedCertificate child, byte[] key) {
        return child.isCa() && links.containsKey(new Link(child, ByteBuffer.wrap(key)));
    }

    /** This key signed the certificate. */
    void signed(ParsedCertificate child, byte[] key) {
        if (child.isCa()) {
            keep(links, new Link(child, ByteBuffer.wrap(key)), true);
        }
    }

    private static <K, V> void keep(Map<K, V> map, K key, V value) {
        if (map.size() >= MOST) {
            map.clear();
        }
        map.put(key, value);
    }
}
