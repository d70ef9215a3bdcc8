package dev.onboard.factory;

/**
 * How much of its certificate chain a device shows in a handshake, leaf first. Immutable.
 *
 * @param certificates at most so many, at least 1
 */
public record SentChain(int certificates) {
    /** @throws IllegalArgumentException when not even the leaf would be sent */
    public SentChain {
        if (certificates < 1) {
            throw new IllegalArgumentException("a device that sends " + certificates
                    + " certificates cannot prove who it is; at least its own, 1, is needed");
        }
    }

    /** Everything that stands in the device's {@code device.cert.pem}. */
    public static SentChain all() {
        return new SentChain(Integer.MAX_VALUE);
    }

    /** Its own certificate and nothing above it. */
    public static SentChain leafOnly() {
        return new SentChain(1);
    }

    /** Its own certificate and those that follow, so many in all. */
    public static SentChain first(int certificates) {
        return new SentChain(certificates);
    }
}
