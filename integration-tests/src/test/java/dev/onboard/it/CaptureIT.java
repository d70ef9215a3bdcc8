package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the servers' traffic is to Wireshark's own dissectors. */
@Timeout(180)
class CaptureIT {
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
    void anOnboardingIsReadInTheClearAndADeviceIsCutOut() throws Exception {
        Path all = folder.resolve("all.pcapng");
        Cli.Up up = cli.up(folder.resolve("work"), 0, 0, "--capture", all);
        assertThat(up.endpoints().path("capture").asText()).isEqualTo(all.toString());
        made("meter-1", "meter-2");
        registers("meter-1");
        registers("meter-2");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(all)))
                .isEqualTo("rw-------");
        List<String> read = coap(up, all);
        assertThat(read).anyMatch(line -> line.contains("POST") && line.contains("/bs?ep=meter-1"));
        assertThat(read).anyMatch(line -> line.contains("PUT") && line.contains("/0/"));
        assertThat(read).anyMatch(line -> line.contains("POST") && line.contains("/rd?ep=meter-1"));
        assertThat(read).anyMatch(line -> line.contains("POST") && line.contains("/rd?ep=meter-2"));

        Path cut = folder.resolve("meter-1.pcapng");
        Cli.Result shown =
                cli.good("device", "show", "meter-1", "--capture", cut, "--work-dir", folder.resolve("work"));
        assertThat(shown.err()).contains("packets of 'meter-1' are in " + cut);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cut)))
                .isEqualTo("rw-------");
        List<String> one = coap(up, cut);
        assertThat(one).anyMatch(line -> line.contains("/bs?ep=meter-1"));
        assertThat(one).anyMatch(line -> line.contains("/rd?ep=meter-1"));
        assertThat(one).noneMatch(line -> line.contains("meter-2"));

        Cli.Result nobody =
                cli.run("device", "show", "meter-1", "--capture", all, "--work-dir", folder.resolve("work"));
        assertThat(nobody.exitCode()).isEqualTo(2);
        assertThat(nobody.err()).contains("the capture of the testbed itself");
    }

    @Test
    void aKeyLogHasTheSecretsOfBothHandshakesOnBothSides() throws Exception {
        Path captured = folder.resolve("all.pcapng");
        Path keys = folder.resolve("keys.log");
        cli.with("SSLKEYLOGFILE", keys.toString());
        cli.up(folder.resolve("work"), 0, 0, "--capture", captured);
        made("meter-1");
        registers("meter-1");

        List<String> lines = Files.readAllLines(keys);
        assertThat(lines).allMatch(line -> line.matches("CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}"));
        // both sides of both handshakes: the device is a process of its own
        assertThat(lines).hasSize(4);
        assertThat(lines.stream().distinct()).hasSize(2);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rw-------");
        Cli.Result none = cli.run(
                "device",
                "show",
                "nobody",
                "--capture",
                folder.resolve("x.pcapng"),
                "--work-dir",
                folder.resolve("work"));
        assertThat(none.exitCode()).as(none.out() + none.err()).isNotZero();
        assertThat(folder.resolve("x.pcapng")).doesNotExist();
    }

    /** CoAP as Wireshark reads it, a line a message. */
    private static List<String> coap(Cli.Up up, Path capture) throws Exception {
        String tshark = Tool.need("tshark", "tshark");
        Tool.Result result = Tool.run(
                "",
                tshark,
                "-r",
                capture,
                "-d",
                "dtls.port==" + up.port("bootstrap_uri") + ",coap",
                "-d",
                "dtls.port==" + up.port("lwm2m_uri") + ",coap",
                "-Y",
                "coap");
        assertThat(result.exitCode()).as(result.output()).isZero();
        return Arrays.asList(result.output().split("\n"));
    }

    private void made(String... endpoints) throws Exception {
        for (String endpoint : endpoints) {
            cli.good(
                    "factory",
                    "make",
                    "--endpoint",
                    endpoint,
                    "--out",
                    folder.resolve("devices"),
                    "--work-dir",
                    folder.resolve("work"));
        }
        cli.good(
                "trust",
                "add",
                folder.resolve("work/ca/factory-root.cert.pem"),
                "--service",
                "bootstrap",
                "--work-dir",
                folder.resolve("work"));
    }

    private void registers(String endpoint) throws Exception {
        cli.good("device", "run", "--bundle", folder.resolve("devices").resolve(endpoint), "--exit-when", "registered");
    }
}
