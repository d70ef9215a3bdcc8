package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.pki.RevocationListFile;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** {@code onboard trust crl}: revocation lists of the account's trusted certificates. */
@Command(
        name = "crl",
        mixinStandardHelpOptions = true,
        description = "Revocation lists of trusted certificates, and what becomes of a certificate without one.",
        subcommands = {
            TrustCrlCommand.Add.class,
            TrustCrlCommand.Listing.class,
            TrustCrlCommand.Remove.class,
            TrustCrlCommand.Mode.class
        })
final class TrustCrlCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which? 'trust crl add', 'trust crl list', 'trust crl remove' or 'trust crl mode'");
    }

    /** {@code onboard trust crl add}. */
    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description =
                    "Keep a revocation list. It counts from the next handshake on; sessions of what it revokes end.")
    static final class Add implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(index = "0", paramLabel = "ID", description = "The trusted certificate, as 'trust list' shows it")
        private String id;

        @Parameters(
                index = "1",
                paramLabel = "FILE|URL",
                description =
                        "PEM or DER; a file:/PATH or loopback http:// URL is fetched, and again when the list ends")
        private String source;

        @Option(names = "--json", description = "Print what was kept as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            boolean url = source.startsWith("http:") || source.startsWith("https:") || source.startsWith("file:");
            ManagementClient client = target.client();
            JsonNode kept = url
                    ? client.fetchRevocationList(id, source)
                    : client.addRevocationList(id, RevocationListFile.pem(read(Path.of(source))));
            console.say("kept " + kept.path("id").asText() + "  "
                    + kept.path("issuer").asText() + "  "
                    + kept.path("revoked").asInt() + " revoked, until "
                    + kept.path("next_update").asText());
            console.document(kept);
            return 0;
        }

        private static byte[] read(Path file) {
            if (!Files.isRegularFile(file)) {
                throw new UsageException(file + " is not a file; give a revocation list, PEM or DER, or a local URL");
            }
            try {
                return RevocationListFile.read(Files.readAllBytes(file), file.toString())
                        .der();
            } catch (UnreadableFileException e) {
                throw new UsageException(String.valueOf(e.getMessage()), e);
            } catch (IOException e) {
                throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /** {@code onboard trust crl list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "The lists of a trusted certificate.")
    static final class Listing implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "ID", description = "The trusted certificate, as 'trust list' shows it")
        private String id;

        @Option(names = "--json", description = "Print them as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            List<JsonNode> all = target.client().revocationLists(id);
            if (!console.isJson()) {
                console.say(
                        all.isEmpty()
                                ? "no revocation list; 'onboard trust crl add " + id + " FILE' keeps one"
                                : row("ID", "NUMBER", "REVOKED", "UNTIL", "ISSUER", "FROM"));
                all.forEach(one -> console.say(row(
                        one.path("id").asText(),
                        one.path("number").asText(),
                        one.path("revoked").asText(),
                        one.path("next_update").asText(),
                        one.path("issuer").asText(),
                        one.path("url").asText("upload"))));
            }
            ArrayNode data = Console.json().createArrayNode();
            all.forEach(data::add);
            console.document(Console.json().createObjectNode().set("data", data));
            return 0;
        }

        private static String row(String... cells) {
            return String.format(Locale.ROOT, "%-34s %-14s %-8s %-22s %-32s %s", (Object[]) cells)
                    .stripTrailing();
        }
    }

    /** {@code onboard trust crl remove}. */
    @Command(name = "remove", mixinStandardHelpOptions = true, description = "Forget a list.")
    static final class Remove implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(index = "0", paramLabel = "ID", description = "The trusted certificate")
        private String id;

        @Parameters(index = "1", paramLabel = "LIST", description = "As 'trust crl list' shows it")
        private String list;

        @Option(names = "--json", description = "Print what was removed as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            target.client().removeRevocationList(id, list);
            console.say("removed " + list);
            console.document(Console.json().createObjectNode().put("removed", list));
            return 0;
        }
    }

    /** {@code onboard trust crl mode}. */
    @Command(
            name = "mode",
            mixinStandardHelpOptions = true,
            description = {
                "What becomes of a certificate without a usable list: off (lists do not count), soft-fail (it is let in "
                        + "with a remark; the default), hard-fail (it is refused).",
                "What the account revoked itself is refused in every mode."
            })
    static final class Mode implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "off|soft-fail|hard-fail")
        private String mode;

        @Option(names = "--json", description = "Print it as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            String now = target.client().setRevocation(mode).path("revocation").asText();
            console.say("revocation: " + now);
            console.document(Console.json().createObjectNode().put("revocation", now));
            return 0;
        }
    }
}
