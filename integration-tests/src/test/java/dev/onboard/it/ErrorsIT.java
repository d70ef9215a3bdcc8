package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's mistake gets one sentence, exit code 2, and no stack trace. */
class ErrorsIT {
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
    void noDevices() throws Exception {
        assertUsage("--devices 0 makes no device; give 1 or more", "demo", "--devices", 0, "--exit");
    }

    @Test
    void jsonWithoutExit() throws Exception {
        assertUsage("needs --exit", "demo", "--json");
    }

    @Test
    void aPortThatIsTaken() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            assertUsage(
                    "cannot listen on 127.0.0.1:" + taken.getLocalPort(),
                    "up",
                    "--lwm2m-port",
                    taken.getLocalPort(),
                    "--bootstrap-port",
                    0,
                    "--http-port",
                    0,
                    "--work-dir",
                    folder.resolve("w"));
        }
    }

    @Test
    void aWorkDirectoryOfANewerVersion() throws Exception {
        Path work = Cli.folder(folder, "future");
        Files.writeString(work.resolve("work-directory.json"), "{\"format\": 99}");
        assertUsage("newer version of Onboard", "up", "--work-dir", work);
    }

    @Test
    void aWorkDirectoryThatIsAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertUsage("is a file", "up", "--work-dir", file);
    }

    @Test
    void aWorkDirectoryThatIsInUse() throws Exception {
        cli.up(folder.resolve("work"));
        assertUsage("another testbed runs in", "up", "--work-dir", folder.resolve("work"));
    }

    @Test
    void noTestbedRuns() throws Exception {
        assertUsage("no testbed runs", "trust", "list");
    }

    @Test
    void managementBeyondLoopbackWithoutTls() throws Exception {
        assertUsage(
                "without TLS on loopback alone; --bind 0.0.0.0 needs --api-tls",
                "up",
                "--bind",
                "0.0.0.0",
                "--work-dir",
                folder.resolve("w"));
    }

    @Test
    void aKeyWhereACertificateBelongsAndOtherUploads() throws Exception {
        Cli.Up up = cli.up(folder.resolve("work"));
        assertUsage(
                "private key",
                "trust",
                "add",
                up.workDirectory().resolve("ca/lwm2m-server-ca.key.pem"),
                "--service",
                "bootstrap");
        Path text = Files.writeString(folder.resolve("list.txt"), "milk, bread");
        assertUsage("list.txt", "trust", "add", text, "--service", "bootstrap");
        assertUsage("is not a file", "trust", "add", folder.resolve("nothing.pem"), "--service", "bootstrap");
        assertUsage(
                "'cloud'",
                "trust",
                "add",
                up.workDirectory().resolve("ca/lwm2m-server-ca.cert.pem"),
                "--service",
                "cloud");
        assertUsage("there is no", "trust", "remove", "00000000000000000000000000000000");
        assertUsage(
                "65 characters", "factory", "make", "--endpoint", "x".repeat(65), "--out", folder.resolve("devices"));
        assertUsage("--count 0", "factory", "make", "--count", 0, "--out", folder.resolve("devices"));
    }

    @Test
    void aBundleThatIsNone() throws Exception {
        assertUsage("does not exist", "device", "run", "--bundle", folder.resolve("nothing"));
    }

    @Test
    void unknownOptionsAndCommands() throws Exception {
        assertUsage("--colour", "demo", "--colour", "blue");
        assertUsage("which command?", new Object[0]);
        assertUsage("soon", "device", "run", "--bundle", folder, "--exit-when", "registered", "--timeout", "soon");
    }

    private void assertUsage(String part, Object... arguments) throws Exception {
        Cli.Result result = cli.run(arguments);
        assertThat(result.err()).contains(part).doesNotContain("Exception", "\tat ");
        assertThat(result.err().lines().filter(line -> line.startsWith("onboard: ")))
                .isNotEmpty();
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    }
}
