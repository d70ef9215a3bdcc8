package dev.onboard.bootstrap.internal;

import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.Delivery.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.request.BootstrapDeleteRequest;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapFinishRequest;
import org.eclipse.leshan.core.request.BootstrapWriteRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.util.datatype.ULong;

/**
 * The requests of one bootstrap, in order: its deletes, its writes, Finish (OMA LwM2M Core 6.1.7).
 *
 * <p>The security instance is never the bootstrap server's own: Discover tells which that is, and where a device answers
 * no usable Discover, 0 is written, because the devices that do so keep their bootstrap account elsewhere. The server
 * instance is 0: some devices accept no other. Both are written whole, since a write removes what it does not carry.
 * With our own issuer and endpoint names of at most 32 characters the security instance fits one block of 1,024 bytes.
 */
record BootstrapPlan(List<BootstrapDownlinkRequest<?>> requests) {
    /** Resources of the Security object whose type is an unsigned integer. */
    private static final List<Integer> UNSIGNED = List.of(13, 15, 16);

    /** The plan for a device whose Discover of /0 answered these links; none when it answered nothing usable. */
    static BootstrapPlan of(Delivery delivery, ContentFormat format, List<Link> discovered) {
        List<BootstrapDownlinkRequest<?>> requests = new ArrayList<>();
        delivery.deletes().forEach(path -> requests.add(new BootstrapDeleteRequest(path)));
        for (Delivery.Instance instance : delivery.instances()) {
            int id = instance.object() == Delivery.Instance.SECURITY
                    ? freeSecurityInstance(instance.number(), discovered)
                    : instance.number();
            requests.add(new BootstrapWriteRequest(new LwM2mPath(instance.object(), id), node(id, instance), format));
        }
        if (delivery.ending() != Ending.SILENCE) {
            requests.add(new BootstrapFinishRequest());
        }
        if (delivery.ending() == Ending.FINISH_TWICE) {
            requests.add(new BootstrapFinishRequest());
        }
        return new BootstrapPlan(List.copyOf(requests));
    }

    private static LwM2mObjectInstance node(int id, Delivery.Instance instance) {
        List<LwM2mResource> resources = new ArrayList<>();
        instance.resources().forEach((resource, value) -> resources.add(resource(instance.object(), resource, value)));
        return new LwM2mObjectInstance(id, resources);
    }

    private static LwM2mResource resource(int object, int id, Object value) {
        if (value instanceof String text) {
            return LwM2mSingleResource.newStringResource(id, text);
        }
        if (value instanceof Boolean flag) {
            return LwM2mSingleResource.newBooleanResource(id, flag);
        }
        if (value instanceof Long number) {
            return object == Delivery.Instance.SECURITY && UNSIGNED.contains(id)
                    ? LwM2mSingleResource.newUnsignedIntegerResource(id, ULong.valueOf(number))
                    : LwM2mSingleResource.newIntegerResource(id, number);
        }
        if (value instanceof byte[] bytes) {
            return LwM2mSingleResource.newBinaryResource(id, bytes);
        }
        if (value instanceof Map<?, ?> several) {
            Map<Integer, Object> values = new TreeMap<>();
            several.forEach((at, one) -> values.put((Integer) at, one));
            if (object == Delivery.Instance.SECURITY && UNSIGNED.contains(id)) {
                values.replaceAll((at, one) -> ULong.valueOf((Long) one));
                return LwM2mMultipleResource.newResource(id, values, Type.UNSIGNED_INTEGER);
            }
            return LwM2mMultipleResource.newResource(id, values, Type.INTEGER);
        }
        throw new IllegalArgumentException(
                "a resource cannot hold a " + value.getClass().getSimpleName());
    }

    /** The n-th id that is not the bootstrap server's instance, which is the one without a short server id. */
    private static int freeSecurityInstance(int number, List<Link> discovered) {
        int free = 0;
        for (int instance = 0; ; instance++) {
            String path = "/0/" + instance;
            boolean bootstrapServer = discovered.stream()
                    .anyMatch(link -> link.getUriReference().equals(path)
                            && link.getAttributes().get("ssid") == null);
            if (!bootstrapServer && free++ == number) {
                return instance;
            }
        }
    }
}
