package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Each certificate opens one door; judged by OpenSSL and libcoap. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorsIT {
    @TempDir
    static Path folder;

    private Cli cli;
    private Cli.Up up;
    private int mark;
    private Path device;

    @BeforeAll
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        up = cli.up(folder.resolve("work"));
        device = folder.resolve("devices/meter-7");
        cli.run("factory", "make", "--endpoint", "meter-7", "--out", folder.resolve("devices"));
        trustTheFactory();
        Cli.Result result = cli.run("device", "run", "--bundle", device, "--exit-when", "registered");
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    @AfterAll
    void stop() throws Exception {
        cli.close();
    }

    @Test
    void theDeliveredKeyOpensTheLwm2mServer() throws Exception {
        Tool.Result result = connect("lwm2m_uri", "lwm2m", "lwm2m-server-ca", "-cipher", "ECDHE-ECDSA-AES128-CCM8");
        assertThat(result.output()).contains("Verify return code: 0 (ok)", "ECDHE-ECDSA-AES128-CCM8");
        assertThat(result.output()).doesNotContain("alert unknown ca");
    }

    @Test
    void gcmWorksToo() throws Exception {
        assertThat(connect("lwm2m_uri", "lwm2m", "lwm2m-server-ca", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")
                        .output())
                .contains("Verify return code: 0 (ok)", "ECDHE-ECDSA-AES128-GCM-SHA256");
    }

    @Test
    void theFactoryKeyDoesNotOpenTheLwm2mServer() throws Exception {
        assertThat(connect("lwm2m_uri", "factory", "lwm2m-server-ca").output()).contains("alert unknown ca");
        assertThat(refusal(Stage.LWM2M_HANDSHAKE).reason()).contains("unknown-ca");
    }

    @Test
    void theDeliveredKeyDoesNotOpenTheBootstrapServer() throws Exception {
        assertThat(connect("bootstrap_uri", "lwm2m", "bootstrap-server-ca").output())
                .contains("alert unknown ca");
        assertThat(refusal(Stage.BOOTSTRAP_HANDSHAKE).reason()).contains("unknown-ca");
    }

    @Test
    void noCertificateIsRefusedWithAReasonOfItsOwn() throws Exception {
        String openssl = Tool.need("openssl", "openssl");
        Tool.run(
                "",
                openssl,
                "s_client",
                "-dtls1_2",
                "-connect",
                "127.0.0.1:" + up.port("lwm2m_uri"),
                "-CAfile",
                up.workDirectory().resolve("ca/lwm2m-server-ca.cert.pem"));
        Event why = up.first(
                "refusal of the empty certificate",
                event -> event.reason().equals(java.util.Optional.of("no-certificate")));
        assertThat(why.stage()).isEqualTo(Stage.LWM2M_HANDSHAKE);
    }

    @Test
    void preSharedKeysAreNoWayIn() throws Exception {
        String openssl = Tool.need("openssl", "openssl");
        Tool.Result result = Tool.run(
                "",
                openssl,
                "s_client",
                "-dtls1_2",
                "-connect",
                "127.0.0.1:" + up.port("bootstrap_uri"),
                "-psk",
                "00112233",
                "-cipher",
                "PSK-AES128-CCM8:PSK-AES128-GCM-SHA256");
        assertThat(result.output()).contains("alert handshake failure");
    }

    @Test
    void withdrawnTrustClosesTheOpenSessionAndResumptionDoesNotGetRoundIt() throws Exception {
        Path session = folder.resolve("session.pem");
        assertThat(connect("bootstrap_uri", "factory", "bootstrap-server-ca", "-sess_out", session.toString())
                        .output())
                .contains("Verify return code: 0 (ok)", "New, TLSv1.2");
        Process open = new ProcessBuilder(command("bootstrap_uri", "factory", "bootstrap-server-ca"))
                .redirectErrorStream(true)
                .start();
        BufferedReader says = open.inputReader(StandardCharsets.UTF_8);
        String line;
        do {
            line = says.readLine();
            assertThat(line).as("the handshake is done").isNotNull();
        } while (!line.contains("Verify return code: 0"));
        String id = cli.run("trust", "list", "--json")
                .json()
                .path("data")
                .path(0)
                .path("id")
                .asText();
        mark = up.mark();
        assertThat(cli.run("trust", "remove", id).exitCode()).isZero();
        try {
            assertThat(open.waitFor(20, TimeUnit.SECONDS))
                    .as("close_notify ends it")
                    .isTrue();
            Event closed = up.after(
                    mark,
                    "session closed by the server",
                    event -> event.stage() == Stage.SESSION_CLOSED
                            && event.refusedBy().isPresent());
            assertThat(closed.reason()).contains("trust-withdrawn");
            assertThat(closed.refusedBy()).contains(Party.BOOTSTRAP_SERVER);
            assertThat(session)
                    .as("the server gives no session that could be resumed")
                    .doesNotExist();
            assertThat(connect("bootstrap_uri", "factory", "bootstrap-server-ca")
                            .output())
                    .contains("alert unknown ca");
        } finally {
            open.destroyForcibly();
            trustTheFactory();
        }
    }

    @Test
    void aForeignClientBootstrapsUnderItsNameAndUnderNoOther() throws Exception {
        String coap = Tool.need("libcoap3-bin", "coap-client-openssl");
        cli.run("factory", "make", "--endpoint", "foreign", "--out", folder.resolve("devices"));
        Path factory = folder.resolve("devices/foreign/factory");
        String uri = "coaps://localhost:" + up.port("bootstrap_uri");
        Tool.Result other = coapPost(coap, factory, uri + "/bs?ep=somebody-else&mccv=1.2.3");
        assertThat(other.output()).contains("4.00");
        assertThat(refusal(Stage.ADMISSION).reason()).contains("endpoint-mismatch");
        Tool.Result own = coapPost(coap, factory, uri + "/bs?ep=foreign&mccv=1.2.3");
        assertThat(own.output()).doesNotContain("4.00");
        assertThat(up.after(
                                mark,
                                "admission",
                                event -> event.stage() == Stage.ADMISSION
                                        && event.party() == Party.BOOTSTRAP_SERVER
                                        && event.endpoint().equals(java.util.Optional.of("foreign")))
                        .outcome())
                .isEqualTo(Outcome.OK);
        Tool.Result pack = Tool.run(
                "",
                coap,
                "-m",
                "get",
                "-B",
                "5",
                "-c",
                factory.resolve("device.cert.pem"),
                "-j",
                factory.resolve("device.key.pem"),
                "-C",
                factory.resolve("server-ca.cert.pem"),
                uri + "/bspack?ep=foreign");
        assertThat(pack.output()).contains("4.04");
    }

    private Tool.Result coapPost(String coap, Path factory, String uri) throws Exception {
        mark = up.mark();
        return Tool.run(
                "",
                coap,
                "-m",
                "post",
                "-B",
                "5",
                "-c",
                factory.resolve("device.cert.pem"),
                "-j",
                factory.resolve("device.key.pem"),
                "-C",
                factory.resolve("server-ca.cert.pem"),
                uri);
    }

    /** Why the server refused who came last. */
    private Event refusal(Stage stage) {
        return up.after(
                mark,
                "refusal at " + stage.word(),
                event -> event.stage() == stage
                        && event.outcome() == Outcome.REFUSED
                        && event.party() != Party.DEVICE
                        && !event.reason().equals(java.util.Optional.of("no-certificate"))
                        && !event.reason().equals(java.util.Optional.of("no-common-parameters")));
    }

    private void trustTheFactory() throws Exception {
        Cli.Result added = cli.run(
                "trust", "add", up.workDirectory().resolve("ca/factory-root.cert.pem"), "--service", "bootstrap");
        assertThat(added.exitCode()).as(added.err()).isZero();
    }

    private Tool.Result connect(String which, String set, String ca, String... more) throws Exception {
        mark = up.mark();
        return Tool.run("", command(which, set, ca, more).toArray());
    }

    private List<String> command(String which, String set, String ca, String... more) {
        List<String> command = new ArrayList<>(List.of(
                Tool.need("openssl", "openssl"),
                "s_client",
                "-dtls1_2",
                "-connect",
                "127.0.0.1:" + up.port(which),
                "-cert",
                device.resolve(set + "/device.cert.pem").toString(),
                "-key",
                device.resolve(set + "/device.key.pem").toString(),
                "-CAfile",
                up.workDirectory().resolve("ca/" + ca + ".cert.pem").toString(),
                "-verify_hostname",
                "localhost"));
        command.addAll(List.of(more));
        return command;
    }
}
