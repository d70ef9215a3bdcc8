package dev.onboard.testbed;

import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceOptions.FirmwareTransport;
import dev.onboard.manifest.UpdateTrust;
import java.util.OptionalInt;

/**
 * How firmware comes to a testbed's devices, and what its own devices make of it. Immutable.
 *
 * @param coapPort where packages are given out without DTLS; 0 picks a free port; empty: nowhere
 * @param signerExpiry what the testbed's devices make of a signer whose certificate has ended
 */
public record FirmwareOptions(OptionalInt coapPort, UpdateTrust.Expiry signerExpiry) {
    /** CoAP over DTLS alone, and as the platform's devices. */
    public static final FirmwareOptions USUAL = new FirmwareOptions(OptionalInt.empty(), UpdateTrust.Expiry.IGNORED);

    /** Devices of the testbed with what this says of them. */
    DeviceOptions applyTo(DeviceOptions devices) {
        return devices.withSignerExpiry(signerExpiry)
                .withFirmware(coapPort.isPresent() ? FirmwareTransport.COAPS_AND_COAP : FirmwareTransport.COAPS);
    }
}
