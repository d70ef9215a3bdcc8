package dev.onboard.device.internal;

import dev.onboard.dtls.internal.TlvLengths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.model.StaticModel;
import org.eclipse.leshan.core.node.InvalidLwM2mPathException;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mNodeException;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.codec.CodecException;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mDecoder;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mEncoder;
import org.eclipse.leshan.core.node.codec.LwM2mDecoder;
import org.eclipse.leshan.core.node.codec.LwM2mEncoder;
import org.eclipse.leshan.core.request.ContentFormat;

/**
 * The object model of our devices (LwM2M 1.1) and Leshan's encoders and decoders: one of each for all devices of the
 * process. Thread-safe.
 */
public final class Codecs {
    static final int SECURITY = 0;
    static final int SERVER = 1;
    static final int ACCESS_CONTROL = 2;
    static final int DEVICE = 3;
    static final int FIRMWARE = 5;
    /** OMA's Software Component. */
    static final int COMPONENT = 14;
    /** The platform's. */
    static final int MANIFEST = 10252;

    static final int METADATA = 10255;

    /** The versions that need not be announced by a client of LwM2M 1.1 (OMA LwM2M Core 1.1.1, 7.2.2). */
    private static final Map<Integer, String> VERSIONS =
            Map.of(SECURITY, "1.1", SERVER, "1.1", ACCESS_CONTROL, "1.0", DEVICE, "1.1", FIRMWARE, "1.0");

    private static final LwM2mModel MODEL = new StaticModel(models());
    private static final LwM2mDecoder DECODER = new DefaultLwM2mDecoder();
    private static final LwM2mEncoder ENCODER = new DefaultLwM2mEncoder();

    private Codecs() {}

    /** Reads the model, when nobody has. */
    public static void load() {
        MODEL.getObjectModels();
    }

    private static List<ObjectModel> models() {
        List<ObjectModel> chosen = new ArrayList<>();
        for (ObjectModel model : ObjectLoader.loadAllDefault()) {
            if (model.version.equals(VERSIONS.get(model.id))) {
                chosen.add(model);
            }
        }
        chosen.addAll(PlatformObjects.models());
        return chosen;
    }

    /** The model of an object that the device has. */
    static Optional<ObjectModel> object(int id) {
        return Optional.ofNullable(MODEL.getObjectModel(id));
    }

    /** The model of a resource that the device knows. */
    static Optional<ResourceModel> resource(int object, int resource) {
        return Optional.ofNullable(MODEL.getResourceModel(object, resource));
    }

    /** The LwM2M path that a request names; empty when it is none. */
    static Optional<LwM2mPath> path(OptionSet options) {
        List<String> segments = options.getUriPath();
        if (segments.isEmpty() || segments.size() == 1 && segments.get(0).isEmpty()) {
            return Optional.of(LwM2mPath.ROOTPATH);
        }
        if (segments.size() > 4 || !segments.stream().allMatch(Codecs::isId)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LwM2mPath(String.join("/", segments)));
        } catch (InvalidLwM2mPathException e) {
            return Optional.empty();
        }
    }

    private static boolean isId(String segment) {
        return !segment.isEmpty() && segment.length() <= 5 && segment.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Can a body in this format be read? */
    static boolean reads(int format) {
        return DECODER.isSupported(ContentFormat.fromCode(format));
    }

    /** Can an answer be written in this format? */
    static boolean writes(int format) {
        return ENCODER.isSupported(ContentFormat.fromCode(format));
    }

    /** @throws CodecException when the body is not what the path and the format say */
    static <T extends LwM2mNode> T decode(byte[] body, int format, LwM2mPath path, Class<T> type) {
        if (format == ContentFormat.TLV_CODE && !TlvLengths.fit(body)) {
            throw new CodecException("a length in the TLV body for %s reaches beyond what it stands in", path);
        }
        try {
            T node = DECODER.decode(body, ContentFormat.fromCode(format), path, MODEL, type);
            if (node == null) {
                throw new CodecException("an empty body for %s", path);
            }
            return node;
        } catch (LwM2mNodeException | IllegalArgumentException e) {
            throw new CodecException(e, "a body for %s that cannot be: %s", path, e.getMessage());
        }
    }

    /** @throws CodecException when this node cannot be said in this format */
    static byte[] encode(LwM2mNode node, int format, LwM2mPath path) {
        return ENCODER.encode(node, ContentFormat.fromCode(format), path, MODEL);
    }
}
