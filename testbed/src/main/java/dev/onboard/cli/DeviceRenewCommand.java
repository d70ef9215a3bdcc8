package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.http.ManagementClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard device renew}. */
@Command(
        name = "renew",
        mixinStandardHelpOptions = true,
        description =
                "Have a registered device get another LwM2M certificate, and wait until it has registered with it:"
                        + " exit code 0; 1 when it has not.")
final class DeviceRenewCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "EP", description = "Endpoint name")
    private String endpoint;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long to wait, such as 90s or 2m. Default: ${DEFAULT-VALUE}")
    private String timeout;

    @Option(names = "--json", description = "Print the certificate enrolment as one JSON document.")
    private boolean json;

    @Mixin
    private Target target;

    @Override
    public Integer call() throws InterruptedException {
        Console console = Console.of(spec, json);
        Duration limit = Times.duration("--timeout", timeout);
        ManagementClient client = target.client();
        JsonNode begun = client.call(
                "POST",
                "/v3/devices/" + client.device(endpoint).path("id").asText() + "/certificates/LWM2M/renew",
                null);
        String id = begun.path("id").asText();
        boolean ended = RenewalEnds.await(client, Set.of(id), limit).isEmpty();
        JsonNode enrollment = client.call("GET", "/v3/certificate-enrollments/" + id, null);
        boolean renewed = enrollment.path("enroll_result").asText().equals("success");
        console.say(
                ended
                        ? endpoint
                                + (renewed ? " is renewed: " : " is not renewed: ")
                                + enrollment.path("enroll_result_detail").asText()
                        : endpoint + " has not renewed within " + timeout
                                + "; its enrolment goes on: GET /v3/certificate-enrollments/" + id);
        console.document(enrollment);
        return renewed ? 0 : 1;
    }
}
