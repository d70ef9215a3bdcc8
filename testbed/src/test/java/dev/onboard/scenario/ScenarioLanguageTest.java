package dev.onboard.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scenario file says is understood, and everything that is wrong in it is told at its place. */
class ScenarioLanguageTest {
    private static final String GOOD = "title: t\nbecause: b\n";

    @TempDir
    static Path folder;

    @Test
    void theShortestScenarioIsAGoodOneOnBothLegs() throws Exception {
        List<Scenario> scenarios = read("short.yaml", GOOD + "expect: registered\n");
        assertThat(scenarios).extracting(Scenario::id).containsExactly("short@device-bootstrap", "short@device-lwm2m");
        assertThat(scenarios.get(0).steps()).hasSize(2).first().isEqualTo(new Step.Power(Step.Switch.POWER_ON, 1));
    }

    @Test
    void aRefusalIsExpectedWhereTheLegIsJudged() throws Exception {
        List<Scenario> scenarios = read(
                "refused.yaml",
                GOOD + "certificates:\n  line-3: {until: -P1D}\n  leaf: {issuer: line-3}\nsend: [leaf, line-3]\n"
                        + "expect:\n  refused: {reason: expired, alert: certificate_expired, certificate: line-3}\n");
        Step.Expect expect = (Step.Expect) scenarios.get(1).steps().get(1);
        Expectation.Refused refused = (Expectation.Refused) expect.expectation();
        assertThat(refused.at()).contains(Stage.LWM2M_HANDSHAKE);
        assertThat(refused.by()).contains(Party.LWM2M_SERVER);
        assertThat(refused.alert()).hasValue(45);
        assertThat(refused.certificate()).hasValue(1);
    }

    @Test
    void aMatrixMakesAScenarioOfEachCombination() throws Exception {
        List<Scenario> scenarios = read(
                "matrix.yaml",
                GOOD + "legs: [device-bootstrap]\nmatrix: {key: [P256, P384], depth: [1, 2]}\n"
                        + "certificates:\n  ca: {series: \"${depth}\"}\n  leaf: {issuer: \"ca${depth}\", key: \"${key}\"}\n"
                        + "send: [leaf, ca*]\nexpect: registered\n");
        assertThat(scenarios)
                .extracting(Scenario::id)
                .containsExactly(
                        "matrix/key=P256,depth=1@device-bootstrap",
                        "matrix/key=P256,depth=2@device-bootstrap",
                        "matrix/key=P384,depth=1@device-bootstrap",
                        "matrix/key=P384,depth=2@device-bootstrap");
        assertThat(scenarios.get(3).written().at("/certificates/ca/series").asInt())
                .isEqualTo(2);
    }

    @Test
    void aMatrixOfTooManyCombinationsIsRefusedBeforeTheyAreMade() {
        StringBuilder lists = new StringBuilder();
        for (char name = 'a'; name <= 'z'; name++) {
            lists.append(name).append(": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], ");
        }
        assertThatThrownBy(() -> read("matrix.yaml", GOOD + "matrix: {" + lists + "}\nexpect: registered\n"))
                .isInstanceOf(InvalidScenarioException.class)
                .hasMessageContaining("makes 1000 or more scenarios; 1 to 500 are expected");
    }

    @Test
    void jsonIsAccepted() throws Exception {
        assertThat(read("json.json", "{\"title\":\"t\",\"because\":\"b\",\"expect\":\"registered\"}"))
                .hasSize(2);
    }

    @Test
    void theIdComesFromThePlace() throws Exception {
        Path below = Files.createDirectories(folder.resolve("tree/expired"));
        Files.writeString(below.resolve("leaf.yaml"), GOOD + "legs: [bootstrap-server]\nexpect: registered\n");
        assertThat(ScenarioFiles.read(folder.resolve("tree")))
                .extracting(Scenario::id)
                .containsExactly("expired/leaf@bootstrap-server");
    }

    /** Ten files with faults give ten complete lists: file, line, field, what was found and what was expected. */
    @Test
    void everyFaultIsToldAtItsPlace() throws Exception {
        assertFaults("", "f.yaml: is empty; a scenario has at least title, because and expect");
        assertFaults("title: [t", "f.yaml:1: is not YAML: expected ',' or ']', but got <stream end>");
        assertFaults(
                "titel: t\nexpect: registered\n",
                "f.yaml:1: 'title' is missing",
                "f.yaml:1: 'because' is missing",
                "f.yaml:1: titel: is not a field here; did you mean 'title'?");
        assertFaults(
                GOOD + "expect: regstered\n",
                "f.yaml:3: expect: 'regstered' is not one of the words here; did you mean 'registered'? Expected one of registered, bootstrapped");
        assertFaults(
                GOOD + "certificates:\n  leaf:\n    defects: [expird]\n    isuer: root\nexpect: registered\n",
                "f.yaml:5: certificates.leaf.defects[0]: 'expird' is not one of the words here; did you mean 'expired'?",
                "f.yaml:6: certificates.leaf.isuer: is not a field here; did you mean 'issuer'?");
        assertFaults(
                GOOD + "certificates:\n  leaf: {issuer: lin-3}\n  line-3: {until: yesterday}\nexpect: registered\n",
                "f.yaml:5: certificates.line-3.until: 'yesterday' has not the form of an ISO 8601 duration from now, such as -P1D or PT0S, or a time such as 2050-01-01T00:00:00Z");
        assertFaults(
                GOOD
                        + "certificates:\n  sub: {issuer: line-3}\n  line-3: {until: P1X}\n  leaf: {issuer: lin-3}\nsend: [leaf, lien-3]\nexpect: registered\n",
                "f.yaml:4: certificates.sub.issuer: 'line-3' is made after this certificate; list it further up",
                "f.yaml:5: certificates.line-3.until: 'P1X' is neither an ISO 8601 duration such as -P1D or PT30S nor a time such as 2050-01-01T00:00:00Z",
                "f.yaml:6: certificates.leaf.issuer: 'lin-3' is no certificate of this scenario; did you mean 'line-3'?",
                "f.yaml:7: send[1]: 'lien-3' is no certificate of this scenario; did you mean 'line-3'?");
        assertFaults(
                GOOD
                        + "steps:\n  - {power-on: {}, reboot: {}}\n  - {}\n  - {power-on: {device: 2}}\n  - {trust: {}}\nexpect: registered\n",
                "f.yaml:4: steps[0]: says power-on and reboot at once; one of them is expected here",
                "f.yaml:5: steps[1]: says nothing; expected one of power-on, cut-power, shut-down, reboot, factory-reset, trust, distrust, deactivate, activate, clock, revoke, suspend, resume, release, forget, read, write, execute, sleep, update-registration, rebind, renew, rotate, update, deliver, back-up, restore, tamper, crowd, expect",
                "f.yaml:7: steps[3].trust: 'certificate' is missing");
        assertFaults(
                GOOD
                        + "legs: [lwm2m-server]\nsteps:\n  - rotate: {what: server-leaf}\n  - rotate: {what: device-ca, to: nxt}\n"
                        + "  - update: {version: 1.1.0, signers: [nobody], edit: [{octets: a1, become: a1b2}]}\n  - renew: {device: 2}\n"
                        + "expect:\n  - shows: nxt\n  - stragglers: {of: device-ca, devices: [3]}\n",
                "f.yaml:5: steps[0].rotate: on the leg lwm2m-server the server shows a certificate of the scenario; rotate server-leaf, and say with 'to' which one it shows from then on",
                "f.yaml:6: steps[1].rotate.to: 'nxt' is no certificate of this scenario; there are root, leaf",
                "f.yaml:6: steps[1].rotate.to: is for the beginning of a rotation of server-leaf on the leg lwm2m-server",
                "f.yaml:7: steps[2].update.signers[0]: 'nobody' is no certificate of this scenario; there are root, leaf",
                "f.yaml:7: steps[2].update.edit[0].become: has 2 octets; as many as there were are expected, 1",
                "f.yaml:8: steps[3].renew.device: there is one device, not 2; say so with 'devices'",
                "f.yaml:10: expect[0].shows: 'nxt' is no certificate of this scenario; there are root, leaf",
                "f.yaml:11: expect[1].stragglers.devices[0]: there is one device, not 3; say so with 'devices'");
        assertFaults(
                GOOD
                        + "deliver: {server: 2, set: {/0/1/10: 1}}\nsteps:\n  - read: {path: /3/0/0, server: 2}\n"
                        + "  - update: {version: 1.1.0, format: cms, image: truncated, unsigned: true}\n"
                        + "  - update: {version: 1.1.0, format: platform-v3, image: changed, signers: [leaf, root]}\nexpect: registered\n",
                "f.yaml:3: deliver.server: there is one LwM2M server; say 'servers: 2' for a second one",
                "f.yaml:3: deliver.set: /0/1/10 is not written; there is one LwM2M server, and instances are counted from 0",
                "f.yaml:5: steps[0].read.server: there is one LwM2M server; say 'servers: 2' for a second one",
                "f.yaml:6: steps[1].update.unsigned: is for the format suit",
                "f.yaml:6: steps[1].update.image: in the format cms the image is good or changed",
                "f.yaml:7: steps[2].update.image: a manifest of the platform travels without its image; 'edit' changes the manifest",
                "f.yaml:7: steps[2].update.signers: a manifest of version 3 has one signature");
        assertFaults(
                GOOD
                        + "network:\n  faults:\n    - drop: {datagram: 2, message: alert}\n    - cut: {flight: 4, from: device}\n"
                        + "    - drop: {flight: 7}\nexpect: registered\n",
                "f.yaml:7: network.faults[2].drop.flight: 7 is too large; at most 6 is expected");
        assertFaults(
                GOOD
                        + "network:\n  faults:\n    - drop: {datagram: 2, message: alert}\n    - cut: {flight: 4, from: device}\n"
                        + "expect: registered\n",
                "f.yaml:5: network.faults[0].drop: says datagram and message at once; one of them names the datagrams",
                "f.yaml:6: network.faults[1].cut.from: flight 4 is the server's");
        assertFaults(
                GOOD + "devices: 0\nusage: 4\nexpect:\n  refused: {alert: certificate_expird, certificate: nobody}\n",
                "f.yaml:3: devices: 0 is too small; at least 1 is expected",
                "f.yaml:4: usage: 4 is too large; at most 3 is expected",
                "f.yaml:6: expect.refused: 'reason' is missing");
        assertFaults(
                GOOD
                        + "usage: 2\nexpect:\n  - refused: {reason: expird, alert: certificate_expird, certificate: nobody, device: 3}\n",
                "f.yaml:3: usage: 'usage' and 'pin' belong together: what is delivered, and how it is used",
                "f.yaml:5: expect[0].refused.device: there is one device, not 3; say so with 'devices'",
                "f.yaml:5: expect[0].refused.alert: 'certificate_expird' is no alert of TLS; they are close_notify, unexpected_message, bad_record_mac, decryption_failed, record_overflow, handshake_failure, bad_certificate, unsupported_certificate, certificate_revoked, certificate_expired, certificate_unknown, illegal_parameter, unknown_ca, access_denied, decode_error, decrypt_error, protocol_version, insufficient_security, internal_error, inappropriate_fallback, user_canceled, no_renegotiation, unsupported_extension, certificate_unobtainable, unrecognized_name, bad_certificate_status_response, bad_certificate_hash_value, unknown_psk_identity, no_application_protocol",
                "f.yaml:5: expect[0].refused.certificate: 'nobody' is no certificate of this scenario; there are root, leaf",
                "f.yaml:5: expect[0].refused.reason: 'expird' is no reason of a handshake; did you mean 'expired'?");
    }

    @Test
    void aFaultInAnyFileOfAFolderIsTold() throws Exception {
        Path below = Files.createDirectories(folder.resolve("two"));
        Files.writeString(below.resolve("a.yaml"), "title: t\n");
        Files.writeString(below.resolve("b.yaml"), GOOD + "expect: registered\ndevices: many\n");
        InvalidScenarioException invalid =
                catchThrowableOfType(InvalidScenarioException.class, () -> ScenarioFiles.read(below));
        assertThat(invalid.faults())
                .extracting(fault -> Path.of(fault.file()).getFileName() + " " + fault.path())
                .containsExactly("a.yaml ", "a.yaml ", "b.yaml devices");
    }

    @Test
    void aFieldTwiceIsAFault() {
        assertThatThrownBy(() -> read("twice.yaml", GOOD + "title: u\nexpect: registered\n"))
                .isInstanceOf(InvalidScenarioException.class)
                .hasMessageContaining("twice.yaml")
                .hasMessageContaining("title");
    }

    private static List<Scenario> read(String name, String text) throws Exception {
        return ScenarioFiles.read(Files.writeString(folder.resolve(name), text));
    }

    private static void assertFaults(String text, String... faults) throws Exception {
        Path file = Files.writeString(folder.resolve("f.yaml"), text);
        InvalidScenarioException invalid =
                catchThrowableOfType(InvalidScenarioException.class, () -> ScenarioFiles.read(file));
        assertThat(invalid.faults().stream()
                        .map(fault -> fault.toString().replace(file.toString(), "f.yaml"))
                        .collect(Collectors.toList()))
                .as(text)
                .containsExactly(faults);
    }
}
