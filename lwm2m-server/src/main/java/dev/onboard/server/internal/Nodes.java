package dev.onboard.server.internal;

import dev.onboard.server.Node;
import dev.onboard.server.OperationException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.ObjectLink;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.WriteRequest;
import org.eclipse.leshan.core.util.datatype.ULong;

/** Between Leshan's nodes and ours. */
final class Nodes {
    private Nodes() {}

    static Node of(LwM2mNode node) {
        if (node instanceof LwM2mObject object) {
            return children(object.getInstances(), Nodes::of);
        }
        if (node instanceof LwM2mObjectInstance instance) {
            return children(instance.getResources(), Nodes::of);
        }
        if (node instanceof LwM2mResource resource) {
            return resource.isMultiInstances()
                    ? children(resource.getInstances(), Nodes::of)
                    : new Node.Value(plain(resource.getValue()));
        }
        if (node instanceof LwM2mResourceInstance instance) {
            return new Node.Value(plain(instance.getValue()));
        }
        throw new IllegalStateException("unknown kind of node: " + node);
    }

    private static <N> Node children(Map<Integer, N> nodes, Function<N, Node> convert) {
        TreeMap<Integer, Node> converted = new TreeMap<>();
        nodes.forEach((id, node) -> converted.put(id, convert.apply(node)));
        return new Node.Children(converted);
    }

    private static Object plain(Object value) {
        if (value instanceof Date date) {
            return date.toInstant();
        }
        if (value instanceof ULong number) {
            return number.longValue();
        }
        if (value instanceof ObjectLink link) {
            return link.getObjectId() + ":" + link.getObjectInstanceId();
        }
        if (value instanceof String
                || value instanceof Long
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof byte[]) {
            return value;
        }
        return String.valueOf(value);
    }

    /** A Write of one resource; its type, as the object's model says it, decides how the text is read. */
    static WriteRequest write(LwM2mPath path, ResourceModel.Type type, String text) {
        int object = path.getObjectId();
        int instance = path.getObjectInstanceId();
        int resource = path.getResourceId();
        try {
            return switch (type) {
                case INTEGER -> new WriteRequest(ContentFormat.TLV, object, instance, resource, Long.parseLong(text));
                case UNSIGNED_INTEGER ->
                    new WriteRequest(ContentFormat.TLV, object, instance, resource, ULong.valueOf(text));
                case FLOAT -> new WriteRequest(ContentFormat.TLV, object, instance, resource, Double.parseDouble(text));
                case BOOLEAN -> new WriteRequest(ContentFormat.TLV, object, instance, resource, bool(text));
                case TIME ->
                    new WriteRequest(ContentFormat.TLV, object, instance, resource, Date.from(Instant.parse(text)));
                case OPAQUE ->
                    new WriteRequest(
                            ContentFormat.TLV,
                            object,
                            instance,
                            resource,
                            Base64.getDecoder().decode(text));
                case OBJLNK ->
                    new WriteRequest(ContentFormat.TLV, object, instance, resource, ObjectLink.decodeFromString(text));
                default -> new WriteRequest(ContentFormat.TLV, object, instance, resource, text);
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new OperationException(
                    "invalid-value",
                    "'" + text + "' cannot be written to " + path + ": expected "
                            + switch (type) {
                                case INTEGER, UNSIGNED_INTEGER -> "a whole number";
                                case FLOAT -> "a number";
                                case BOOLEAN -> "true or false";
                                case TIME -> "a time such as 2026-01-31T12:00:00Z";
                                case OPAQUE -> "Base64";
                                case OBJLNK -> "an object link such as 3:0";
                                default -> "a text";
                            });
        }
    }

    private static boolean bool(String text) {
        return switch (text) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }
}
