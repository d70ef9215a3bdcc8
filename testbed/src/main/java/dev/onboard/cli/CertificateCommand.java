package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard certificate}: the certificates that the account issued. */
@Command(
        name = "certificate",
        mixinStandardHelpOptions = true,
        description = "LwM2M certificates that a running testbed's account issued.",
        subcommands = {CertificateCommand.Listing.class, CertificateCommand.Show.class, CertificateCommand.Revoke.class
        })
final class CertificateCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which? 'certificate list', 'certificate show' or 'certificate revoke'");
    }

    /** {@code onboard certificate list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All of them, oldest first.")
    static final class Listing implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(names = "--json", description = "Print them as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            List<JsonNode> all = target.client().issuedCertificates();
            if (!console.isJson()) {
                console.say(
                        all.isEmpty()
                                ? "no certificate was issued yet; a device gets one when it bootstraps"
                                : row("SERIAL", "ENDPOINT", "EXPIRES", "REVOKED"));
                all.forEach(one -> console.say(row(
                        one.path("serial").asText(),
                        one.path("endpoint_name").asText(),
                        one.path("expires_at").asText(),
                        one.hasNonNull("revoked_at")
                                ? one.path("revoked_at").asText() + " "
                                        + one.path("revocation_reason").asText()
                                : "")));
            }
            ArrayNode data = Console.json().createArrayNode();
            all.forEach(data::add);
            console.document(Console.json().createObjectNode().set("data", data));
            return 0;
        }

        private static String row(String... cells) {
            return String.format(Locale.ROOT, "%-42s %-32s %-22s %s", (Object[]) cells)
                    .stripTrailing();
        }
    }

    /** {@code onboard certificate show}. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "One of them as a person reads it.")
    static final class Show implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "SERIAL", description = "Hexadecimal, as 'certificate list' shows it")
        private String serial;

        @Option(names = "--json", description = "Print it as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() throws UnreadableFileException {
            Console console = Console.of(spec, json);
            JsonNode issued = target.client().issuedCertificate(serial);
            if (!console.isJson()) {
                byte[] pem = issued.path("certificate").asText().getBytes(StandardCharsets.US_ASCII);
                VerdictText.chain(
                                "certificate",
                                CredentialFiles.read(pem, "the answer").certificates(),
                                Instant.now())
                        .forEach(console::say);
                if (issued.hasNonNull("revoked_at")) {
                    console.say("REVOKED " + issued.path("revoked_at").asText() + ": "
                            + issued.path("revocation_reason").asText());
                }
            }
            console.document(issued);
            return 0;
        }
    }

    /** {@code onboard certificate revoke}. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Revoke one of them for good. The LwM2M server refuses it from the next handshake on, "
                    + "its open session ends, and the account's revocation list names it.")
    static final class Revoke implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "SERIAL", description = "Hexadecimal, as 'certificate list' shows it")
        private String serial;

        @Option(
                names = "--reason",
                defaultValue = "unspecified",
                paramLabel = "R",
                description = "unspecified, key-compromise, ca-compromise, affiliation-changed, superseded, "
                        + "cessation-of-operation or privilege-withdrawn. Default: ${DEFAULT-VALUE}")
        private String reason;

        @Option(names = "--json", description = "Print it as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            JsonNode revoked = target.client().revokeCertificate(serial, reason);
            console.say("revoked " + revoked.path("serial").asText() + " of "
                    + revoked.path("endpoint_name").asText() + " ("
                    + revoked.path("revocation_reason").asText() + ")");
            console.document(revoked);
            return 0;
        }
    }
}
