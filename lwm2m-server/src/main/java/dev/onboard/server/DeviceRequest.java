package dev.onboard.server;

import java.util.Optional;

/**
 * A request to a device (OMA LwM2M Core 6.3), with bodies as they are on the wire.
 *
 * @param path an LwM2M path such as {@code /3/0/0}
 * @param query of a Write-Attributes, for example {@code pmin=1&pmax=10}; empty for all others
 * @param accept the media type that is asked for; empty leaves it to the device
 * @param content of a write, a creation, or the arguments of an Execute
 */
public record DeviceRequest(
        Operation operation,
        String path,
        String query,
        Optional<String> accept,
        Optional<Content> content,
        Delivery delivery) {
    /** What is to be done. */
    public enum Operation {
        READ,
        DISCOVER,
        /** Write, replacing an instance's resources. */
        WRITE,
        /** Write, leaving an instance's other resources as they are. */
        WRITE_UPDATE,
        WRITE_ATTRIBUTES,
        EXECUTE,
        CREATE,
        DELETE;

        /** As the journal has it: {@code write-attributes}. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** Whether the device has to answer. */
    public enum Delivery {
        CONFIRMABLE,
        /** Sent once; nobody learns whether it arrived. */
        NON_CONFIRMABLE
    }

    /** A request without a body. */
    public static DeviceRequest of(Operation operation, String path) {
        return new DeviceRequest(operation, path, "", Optional.empty(), Optional.empty(), Delivery.CONFIRMABLE);
    }

    /** Asking for this media type. */
    public DeviceRequest accepting(String mediaType) {
        return new DeviceRequest(operation, path, query, Optional.of(mediaType), content, delivery);
    }

    /** With this body. */
    public DeviceRequest with(Content body) {
        return new DeviceRequest(operation, path, query, accept, Optional.of(body), delivery);
    }

    /** With these attributes. */
    public DeviceRequest withQuery(String attributes) {
        return new DeviceRequest(operation, path, attributes, accept, content, delivery);
    }

    /** Delivered so. */
    public DeviceRequest delivered(Delivery how) {
        return new DeviceRequest(operation, path, query, accept, content, how);
    }
}
