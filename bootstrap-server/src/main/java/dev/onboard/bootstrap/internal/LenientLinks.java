package dev.onboard.bootstrap.internal;

import dev.onboard.dtls.internal.LenientLinkFormat;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.link.LinkParseException;
import org.eclipse.leshan.core.link.lwm2m.DefaultLwM2mLinkParser;
import org.eclipse.leshan.core.link.lwm2m.LwM2mLink;
import org.eclipse.leshan.core.link.lwm2m.LwM2mLinkParser;

/** Reads the answer to Discover as devices in the field write it; of their attributes only the short server id counts here. */
final class LenientLinks implements LwM2mLinkParser {
    private final LwM2mLinkParser parser = new DefaultLwM2mLinkParser();

    @Override
    public LwM2mLink[] parseLwM2mLinkFromCoreLinkFormat(byte[] bytes, String rootPath) throws LinkParseException {
        return parser.parseLwM2mLinkFromCoreLinkFormat(LenientLinkFormat.strict(bytes), rootPath);
    }

    @Override
    public Link[] parseCoreLinkFormat(byte[] bytes) throws LinkParseException {
        return parser.parseCoreLinkFormat(LenientLinkFormat.strict(bytes));
    }
}
