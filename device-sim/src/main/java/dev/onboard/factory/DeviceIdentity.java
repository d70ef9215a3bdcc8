package dev.onboard.factory;

/**
 * What a device says of itself in its Device object. Immutable.
 *
 * @param manufacturer /3/0/0
 * @param model /3/0/1
 * @param serialNumber /3/0/2
 * @param firmwareVersion /3/0/3
 * @param deviceType /3/0/17
 * @param hardwareVersion /3/0/18
 */
public record DeviceIdentity(
        String manufacturer,
        String model,
        String serialNumber,
        String firmwareVersion,
        String deviceType,
        String hardwareVersion) {
    /** A simulated device of ours, with this serial number. */
    public static DeviceIdentity simulated(String serialNumber) {
        return new DeviceIdentity("Onboard", "Simulated device", serialNumber, "1.0.0", "simulated", "1");
    }
}
