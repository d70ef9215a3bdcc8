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

    /** With what the device itself says of whose make and of which class it is; what it does not say stays. */
    public Labels said(Optional<String> vendor, Optional<String> itsClass) {
        return new Labels(
                name,
                description,
                endpointType,
                itsClass.or(this::deviceClass),
                vendor.or(this::vendorId),
                serialNumber,
                hostGateway,
                mechanism,
                mechanismUrl,
                manifest,
                deployment,
                bootstrapExpirationDate,
                connectorExpirationDate,
                autoUpdate);
    }
}
