package dev.onboard.cli;

import dev.onboard.manifest.UpdateTrust;
import dev.onboard.testbed.FirmwareOptions;
import dev.onboard.testbed.UsageException;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How firmware comes to devices, and what those of a testbed make of it. */
final class FirmwareMixin {
    @Option(
            names = "--firmware-coap-port",
            paramLabel = "PORT",
            description =
                    "Also give the packages of campaigns out by CoAP without DTLS, to devices that take it, as those of"
                            + " this testbed then do; 0 picks a free port. Default: not")
    private @Nullable Integer coapPort;

    @Option(
            names = "--firmware-signer",
            paramLabel = "platform|strict",
            defaultValue = "platform",
            description = SIGNER + " Default: ${DEFAULT-VALUE}")
    private String signer;

    static final String SIGNER =
            "What devices make of a signer of firmware whose certificate has ended: platform accepts it, as"
                    + " the platform's devices do; strict refuses it.";

    FirmwareOptions chosen() {
        return new FirmwareOptions(
                coapPort == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(UpCommand.port("--firmware-coap-port", coapPort)),
                expiry(signer));
    }

    static UpdateTrust.Expiry expiry(String word) {
        return switch (word) {
            case "platform" -> UpdateTrust.Expiry.IGNORED;
            case "strict" -> UpdateTrust.Expiry.REFUSED;
            default -> throw new UsageException("--firmware-signer '" + word + "' is neither 'platform' nor 'strict'");
        };
    }
}
