package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.onboard.account.Service;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard trust}: the account's trusted certificates. */
@Command(
        name = "trust",
        mixinStandardHelpOptions = true,
        description = "Trusted certificates of a running testbed's account.",
        subcommands = {
            TrustCommand.Add.class,
            TrustCommand.Listing.class,
            TrustCommand.Remove.class,
            TrustCrlCommand.class
        })
final class TrustCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which? 'trust add', 'trust list', 'trust remove' or 'trust crl'");
    }

    /** {@code onboard trust add}. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Upload a CA certificate, or a chain of them. It counts from the next handshake on.")
    static final class Add implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "PEM, DER or hex; one certificate or a chain")
        private Path file;

        @Option(names = "--service", required = true, paramLabel = "bootstrap|lwm2m", description = "At which server")
        private String service;

        @Option(names = "--name", paramLabel = "N", description = "Default: the certificate's common name")
        private @Nullable String name;

        @Option(names = "--json", description = "Print what was stored as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            Service at = Service.of(service)
                    .orElseThrow(() ->
                            new UsageException("--service '" + service + "' is none; give 'bootstrap' or 'lwm2m'"));
            List<X509Certificate> chain = read();
            JsonNode stored = target.client().addTrustedCertificate(name(chain), at, CredentialFiles.pem(chain));
            console.say("uploaded " + stored.path("id").asText() + "  "
                    + stored.path("subject").asText() + "  for " + service);
            console.document(stored);
            return 0;
        }

        private List<X509Certificate> read() {
            if (!Files.isRegularFile(file)) {
                throw new UsageException(file + " is not a file; give a CA certificate or a chain, PEM or DER");
            }
            try {
                return CredentialFiles.readCertificates(file);
            } catch (UnreadableFileException e) {
                throw new UsageException(String.valueOf(e.getMessage()), e);
            } catch (IOException e) {
                throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
            }
        }

        private String name(List<X509Certificate> chain) {
            if (name != null) {
                return name;
            }
            return SubjectName.commonNames(chain.get(0)).stream()
                    .findFirst()
                    .orElseGet(() -> file.getFileName().toString());
        }
    }

    /** {@code onboard trust list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "All trusted certificates, oldest first.")
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
            List<JsonNode> all = target.client().trustedCertificates();
            if (!console.isJson()) {
                if (all.isEmpty()) {
                    console.say("no trusted certificate; 'onboard trust add FILE --service bootstrap' uploads one");
                } else {
                    console.say(row("ID", "SERVICE", "STATUS", "VALID UNTIL", "NAME", "SUBJECT"));
                }
                all.forEach(one -> console.say(row(
                        one.path("id").asText(),
                        one.path("service").asText(),
                        one.path("status").asText(),
                        one.path("validity").asText(),
                        one.path("name").asText(),
                        one.path("subject").asText())));
            }
            ArrayNode data = Console.json().createArrayNode();
            all.forEach(data::add);
            console.document(Console.json().createObjectNode().set("data", data));
            return 0;
        }

        private static String row(String... cells) {
            return String.format(Locale.ROOT, "%-34s %-10s %-9s %-22s %-32s %s", (Object[]) cells)
                    .stripTrailing();
        }
    }

    /** {@code onboard trust remove}. */
    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Remove a trusted certificate. Sessions that it admitted are closed, the next handshake fails.")
    static final class Remove implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "ID", description = "As 'trust list' shows it")
        private String id;

        @Option(names = "--json", description = "Print what was removed as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            target.client().removeTrustedCertificate(id);
            console.say("removed " + id);
            console.document(Console.json().createObjectNode().put("removed", id));
            return 0;
        }
    }
}
