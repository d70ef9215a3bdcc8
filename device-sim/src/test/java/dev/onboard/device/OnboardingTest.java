package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.journal.Stage;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.SubjectName;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnboardingTest {
    @TempDir
    Path directory;

    @Test
    void aDeviceGoesFromTheFactoryToARegistration() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            SimulatedDevice device = bench.device("meter-1");
            device.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);

            Testbench.Registered registered = bench.registered("meter-1");
            assertThat(registered.query()).contains("ep=meter-1", "lt=300", "lwm2m=1.1", "b=U");
            assertThat(registered.links())
                    .contains("</1/0>", "</3/0>", "</5/0>", "rt=\"oma.lwm2m\"")
                    .doesNotContain("</0");
            X509Certificate own = CredentialFiles.readCertificates(
                            bench.home("meter-1").resolve("lwm2m/device.cert.pem"))
                    .get(0);
            assertThat(SubjectName.commonNames(own)).containsExactly("meter-1");
            assertThat(bench.event("meter-1", Stage.REGISTERED, e -> true).facts())
                    .containsEntry("serial", own.getSerialNumber().toString(16))
                    .containsEntry("issuer", "CN=LwM2M device CA");
            List<String> stages;
            try (var events = bench.journal.events()) {
                stages = events.map(event -> event.stage().word()).distinct().toList();
            }
            assertThat(stages)
                    .contains(
                            "power",
                            "bootstrap-handshake",
                            "admission",
                            "written",
                            "finished",
                            "lwm2m-handshake",
                            "registered");
        }
    }
}
