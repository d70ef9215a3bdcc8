package dev.onboard.server.internal;

import dev.onboard.server.Content;
import dev.onboard.server.DeviceRequest;
import dev.onboard.server.Node;
import dev.onboard.server.OperationException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.eclipse.leshan.core.link.attributes.InvalidAttributeException;
import org.eclipse.leshan.core.link.lwm2m.attributes.DefaultLwM2mAttributeParser;
import org.eclipse.leshan.core.link.lwm2m.attributes.LwM2mAttributeParser;
import org.eclipse.leshan.core.link.lwm2m.attributes.LwM2mAttributeSet;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.node.InvalidLwM2mPathException;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.codec.CodecException;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mEncoder;
import org.eclipse.leshan.core.node.codec.LwM2mDecoder;
import org.eclipse.leshan.core.node.codec.LwM2mEncoder;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.CreateRequest;
import org.eclipse.leshan.core.request.DeleteRequest;
import org.eclipse.leshan.core.request.DiscoverRequest;
import org.eclipse.leshan.core.request.DownlinkRequest;
import org.eclipse.leshan.core.request.ExecuteRequest;
import org.eclipse.leshan.core.request.ReadRequest;
import org.eclipse.leshan.core.request.WriteAttributesRequest;
import org.eclipse.leshan.core.request.WriteRequest;
import org.eclipse.leshan.core.response.LwM2mResponse;

/** Makes Leshan's requests of ours. A body that does not fit the object's model is found here, before it is sent. */
record Requests(LwM2mModel model) {
    private static final LwM2mDecoder DECODER = new CheckedDecoder();
    private static final LwM2mEncoder ENCODER = new DefaultLwM2mEncoder();
    private static final LwM2mAttributeParser ATTRIBUTES = new DefaultLwM2mAttributeParser();

    /** Throws {@link OperationException}, or what Leshan throws for a path that it has no such request for. */
    DownlinkRequest<? extends LwM2mResponse> make(DeviceRequest request, LwM2mPath target) {
        return switch (request.operation()) {
            case READ ->
                request.accept().isEmpty()
                        ? new ReadRequest(request.path())
                        : new ReadRequest(format(request.accept().get()), request.path());
            case DISCOVER -> new DiscoverRequest(request.path());
            case WRITE -> write(WriteRequest.Mode.REPLACE, request, target);
            case WRITE_UPDATE -> write(WriteRequest.Mode.UPDATE, request, target);
            case WRITE_ATTRIBUTES -> new WriteAttributesRequest(request.path(), attributes(request.query()));
            case EXECUTE -> execute(request, target);
            case CREATE -> create(request, target);
            case DELETE -> new DeleteRequest(request.path());
        };
    }

    /** A node as it is on the wire. */
    Content encode(String path, Node node, String mediaType) {
        try {
            LwM2mPath target = new LwM2mPath(path);
            LwM2mNode encoded = Nodes.of(target, node, model);
            return Content.of(mediaType, ENCODER.encode(encoded, format(mediaType), target, model));
        } catch (InvalidLwM2mPathException e) {
            throw new OperationException("invalid-path", "'" + path + "' is not an LwM2M path such as /3/0/14");
        } catch (CodecException | IllegalArgumentException e) {
            throw new OperationException(
                    "invalid-value",
                    "the value cannot be written to " + path + " as " + mediaType + ": " + e.getMessage());
        }
    }

    static ContentFormat format(String mediaType) {
        String bare = mediaType.split(";", 2)[0].strip();
        ContentFormat known = ContentFormat.fromMediaType(bare);
        if (known == null) {
            throw new OperationException(
                    "invalid-value",
                    "'" + mediaType + "' is not a content format of LwM2M; there are text/plain,"
                            + " application/octet-stream, application/vnd.oma.lwm2m+tlv, application/senml+json,"
                            + " application/senml+cbor, application/cbor");
        }
        return known;
    }

    /** The media type of a CoAP content format. */
    static String mediaType(int format) {
        ContentFormat known = ContentFormat.fromCode(format);
        return known == null
                        || known.getMediaType() == null
                        || known.getMediaType().startsWith("unknown")
                ? "application/octet-stream"
                : known.getMediaType();
    }

    private DownlinkRequest<? extends LwM2mResponse> write(
            WriteRequest.Mode mode, DeviceRequest request, LwM2mPath target) {
        if (target.isObject()) {
            throw new OperationException(
                    "invalid-path", request.path() + " is an object; write an instance or a resource of it");
        }
        Content content = request.content().orElse(Content.of("text/plain", new byte[0]));
        ContentFormat format = format(content.mediaType());
        return new WriteRequest(mode, format, request.path(), decode(content, format, target, kind(target)));
    }

    /** SenML is read only for a kind of node that is named. */
    private static Class<? extends LwM2mNode> kind(LwM2mPath target) {
        return target.isObjectInstance()
                ? LwM2mObjectInstance.class
                : target.isResource() ? LwM2mResource.class : LwM2mResourceInstance.class;
    }

    private <T extends LwM2mNode> T decode(Content content, ContentFormat format, LwM2mPath target, Class<T> type) {
        try {
            T node = DECODER.decode(content.bytes(), format, target, model, type);
            if (node == null) {
                throw new OperationException("invalid-value", "the body for " + target + " is empty");
            }
            return node;
        } catch (CodecException | IllegalArgumentException e) {
            throw new OperationException(
                    "invalid-value",
                    "the body cannot be written to " + target + " as " + format.getMediaType() + ": " + e.getMessage());
        }
    }

    private static LwM2mAttributeSet attributes(String query) {
        try {
            Collection<org.eclipse.leshan.core.link.lwm2m.attributes.LwM2mAttribute<?>> parsed =
                    ATTRIBUTES.parseUriQuery(query);
            return new LwM2mAttributeSet(parsed);
        } catch (InvalidAttributeException | IllegalArgumentException e) {
            throw new OperationException(
                    "invalid-value", "'" + query + "' are not notification attributes: " + e.getMessage());
        }
    }

    private static DownlinkRequest<? extends LwM2mResponse> execute(DeviceRequest request, LwM2mPath target) {
        if (!target.isResource()) {
            throw new OperationException(
                    "invalid-path", request.path() + " is not a resource; execute one, such as /3/0/4");
        }
        String arguments = request.content()
                .map(content -> new String(content.bytes(), StandardCharsets.UTF_8))
                .orElse("");
        return arguments.isEmpty() ? new ExecuteRequest(request.path()) : new ExecuteRequest(request.path(), arguments);
    }

    private DownlinkRequest<? extends LwM2mResponse> create(DeviceRequest request, LwM2mPath target) {
        Content content = request.content().orElse(Content.of(ContentFormat.TLV.getMediaType(), new byte[0]));
        ContentFormat format = format(content.mediaType());
        if (target.isObjectInstance()) {
            LwM2mObjectInstance instance = decode(content, format, target, LwM2mObjectInstance.class);
            return new CreateRequest(
                    format,
                    target.getObjectId(),
                    new LwM2mObjectInstance(
                            target.getObjectInstanceId(),
                            instance.getResources().values()));
        }
        if (!target.isObject()) {
            throw new OperationException(
                    "invalid-path", request.path() + " is not an object; create an instance of one, such as /10");
        }
        if (format.equals(ContentFormat.TLV) && holdsInstances(content.bytes())) {
            LwM2mObject object = decode(content, format, target, LwM2mObject.class);
            return new CreateRequest(
                    format, target.getObjectId(), object.getInstances().values().toArray(LwM2mObjectInstance[]::new));
        }
        // resources alone: the device chooses the instance's number
        LwM2mObjectInstance instance =
                decode(content, format, new LwM2mPath(target.getObjectId(), 0), LwM2mObjectInstance.class);
        return new CreateRequest(
                format, target.getObjectId(), instance.getResources().values());
    }

    /** OMA LwM2M Core 7.4.3: the two highest bits of a TLV's type are 00 for an object instance. */
    private static boolean holdsInstances(byte[] tlv) {
        return tlv.length > 0 && (tlv[0] & 0xc0) == 0;
    }
}
