package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.http.connect.ConnectedDevices;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What can be done to a registered device, by endpoint name and LwM2M path ({@code /3}, {@code /3/0}, {@code /3/0/2},
 * {@code /3/0/7/1}). Stages fail with {@link OperationException}. Thread-safe.
 *
 * <p>Values in JSON: a resource is a string, a number or a truth value; a time is RFC 3339 text; opaque content is
 * {@code {"opaque":"<base64>"}}; an object link is {@code {"link":"3:0"}}; a resource with several instances, an object
 * instance and an object are objects whose members are named by the ids below.
 */
public interface DeviceOperations {
    /** Reads a path. */
    CompletionStage<JsonNode> read(String endpoint, String path);

    /** Writes a value to a resource, or several resources to an instance; types follow the object's definition. */
    CompletionStage<Void> write(String endpoint, String path, JsonNode value);

    /** Executes a resource with arguments in the form of the LwM2M specification; may be empty. */
    CompletionStage<Void> execute(String endpoint, String path, String arguments);

    /**
     * Observes a path. The first value comes with the answer to the request, the others as the device sends them.
     *
     * @param values is told every value, one after the other; must not block
     * @return completes when the device has accepted; closing it cancels
     */
    CompletionStage<Observation> observe(String endpoint, String path, Consumer<JsonNode> values);

    /** The LwM2M servers, by short server id from 1 on; the first carries out what is asked here. */
    default List<URI> servers() {
        return List.of();
    }

    /** The same operations by another of the {@link #servers}. */
    default DeviceOperations by(URI server) {
        throw new IllegalArgumentException(server + " is no LwM2M server here");
    }

    /** Where a device is registered now: at each of the LwM2M servers that it is registered with. */
    default List<ServerRegistration> registrations(String endpoint) {
        return List.of();
    }

    /** The registered devices as the Connect API sees them. */
    default ConnectedDevices connected() {
        return ConnectedDevices.none();
    }

    /**
     * Has a registered device renew a certificate; what comes of it stands in the enrolment.
     *
     * @throws AccountException when the device, the certificate or the moment is not one for that
     */
    default Enrollment renew(String deviceId, String certificateName) {
        throw AccountException.locked(
                "no LwM2M server runs here that could ask device " + deviceId + " to renew '" + certificateName + "'");
    }

    /** What is done to exchange the servers' certificates and CAs; empty without servers. */
    default Optional<Rotations> rotations() {
        return Optional.empty();
    }

    /** An observation that goes on until it is closed. */
    @FunctionalInterface
    interface Observation extends AutoCloseable {
        @Override
        void close();
    }

    /** No device is registered: every operation says so. */
    static DeviceOperations none() {
        return new NoDevices();
    }
}
