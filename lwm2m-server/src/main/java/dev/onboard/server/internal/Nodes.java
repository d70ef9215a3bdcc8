package dev.onboard.server.internal;

import dev.onboard.server.Node;
import dev.onboard.server.OperationException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.eclipse.leshan.core.link.DefaultLinkSerializer;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.link.LinkSerializer;
import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.node.LwM2mChildNode;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.node.ObjectLink;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.request.WriteRequest;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.jspecify.annotations.Nullable;

/** Between Leshan's nodes and ours. */
final class Nodes {
    private static final LinkSerializer LINKS = new DefaultLinkSerializer();

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
        if (value instanceof Link[] links) {
            return LINKS.serializeCoreLinkFormat(links);
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

    /** The nodes of several paths; what the device does not have is left out. */
    static SortedMap<String, Node> together(Map<LwM2mPath, ? extends LwM2mNode> nodes) {
        SortedMap<String, Node> converted = new TreeMap<>();
        nodes.forEach((path, node) -> {
            if (node != null) {
                converted.put(path.toString(), of(node));
            }
        });
        return converted;
    }

    /** Of ours at this path. Types are those of the values; the model has the last word when they are encoded. */
    static LwM2mChildNode of(LwM2mPath path, Node node, LwM2mModel model) {
        if (path.isObject()) {
            List<LwM2mObjectInstance> instances = new ArrayList<>();
            children(node, path)
                    .forEach((id, child) -> instances.add(
                            (LwM2mObjectInstance) of(new LwM2mPath(path.getObjectId(), id), child, model)));
            return new LwM2mObject(path.getObjectId(), instances);
        }
        if (path.isObjectInstance()) {
            List<LwM2mResource> resources = new ArrayList<>();
            children(node, path)
                    .forEach((id, child) -> resources.add((LwM2mResource) of(path.append(id), child, model)));
            return new LwM2mObjectInstance(path.getObjectInstanceId(), resources);
        }
        ResourceModel known = model.getResourceModel(path.getObjectId(), path.getResourceId());
        if (path.isResourceInstance()) {
            Object value = value(node, path, known);
            return LwM2mResourceInstance.newInstance(path.getResourceInstanceId(), value, type(value));
        }
        if (node instanceof Node.Children multiple) {
            Map<Integer, Object> values = new TreeMap<>();
            multiple.byId().forEach((id, child) -> values.put(id, value(child, path, known)));
            ResourceModel.Type type = values.isEmpty()
                    ? known == null || known.type == null ? ResourceModel.Type.STRING : known.type
                    : type(values.values().iterator().next());
            return LwM2mMultipleResource.newResource(path.getResourceId(), values, type);
        }
        Object value = value(node, path, known);
        return LwM2mSingleResource.newResource(path.getResourceId(), value, type(value));
    }

    private static Map<Integer, Node> children(Node node, LwM2mPath path) {
        if (node instanceof Node.Children children) {
            return children.byId();
        }
        throw new OperationException("invalid-value", path + " is no resource and has no single value");
    }

    private static Object value(Node node, LwM2mPath path, @Nullable ResourceModel known) {
        if (!(node instanceof Node.Value single)) {
            throw new OperationException("invalid-value", path + " takes a single value, not several");
        }
        if (single.value() instanceof Instant time) {
            return Date.from(time);
        }
        return known != null && known.type == ResourceModel.Type.OBJLNK && single.value() instanceof String link
                ? ObjectLink.decodeFromString(link)
                : single.value();
    }

    private static ResourceModel.Type type(Object value) {
        return value instanceof Long
                ? ResourceModel.Type.INTEGER
                : value instanceof Double
                        ? ResourceModel.Type.FLOAT
                        : value instanceof Boolean
                                ? ResourceModel.Type.BOOLEAN
                                : value instanceof byte[]
                                        ? ResourceModel.Type.OPAQUE
                                        : value instanceof Date
                                                ? ResourceModel.Type.TIME
                                                : value instanceof ObjectLink
                                                        ? ResourceModel.Type.OBJLNK
                                                        : ResourceModel.Type.STRING;
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
