package dev.onboard.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How firmware comes to a device by one of its objects: what the object says, and what follows from it. Stateless. */
sealed interface Procedure permits FirmwareObject, ManifestObject {
    /** What is to be done with a device. */
    enum Next {
        /** Nothing more: it runs the firmware. */
        DEPLOYED,
        /** Nothing more: it did not take the firmware. */
        FAILED,
        /** Send the firmware, or say where it is. */
        SEND,
        /** Have it installed. */
        INSTALL,
        /** Look again when it says that something changed. */
        WATCH,
        /** Look again later. */
        REST
    }

    /** The objects that it takes, each with what it is and what it is for. */
    Map<Integer, String> needed();

    /** What a device lacks of them, by its registration; empty when it has all. */
    default Optional<String> missing(Registered registration) {
        List<String> lacks = needed().entrySet().stream()
                .filter(object -> !registration.hasObject(object.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .map(object -> object.getKey() + " (" + object.getValue() + ")")
                .toList();
        return lacks.isEmpty()
                ? Optional.empty()
                : Optional.of("the device registered without object " + String.join(" and ", lacks)
                        + "; nothing was sent. Bring it the image in a manifest of another format");
    }

    /** The object's instance, and what else says which firmware runs. */
    List<String> asked();

    /** The resource that says how far the device is. */
    String observed();

    /** What these answers, in the order of {@link #asked}, say. */
    Stand stand(List<Node> answers);

    /** What follows from them. */
    Next next(Stand stand, Known known);

    /** A result in words. */
    String meaning(int result);

    /**
     * What a device says of its firmware.
     *
     * @param state of the object, in its own numbers
     * @param result of the last update, likewise
     * @param downloaded the version of a package that is there and not installed; empty when there is none
     * @param running the version that runs
     * @param takesCoap whether it fetches firmware without DTLS
     */
    record Stand(long state, long result, String downloaded, String running, boolean takesCoap) {
        static Optional<Node> child(Node object, int id) {
            return object instanceof Node.Children children
                    ? Optional.ofNullable(children.byId().get(id))
                    : Optional.empty();
        }

        static long number(Node object, int id) {
            return child(object, id).orElse(null) instanceof Node.Value value && value.value() instanceof Long number
                    ? number
                    : -1;
        }

        static String text(Optional<Node> node) {
            return node.orElse(null) instanceof Node.Value value ? value.value().toString() : "";
        }
    }

    /**
     * What the campaign knows of a device.
     *
     * @param version that it brings
     * @param isSent whether it was sent
     * @param mayAgain whether it may be sent once more
     */
    record Known(String version, boolean isSent, boolean mayAgain) {}
}
