package dev.onboard.server.internal;

import dev.onboard.dtls.internal.TlvLengths;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.TimestampedLwM2mNode;
import org.eclipse.leshan.core.node.TimestampedLwM2mNodes;
import org.eclipse.leshan.core.node.codec.CodecException;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mDecoder;
import org.eclipse.leshan.core.node.codec.LwM2mDecoder;
import org.eclipse.leshan.core.request.ContentFormat;

/**
 * Leshan's decoder, which refuses by {@link CodecException} alone and takes no more room than a body has octets. Leshan throws other
 * exceptions for some bodies, which nobody catches, so that what was asked of the device would wait for nothing. Thread-safe.
 */
final class CheckedDecoder implements LwM2mDecoder {
    private final LwM2mDecoder leshan = new DefaultLwM2mDecoder();

    @Override
    public LwM2mNode decode(byte[] content, ContentFormat format, LwM2mPath path, LwM2mModel model) {
        return checked(content, format, () -> leshan.decode(content, format, path, model));
    }

    @Override
    public <T extends LwM2mNode> T decode(
            byte[] content, ContentFormat format, LwM2mPath path, LwM2mModel model, Class<T> nodeClass) {
        return checked(content, format, () -> leshan.decode(content, format, path, model, nodeClass));
    }

    @Override
    public Map<LwM2mPath, LwM2mNode> decodeNodes(
            byte[] content, ContentFormat format, List<LwM2mPath> paths, LwM2mModel model) {
        return checked(content, format, () -> leshan.decodeNodes(content, format, paths, model));
    }

    @Override
    public List<TimestampedLwM2mNode> decodeTimestampedData(
            byte[] content, ContentFormat format, LwM2mPath path, LwM2mModel model) {
        return checked(content, format, () -> leshan.decodeTimestampedData(content, format, path, model));
    }

    @Override
    public TimestampedLwM2mNodes decodeTimestampedNodes(
            byte[] content, ContentFormat format, List<LwM2mPath> paths, LwM2mModel model) {
        return checked(content, format, () -> leshan.decodeTimestampedNodes(content, format, paths, model));
    }

    @Override
    public List<LwM2mPath> decodePaths(byte[] content, ContentFormat format) {
        return checked(content, format, () -> leshan.decodePaths(content, format));
    }

    @Override
    public boolean isSupported(ContentFormat format) {
        return leshan.isSupported(format);
    }

    @Override
    public Set<ContentFormat> getSupportedContentFormat() {
        return leshan.getSupportedContentFormat();
    }

    private static <T> T checked(byte[] content, ContentFormat format, Supplier<T> decoding) {
        boolean tlv = format != null
                && (format.getCode() == ContentFormat.TLV_CODE || format.getCode() == ContentFormat.OLD_TLV_CODE);
        if (tlv && content != null && !TlvLengths.fit(content)) {
            throw new CodecException("a length in the TLV body reaches beyond what it stands in");
        }
        try {
            return decoding.get();
        } catch (CodecException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CodecException(e, "the body is not what its format says: %s", e);
        }
    }
}
