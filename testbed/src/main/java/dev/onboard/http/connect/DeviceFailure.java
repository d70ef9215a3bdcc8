package dev.onboard.http.connect;

import java.util.concurrent.CompletionException;

/** A request to a device that was not carried out, with the status that the platform gives it. */
public final class DeviceFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;

    private DeviceFailure(int status, String error, String message) {
        super(message, null, false, false);
        this.status = status;
        this.error = error;
    }

    /** The request cannot be made as it is: it never left. */
    public static DeviceFailure invalid(String message) {
        return new DeviceFailure(400, message, message);
    }

    /** There is no registration, or no way to the device. */
    public static DeviceFailure notConnected(String message) {
        return new DeviceFailure(503, "NOT_CONNECTED", message);
    }

    /** No answer came in time. */
    public static DeviceFailure timeout(String message) {
        return new DeviceFailure(504, "TIMEOUT", message);
    }

    /** The device refused: a CoAP code such as {@code 4.04}. */
    public static DeviceFailure refused(String code, String message) {
        int status = switch (code) {
            case "4.04" -> 404;
            case "4.12" -> 412;
            case "4.13" -> 413;
            case "4.15" -> 415;
            default -> 400;
        };
        return new DeviceFailure(status, message, message);
    }

    static DeviceFailure of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof DeviceFailure known
                ? known
                : new DeviceFailure(500, "INTERNAL_ERROR", String.valueOf(cause.getMessage()));
    }

    /** As in an {@code AsyncIDResponse}. */
    int status() {
        return status;
    }

    /** As in an {@code AsyncIDResponse}. */
    String error() {
        return error;
    }
}
