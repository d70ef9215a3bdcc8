package dev.onboard.device.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.node.LwM2mResource;

/**
 * An object whose one instance can only be read.
 *
 * @param facts its resources, each made when it is read
 * @param published links to its resources that the registration has, with their values; empty when it has none
 */
record FactsInstance(int id, SortedMap<Integer, Supplier<LwM2mResource>> facts, String published)
        implements ManagedObject {
    @Override
    public int instance() {
        return 0;
    }

    @Override
    public List<Integer> resources() {
        return List.copyOf(facts.keySet());
    }

    @Override
    public Optional<LwM2mResource> read(int resource) {
        return Optional.ofNullable(facts.get(resource)).map(Supplier::get);
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        return Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "object " + id + " cannot be written");
    }

    @Override
    public Execution execute(int resource, byte[] arguments) {
        return Execution.of(
                Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "object " + id + " has nothing to execute"));
    }
}
