package dev.onboard.account;

import java.util.Optional;

/** In which life a device or a trusted certificate is, with the platform's numbers. */
public enum ExecutionMode {
    /** Not said. */
    UNSPECIFIED(0),
    /** A developer certificate, or a device that came with one. */
    DEVELOPER(1),
    /** A device with a factory certificate. */
    PRODUCTION(5);

    private final int number;

    ExecutionMode(int number) {
        this.number = number;
    }

    /** The platform's {@code device_execution_mode}: 0, 1 or 5. */
    public int number() {
        return number;
    }

    /** The mode with this number; empty when there is none. */
    public static Optional<ExecutionMode> of(int number) {
        for (ExecutionMode mode : values()) {
            if (mode.number == number) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
