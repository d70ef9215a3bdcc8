package dev.onboard.device.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.leshan.core.node.LwM2mResource;

/**
 * An object of the device with its one instance, as the LwM2M server sees it. What the model forbids (reading what can only
 * be executed, …) was refused before it gets here. Called under the lock of its {@link Management}.
 */
interface ManagedObject {
    /** The object's id. */
    int id();

    /** The id of its one instance. */
    int instance();

    /** What this instance has, ascending; executable resources included. */
    List<Integer> resources();

    /** The present value. */
    Optional<LwM2mResource> read(int resource);

    /** Takes values for writable resources, all of them or none. */
    Answer write(Collection<LwM2mResource> values, Writing writing);

    /**
     * Carries out an executable resource.
     *
     * @param arguments as they are on the wire; most resources have none
     */
    Execution execute(int resource, byte[] arguments);

    /** What the links of a registration have beyond the instance's own; empty, or beginning with a comma. */
    default String published() {
        return "";
    }

    /** How a write treats what it does not mention. */
    enum Writing {
        /** Sets it back (PUT on an instance). */
        REPLACE,
        /** Leaves it. */
        UPDATE
    }

    /**
     * What to answer, and what to do once the answer has left the device.
     *
     * @param afterwards may block
     */
    record Execution(Answer answer, Runnable afterwards) {
        static Execution of(Answer answer) {
            return new Execution(answer, () -> {});
        }
    }
}
