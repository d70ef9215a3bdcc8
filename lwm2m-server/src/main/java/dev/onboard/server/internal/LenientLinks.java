package dev.onboard.server.internal;

import dev.onboard.dtls.internal.LenientLinkFormat;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.link.LinkParseException;
import org.eclipse.leshan.core.link.lwm2m.DefaultLwM2mLinkParser;
import org.eclipse.leshan.core.link.lwm2m.LwM2mLink;
import org.eclipse.leshan.core.link.lwm2m.LwM2mLinkParser;

/** Reads links strictly, and where that fails, as devices in the field write them. */
final class LenientLinks implements LwM2mLinkParser {
    private final LwM2mLinkParser strict = new DefaultLwM2mLinkParser();

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
        try {
            return strict.parseCoreLinkFormat(bytes);
        } catch (LinkParseException e) {
            return strict.parseCoreLinkFormat(LenientLinkFormat.strict(bytes));
        }
    }
}
