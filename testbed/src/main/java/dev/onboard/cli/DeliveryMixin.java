package dev.onboard.cli;

import dev.onboard.bootstrap.DeliveredChain;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.MatchingType;
import dev.onboard.testbed.DeliveryOptions;
import dev.onboard.testbed.UsageException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How bootstraps tell devices of the LwM2M server. */
final class DeliveryMixin {
    @Option(
            names = "--usage",
            paramLabel = "0..3",
            defaultValue = "2",
            description = "Certificate Usage, /0/x/15: 0 and 2 deliver the LwM2M server CA certificate, 1 and 3 the"
                    + " server's own. Default: ${DEFAULT-VALUE}")
    private int usage;

    @Option(
            names = "--matching",
            paramLabel = "0..3",
            defaultValue = "0",
            description = "Matching type, /0/x/13: the certificate itself, or its SHA-256, SHA-384, SHA-512 digest."
                    + " Default: ${DEFAULT-VALUE}")
    private int matching;

    @Option(names = "--sni", paramLabel = "NAME", description = "The name for SNI, /0/x/14. Default: none")
    private @Nullable String serverName;

    @Option(
            names = "--device-chain",
            paramLabel = "leaf|pem|der",
            defaultValue = "leaf",
            description = "How much of the LwM2M certificate's chain /0/x/3 holds. Default: ${DEFAULT-VALUE}")
    private String chain;

    @Option(
            names = "--suites",
            paramLabel = "gcm,ccm8",
            split = ",",
            description = "The DTLS cipher suites that devices offer to the LwM2M server, the first preferred, /0/x/16:"
                    + " gcm, ccm8. Default: not said")
    private List<String> suites = List.of();

    @Option(
            names = "--certificate-life",
            paramLabel = "TIME",
            description = "For how long the account's own CA signs LwM2M certificates, such as 90s or 720h."
                    + " Default: ten years")
    private @Nullable String certificateLife;

    @Option(
            names = "--est",
            paramLabel = "rfc9148|izuma",
            description = "Devices make their LwM2M key themselves and enrol over EST (security mode 4), as in RFC 9148"
                    + " or in the platform's dialect. Default: the bootstrap server makes it")
    private @Nullable String est;

    DeliveryOptions chosen() {
        if (usage == 2 && matching != 0) {
            throw new UsageException(
                    "--usage 2 and --matching " + matching + " do not go together: a device that knows the"
                            + " digest of a CA has to be sent that CA, and the LwM2M server leaves its root out of what it sends"
                            + " (RFC 5246, 7.4.2); give --matching 0, or --usage 0 with devices that have the CA themselves");
        }
        return new DeliveryOptions(
                CertificateUsage.of(within("--usage", usage)),
                MatchingType.of(within("--matching", matching)),
                Optional.ofNullable(serverName),
                switch (chain) {
                    case "leaf", "pem", "der" -> DeliveredChain.valueOf(chain.toUpperCase(Locale.ROOT));
                    default -> throw new UsageException("--device-chain '" + chain + "' is not leaf, pem or der");
                },
                suites.stream().map(DeliveryMixin::suite).toList(),
                Optional.ofNullable(certificateLife).map(DeliveryMixin::life),
                keys(est));
    }

    /** IANA: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 and TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8. */
    private static int suite(String word) {
        return switch (word) {
            case "gcm" -> 0xC02B;
            case "ccm8" -> 0xC0AE;
            default -> throw new UsageException("--suites '" + word + "' is not gcm or ccm8");
        };
    }

    private static Duration life(String text) {
        Duration life = Times.duration("--certificate-life", text);
        if (life.isNegative() || life.isZero()) {
            throw new UsageException("--certificate-life '" + text + "' is over at once; give one such as 90s or 720h");
        }
        return life;
    }

    /** What --est asks for. */
    static KeySource keys(@Nullable String est) {
        if (est == null) {
            return KeySource.BOOTSTRAP_SERVER;
        }
        return switch (est) {
            case "rfc9148" -> KeySource.EST;
            case "izuma" -> KeySource.PLATFORM_EST;
            default -> throw new UsageException("--est '" + est + "' is not rfc9148 or izuma");
        };
    }

    private static int within(String option, int value) {
        if (value < 0 || value > 3) {
            throw new UsageException(option + " " + value + " does not exist; give 0, 1, 2 or 3");
        }
        return value;
    }
}
