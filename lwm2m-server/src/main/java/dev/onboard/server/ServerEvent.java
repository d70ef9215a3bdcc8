package dev.onboard.server;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Something that happened at the LwM2M server, told as it happens. */
public sealed interface ServerEvent {
    /** The device's endpoint name. */
    String endpoint();

    /** A device registered, or registered anew. */
    record Appeared(Registered registration) implements ServerEvent {
        @Override
        public String endpoint() {
            return registration.endpoint();
        }
    }

    /**
     * A registration was updated.
     *
     * @param registration as it is now
     * @param lifetime when the device said another one
     * @param links when the device said which objects it has
     */
    record Updated(Registered registration, Optional<Duration> lifetime, Optional<List<Link>> links)
            implements ServerEvent {
        @Override
        public String endpoint() {
            return registration.endpoint();
        }
    }

    /** A registration ended. */
    record Disappeared(Registered registration) implements ServerEvent {
        @Override
        public String endpoint() {
            return registration.endpoint();
        }
    }

    /** A device in queue mode (OMA LwM2M Core 6.5) is taken to sleep from now on. */
    record Sleeping(String endpoint) implements ServerEvent {}

    /** A device in queue mode can be reached. */
    record Awake(String endpoint) implements ServerEvent {}

    /** A path that is observed was notified. */
    record Notified(String endpoint, String path, Node content) implements ServerEvent {}

    /** Paths that are observed together were notified. */
    record NotifiedTogether(String endpoint, List<String> paths, SortedMap<String, Node> content)
            implements ServerEvent {}

    /** The device sent values that nobody had asked for (OMA LwM2M Core 6.4.6); the newest of each path. */
    record Sent(String endpoint, SortedMap<String, Node> content) implements ServerEvent {}

    /**
     * A CoAP message (RFC 7252), to or from a registered device.
     *
     * @param incoming whether the device sent it
     * @param type {@code CON}, {@code NON}, {@code ACK} or {@code RST}
     * @param code the method or the response code in words, for example {@code GET} and {@code 2.05}; empty for an empty
     *     message
     * @param token in hexadecimal
     * @param options for a person to read
     * @param payload the text, or {@code Hex:} and the bytes; empty when there is none
     */
    record Message(
            String endpoint,
            Instant at,
            boolean incoming,
            String type,
            String code,
            int messageId,
            String token,
            String options,
            String payload)
            implements ServerEvent {}
}
