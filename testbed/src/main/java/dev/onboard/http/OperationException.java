package dev.onboard.http;

/** An operation on a device was not done, and why. The message is one sentence for a person. */
public final class OperationException extends RuntimeException {
    private final Kind kind;

    /** What kind of problem it is. */
    public enum Kind {
        /** The device has no registration. */
        NOT_REGISTERED,
        /** The path is not one of LwM2M, or not one that can be used so. */
        BAD_PATH,
        /** The value does not fit the resource. */
        BAD_VALUE,
        /** The device answered with an error. */
        REFUSED,
        /** The device did not answer in time. */
        TIMEOUT,
        /** The device sleeps (queue mode); the operation may still be carried out when it wakes. */
        ASLEEP,
        /** Nobody knows now where the device is registered. */
        UNAVAILABLE
    }

    private OperationException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** A problem of this kind. */
    public static OperationException of(Kind kind, String message) {
        return new OperationException(kind, message);
    }

    /** What kind of problem it is. */
    public Kind kind() {
        return kind;
    }
}
