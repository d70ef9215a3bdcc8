package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.device.DeviceState;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The platform's own published SDKs, unmodified, as clients of a testbed with real devices behind it: what they change in the
 * account decides at once whether a device is admitted.
 */
@Timeout(300)
class SdkIT {
    private static final Path SDK =
            Path.of(System.getProperty("onboard.root", ".."), "integration-tests", "src", "test", "sdk");

    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void theJavaScriptSdksLegacyClassesOverHttp() throws Exception {
        Path program = npm();
        Cli.Up up = cli.up(folder.resolve("work"));
        carryOut(up, List.of(Tool.need("nodejs", "node"), "drive.js"), program, Map.of("CLASSES", "legacy"));
    }

    @Test
    void theJavaScriptSdksFoundationClassesOverHttps() throws Exception {
        Path program = npm();
        Cli.Up up = cli.up(folder.resolve("work"), 0, 0, "--api-tls");
        carryOut(
                up,
                List.of(Tool.need("nodejs", "node"), "drive.js"),
                program,
                Map.of(
                        "CLASSES",
                        "foundation",
                        "NODE_EXTRA_CA_CERTS",
                        up.workDirectory().resolve("ca/api-root.cert.pem").toString()));
    }

    @Test
    void theJavaSdkInAProcessAndClassPathOfItsOwn() throws Exception {
        Path program = copy(SDK.resolve("java"), folder.resolve("sdk"));
        run(program, Tool.need("maven", "mvn"), "-B", "-ntp", "-q", "compile");
        Cli.Up up = cli.up(folder.resolve("work"));
        carryOut(
                up,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        "target/classes:target/dependency/*",
                        "dev.onboard.sdk.Drive"),
                program,
                Map.of());
    }

    /** The SDK as the registry has it, in a directory of this test's. */
    private Path npm() throws Exception {
        Path program = copy(SDK.resolve("npm"), folder.resolve("sdk"));
        run(program, Tool.need("npm", "npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        return program;
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return to;
    }

    private static void run(Path directory, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).as(output).isTrue();
        assertThat(process.exitValue()).as(List.of(command) + ": " + output).isZero();
    }

    /** The SDK's process, told what to do line by line. */
    private record Sdk(Process process, Writer in, BufferedReader out) implements AutoCloseable {
        JsonNode does(String what, Map<String, Object> arguments) throws Exception {
            ObjectNode command = Cli.JSON.createObjectNode().put("do", what);
            arguments.forEach((name, value) -> command.set(name, Cli.JSON.valueToTree(value)));
            in.write(command + "\n");
            in.flush();
            String line = CompletableFuture.supplyAsync(this::line).get(60, TimeUnit.SECONDS);
            assertThat(line).as("the answer to " + command).isNotNull();
            JsonNode answer = Cli.JSON.readTree(line);
            assertThat(answer.has("error")).as(command + " → " + answer).isFalse();
            return answer;
        }

        private String line() {
            try {
                return out.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws Exception {
            in.close();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static Sdk sdk(Cli.Up up, List<String> command, Path directory, Map<String, String> environment)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("stderr.txt").toFile());
        builder.environment().putAll(environment);
        builder.environment().put("HOST", up.endpoints().path("management_uri").asText());
        builder.environment()
                .put(
                        "KEY",
                        Files.readString(up.workDirectory().resolve("api-key")).strip());
        Process process = builder.start();
        return new Sdk(
                process, process.outputWriter(StandardCharsets.UTF_8), process.inputReader(StandardCharsets.UTF_8));
    }

    private void carryOut(Cli.Up up, List<String> command, Path directory, Map<String, String> environment)
            throws Exception {
        try (Sdk sdk = sdk(up, command, directory, environment);
                Devices devices = new Devices(up, folder)) {
            carryOut(up, sdk, devices);
        } catch (AssertionError | TimeoutException e) {
            throw new AssertionError(
                    e.getMessage() + "\nthe SDK said:\n" + Files.readString(directory.resolve("stderr.txt")), e);
        }
    }

    private static void carryOut(Cli.Up up, Sdk sdk, Devices devices) throws Exception {
        DeviceBundle first = devices.make("meter-1");
        devices.run(first, DeviceState.FAILED);
        assertRefused(up, "meter-1", Stage.BOOTSTRAP_HANDSHAKE, "unknown-ca");

        // a CA whose devices must be on the enrolment list
        String ca = sdk.does("upload", Map.of("name", "factory", "pem", devices.root(), "enrollment_mode", true))
                .path("id")
                .asText();
        DeviceBundle second = devices.make("meter-2");
        devices.run(second, DeviceState.FAILED);
        assertRefused(up, "meter-2", Stage.ADMISSION, "not-enrolled");
        DeviceBundle third = devices.make("meter-3");
        sdk.does("enroll", Map.of("identity", Devices.enrollmentIdentity(third)));
        devices.run(third, DeviceState.REGISTERED);
        DeviceBundle fourth = devices.make("meter-4");
        String claim = sdk.does("enroll", Map.of("identity", Devices.enrollmentIdentity(fourth)))
                .path("id")
                .asText();
        sdk.does("unenroll", Map.of("id", claim));
        devices.run(fourth, DeviceState.FAILED);
        assertRefused(up, "meter-4", Stage.ADMISSION, "not-enrolled");

        // the device that is there
        JsonNode listed = sdk.does("devices", Map.of()).path("devices");
        assertThat(listed).hasSize(1);
        assertThat(listed.path(0).path("endpoint").asText()).isEqualTo("meter-3");
        String id = listed.path(0).path("id").asText();
        JsonNode device = sdk.does("device", Map.of("id", id));
        assertThat(device.path("state").asText()).isEqualTo("registered");
        assertThat(device.path("ca").asText()).isEqualTo(ca);
        assertThat(sdk.does("events", Map.of()).path("types").toString())
                .contains("device_admitted", "device_bootstrapped", "device_registered");
        assertThat(sdk.does("read", Map.of("id", id, "path", "/3/0/0"))
                        .path("value")
                        .asText())
                .isEqualTo("Onboard");

        // a device with a developer certificate
        JsonNode developer = sdk.does("developer", Map.of("name", "bench"));
        assertThat(developer.path("file").asText())
                .contains(
                        "MBED_CLOUD_DEV_BOOTSTRAP_DEVICE_PRIVATE_KEY",
                        up.endpoints().path("account_id").asText());
        devices.run(devices.withDeveloperCertificate("bench-1", credential(developer)), DeviceState.REGISTERED);

        // the CA is withdrawn
        assertThat(sdk.does("deactivate", Map.of("id", ca, "name", "factory"))
                        .path("status")
                        .asText())
                .isEqualTo("INACTIVE");
        DeviceBundle late = devices.make("meter-5");
        devices.run(late, DeviceState.FAILED);
        assertRefused(up, "meter-5", Stage.BOOTSTRAP_HANDSHAKE, "unknown-ca");
    }

    private static Credential credential(JsonNode developer) throws IOException {
        return Credential.of(
                CredentialFiles.readPrivateKey(
                        developer.path("key").asText().getBytes(StandardCharsets.US_ASCII), "the SDK"),
                CredentialFiles.readCertificates(
                        developer.path("certificate").asText().getBytes(StandardCharsets.US_ASCII), "the SDK"));
    }

    private static void assertRefused(Cli.Up up, String endpoint, Stage stage, String reason) {
        Event refusal = up.first(
                "refusal of " + endpoint,
                event -> event.endpoint().equals(Optional.of(endpoint))
                        && event.outcome() == Outcome.REFUSED
                        && event.stage() == stage);
        assertThat(refusal.reason()).contains(reason);
    }
}
