package dev.onboard.device.internal;

import dev.onboard.device.AccessControl;
import dev.onboard.device.internal.Delivery.Reading;
import dev.onboard.device.internal.Delivery.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/** /2/x, an instance of the Access Control object, which the bootstrap server alone writes on this device. */
record AccessRights(AccessControl access) implements ManagedObject {
    private static final int OBJECT = 0;
    private static final int OBJECT_INSTANCE = 1;
    private static final int RIGHTS = 2;
    private static final int OWNER = 3;

    /** What the written instances say. */
    static List<AccessControl> read(SortedMap<Integer, SortedMap<Integer, LwM2mResource>> instances) {
        List<AccessControl> all = new ArrayList<>();
        instances.forEach((instance, resources) -> all.add(new AccessControl(
                instance,
                number(instance, resources, OBJECT),
                number(instance, resources, OBJECT_INSTANCE),
                rights(resources),
                number(instance, resources, OWNER))));
        return all;
    }

    private static int number(int instance, SortedMap<Integer, LwM2mResource> resources, int id) {
        OptionalLong number = Reading.optionalNumber(resources, id);
        if (number.isEmpty() || number.getAsLong() < 0 || number.getAsLong() > 65_535) {
            throw new Refusal(
                    "invalid-access-control",
                    "/2/" + instance + "/" + id + " holds no number from 0 to 65535; an instance of Access Control says"
                            + " whose rights at which instance of which object it is about, and who owns it");
        }
        return (int) number.getAsLong();
    }

    private static SortedMap<Integer, Long> rights(SortedMap<Integer, LwM2mResource> resources) {
        SortedMap<Integer, Long> rights = new TreeMap<>();
        LwM2mResource given = resources.get(RIGHTS);
        if (given != null && given.isMultiInstances()) {
            given.getInstances().forEach((server, value) -> {
                if (value.getValue() instanceof Long operations) {
                    rights.put(server, operations);
                }
            });
        }
        return rights;
    }

    /** All of it, as a bootstrap server writes and reads it. */
    Map<Integer, LwM2mResource> written() {
        Map<Integer, LwM2mResource> written = new HashMap<>();
        resources().forEach(id -> read(id).ifPresent(resource -> written.put(id, resource)));
        return written;
    }

    @Override
    public int id() {
        return Codecs.ACCESS_CONTROL;
    }

    @Override
    public int instance() {
        return access.instance();
    }

    @Override
    public List<Integer> resources() {
        return List.of(OBJECT, OBJECT_INSTANCE, RIGHTS, OWNER);
    }

    @Override
    public Optional<LwM2mResource> read(int resource) {
        return switch (resource) {
            case OBJECT -> number(resource, access.object());
            case OBJECT_INSTANCE -> number(resource, access.objectInstance());
            case RIGHTS ->
                Optional.of(new LwM2mMultipleResource(
                        resource,
                        Type.INTEGER,
                        access.rights().entrySet().stream()
                                .map(each -> LwM2mResourceInstance.newIntegerInstance(each.getKey(), each.getValue()))
                                .toList()));
            case OWNER -> number(resource, access.owner());
            default -> Optional.empty();
        };
    }

    private static Optional<LwM2mResource> number(int resource, int value) {
        return Optional.of(LwM2mSingleResource.newIntegerResource(resource, value));
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        return Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "who may do what is said by the bootstrap server alone");
    }

    @Override
    public Execution execute(int resource, byte[] arguments) {
        return Execution.of(Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "nothing in object 2 can be executed"));
    }
}
