package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Service;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard rotate}: exchanges a CA or a server's certificate, with an overlap, and says who has not followed. */
@Command(
        name = "rotate",
        mixinStandardHelpOptions = true,
        description = "Exchange a CA or a server's certificate while everything runs; the old one stays good until"
                + " 'finish'.",
        subcommands = {
            RotateCommand.ServerLeaf.class,
            RotateCommand.LwM2mServerCa.class,
            RotateCommand.DeviceCa.class,
            RotateCommand.FactoryCa.class
        })
final class RotateCommand extends CommandGroup {
    private static final String FINISH = "finish";
    private static final String UNDO = "undo";

    /** What all rotations have in common. */
    abstract static class Rotate implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "finish|undo",
                description =
                        "finish ends the overlap: the old one is no longer good. undo puts the old one into use again;"
                                + " the new one is then the one that 'finish' ends. Without a step: begin, or go on")
        private @Nullable String step;

        @Option(names = "--force", description = "Finish although devices have not followed.")
        boolean force;

        @Option(names = "--json", description = "Print the report as one JSON document.")
        private boolean json;

        @Mixin
        private Target target;

        /** Begins it, or goes on with it. */
        abstract ObjectNode goOn(ManagementClient client) throws InterruptedException, IOException;

        /** Turns it round. */
        abstract ObjectNode undo(ManagementClient client) throws InterruptedException;

        /** Ends it. */
        abstract ObjectNode finish(ManagementClient client);

        @Override
        public Integer call() throws InterruptedException, IOException {
            if (step != null && !step.equals(FINISH) && !step.equals(UNDO)) {
                throw new UsageException(
                        "'" + step + "' is no step of a rotation; give 'finish', 'undo', or nothing to begin");
            }
            Console console = Console.of(spec, json);
            ManagementClient client = target.client();
            boolean ends = FINISH.equals(step);
            ObjectNode report = ends ? finish(client) : step == null ? goOn(client) : undo(client);
            JsonNode stragglers = report.path("stragglers");
            if (!console.isJson()) {
                say(console, report, ends);
            }
            console.document(report);
            return ends || stragglers.isEmpty() ? 0 : 1;
        }

        private void say(Console console, JsonNode report, boolean ends) {
            JsonNode stragglers = report.path("stragglers");
            String going = report.hasNonNull("undone_at") ? "withdrawn" : "old";
            report.path("done").forEach(line -> console.say(line.asText()));
            for (JsonNode straggler : stragglers) {
                console.say("  " + straggler.path("endpoint_name").asText() + "  "
                        + straggler.path("state").asText()
                        + (straggler.hasNonNull("detail")
                                ? "  " + straggler.path("detail").asText()
                                : ""));
            }
            if (ends) {
                console.say(spec.name() + ": finished"
                        + (stragglers.isEmpty() ? "" : ", and the devices above are left behind"));
            } else if (stragglers.isEmpty()) {
                console.say("no device depends on the " + going + " one; end the overlap with 'onboard rotate "
                        + spec.name() + " finish'");
            } else {
                console.say(stragglers.size() + " devices still depend on the " + going
                        + " one, which stays good; run this again"
                        + " when they can be reached, or leave them behind with 'finish --force'");
            }
        }
    }

    /** A rotation that the testbed carries out. */
    abstract static class OfTestbed extends Rotate {
        private final String path;

        @Option(
                names = "--timeout",
                paramLabel = "TIME",
                defaultValue = "60s",
                description = "How long to wait for devices to renew. Default: ${DEFAULT-VALUE}")
        private String timeout;

        OfTestbed(String subject) {
            this.path = "/testbed/rotations/" + subject;
        }

        @Override
        ObjectNode undo(ManagementClient client) throws InterruptedException {
            JsonNode report = client.call("POST", path + "/undo", null);
            return follow(
                    client,
                    report,
                    new ArrayList<>(List.of("in use again is the one with fingerprint "
                            + report.path("certificate_fingerprint").asText())));
        }

        @Override
        ObjectNode goOn(ManagementClient client) throws InterruptedException {
            JsonNode report = client.call("GET", path, null);
            List<String> done = new ArrayList<>();
            if (report.path("state").asText().equals("none")) {
                report = client.call("POST", path, null);
                done.add("in use is now the one with fingerprint "
                        + report.path("certificate_fingerprint").asText());
            }
            return follow(client, report, done);
        }

        /** Has devices renew, and says who has not. */
        private ObjectNode follow(ManagementClient client, JsonNode report, List<String> done)
                throws InterruptedException {
            Duration limit = Times.duration("--timeout", timeout);
            Map<String, String> details = renew(client, report.path("stragglers"), limit, done);
            ObjectNode after = (ObjectNode) client.call("GET", path, null);
            for (JsonNode straggler : after.path("stragglers")) {
                ((ObjectNode) straggler)
                        .put(
                                "detail",
                                details.get(straggler.path("endpoint_name").asText()));
            }
            ArrayNode lines = after.putArray("done");
            done.forEach(lines::add);
            return after;
        }

        private static Map<String, String> renew(
                ManagementClient client, JsonNode stragglers, Duration limit, List<String> done)
                throws InterruptedException {
            Map<String, String> details = new LinkedHashMap<>();
            Map<String, String> begun = new LinkedHashMap<>();
            for (JsonNode straggler : stragglers) {
                String endpoint = straggler.path("endpoint_name").asText();
                try {
                    JsonNode enrollment = client.call(
                            "POST",
                            "/v3/devices/" + client.device(endpoint).path("id").asText() + "/certificates/LWM2M/renew",
                            null);
                    begun.put(enrollment.path("id").asText(), endpoint);
                } catch (ManagementException e) {
                    details.put(endpoint, String.valueOf(e.getMessage()));
                }
            }
            Set<String> left = RenewalEnds.await(client, begun.keySet(), limit);
            int renewed = 0;
            for (Map.Entry<String, String> each : begun.entrySet()) {
                JsonNode end = client.call("GET", "/v3/certificate-enrollments/" + each.getKey(), null);
                details.put(
                        each.getValue(),
                        left.contains(each.getKey())
                                ? "has not renewed yet"
                                : end.path("enroll_result_detail").asText());
                renewed += end.path("enroll_result").asText().equals("success") ? 1 : 0;
            }
            if (!begun.isEmpty()) {
                done.add(renewed + " of " + begun.size() + " devices that were asked have renewed");
            }
            return details;
        }

        @Override
        ObjectNode finish(ManagementClient client) {
            return (ObjectNode) client.call(
                    "POST", path + "/finish", Console.json().createObjectNode().put("force", force));
        }
    }

    /** {@code onboard rotate server-leaf}. */
    @Command(
            name = "server-leaf",
            mixinStandardHelpOptions = true,
            description = "The LwM2M server's key and certificate, under the same CA.")
    static final class ServerLeaf extends OfTestbed {
        ServerLeaf() {
            super("server-leaf");
        }
    }

    /** {@code onboard rotate lwm2m-server-ca}. */
    @Command(
            name = "lwm2m-server-ca",
            mixinStandardHelpOptions = true,
            description =
                    "The CA by which devices know the LwM2M server. The old one vouches for the new one meanwhile.")
    static final class LwM2mServerCa extends OfTestbed {
        LwM2mServerCa() {
            super("lwm2m-server-ca");
        }
    }

    /** {@code onboard rotate device-ca}. */
    @Command(
            name = "device-ca",
            mixinStandardHelpOptions = true,
            description = "The account's own CA, which signs LwM2M certificates. The old one stays trusted meanwhile.")
    static final class DeviceCa extends OfTestbed {
        DeviceCa() {
            super("device-ca");
        }
    }

    /** {@code onboard rotate factory-ca}. */
    @Command(
            name = "factory-ca",
            mixinStandardHelpOptions = true,
            description =
                    "The CA of factory certificates. Nothing exchanges a factory certificate in the field, so every"
                            + " device of the old CA is a straggler until it is made anew.")
    static final class FactoryCa extends Rotate {
        @Option(names = "--old", paramLabel = "ID", required = true, description = "The trusted certificate to go")
        private String old;

        @Option(names = "--new", paramLabel = "FILE", description = "The CA to trust from now on, as PEM")
        private @Nullable Path next;

        @Override
        ObjectNode goOn(ManagementClient client) throws IOException {
            JsonNode before = client.call("GET", certificate(), null);
            if (!before.path("service").asText().equals("bootstrap")) {
                throw new UsageException("the trusted certificate " + old + " is for the service "
                        + before.path("service").asText() + "; a factory CA is one for bootstrap");
            }
            ObjectNode report = report(client);
            ArrayNode done = report.putArray("done");
            if (next != null) {
                List<X509Certificate> chain = CredentialFiles.readCertificates(next);
                String name = "factory-" + Fingerprint.sha256(chain.get(0)).substring(0, 16);
                String id = client.addTrustedCertificate(name, Service.BOOTSTRAP, CredentialFiles.pem(chain))
                        .path("id")
                        .asText();
                done.add("devices of the new CA are trusted for bootstrap: " + id);
            }
            return report;
        }

        @Override
        ObjectNode undo(ManagementClient client) {
            throw new UsageException(
                    "nothing is undone for a factory CA: the old one is good until 'finish'; withdraw the"
                            + " new one with 'onboard trust remove ID'");
        }

        private String certificate() {
            return "/v3/trusted-certificates/" + ManagementClient.encoded(old);
        }

        private ObjectNode report(ManagementClient client) {
            ObjectNode report = Console.json()
                    .createObjectNode()
                    .put("subject", "factory-ca")
                    .put("old", old);
            ArrayNode stragglers = report.putArray("stragglers");
            for (JsonNode device : client.devices(Map.of())) {
                if (device.path("ca_id").asText().equals(old)) {
                    stragglers
                            .addObject()
                            .put("endpoint_name", device.path("endpoint_name").asText())
                            .put("state", device.path("state").asText())
                            .put("detail", "has a factory certificate of the old CA");
                }
            }
            return report;
        }

        @Override
        ObjectNode finish(ManagementClient client) {
            ObjectNode report = report(client);
            int left = report.path("stragglers").size();
            if (left > 0 && !force) {
                throw new UsageException(left + " devices have a factory certificate of the old CA, the first being '"
                        + report.path("stragglers")
                                .path(0)
                                .path("endpoint_name")
                                .asText()
                        + "'; they stay registered and cannot bootstrap again afterwards: give --force to leave them"
                        + " behind");
            }
            client.updateTrustedCertificate(
                    old, Console.json().createObjectNode().put("status", "INACTIVE"));
            return report;
        }
    }
}
