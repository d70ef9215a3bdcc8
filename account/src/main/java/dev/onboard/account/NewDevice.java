package dev.onboard.account;

import java.util.Map;
import java.util.Optional;

/**
 * A device made known before it was ever seen. Immutable.
 *
 * @param endpoint the endpoint name, 1 to 64 characters
 */
public record NewDevice(
        String endpoint,
        DeviceState state,
        ExecutionMode executionMode,
        Optional<String> caId,
        Optional<String> deviceKey,
        Optional<String> issuerFingerprint,
        Labels labels,
        Map<String, String> customAttributes) {

    /** With this endpoint name and nothing else. */
    public static NewDevice of(String endpoint) {
        return new NewDevice(
                endpoint,
                DeviceState.UNENROLLED,
                ExecutionMode.UNSPECIFIED,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Labels.named(endpoint),
                Map.of());
    }
}
