package dev.onboard.account;

import java.util.Optional;

/**
 * What people and other systems wrote on a device: the fields of the platform's device document that the account keeps
 * and does not use. Immutable.
 */
public record Labels(
        String name,
        String description,
        Optional<String> endpointType,
        Optional<String> deviceClass,
        Optional<String> vendorId,
        Optional<String> serialNumber,
        Optional<String> hostGateway,
        Optional<String> mechanism,
        Optional<String> mechanismUrl,
        Optional<String> manifest,
        Optional<String> deployment,
        Optional<String> bootstrapExpirationDate,
        Optional<String> connectorExpirationDate,
        AutoUpdate autoUpdate) {

    /** Whether the device may be updated without being asked. */
    public enum AutoUpdate {
        ON,
        OFF
    }

    /** Nothing written, with this name. */
    public static Labels named(String name) {
        return new Labels(
                name,
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                AutoUpdate.OFF);
    }
}
