package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.factory.BundleFiles;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.network.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device does when its LwM2M credentials do not, or no longer, get it in. */
class FallbackTest {
    @TempDir
    Path directory;

    @Test
    void goesBackToBootstrapWhenItsCertificateIsRefused() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            TrustPolicy good = bench.lwm2mTrust.get();
            bench.lwm2mTrust.set(Testbench.trusting(
                    Purpose.DEVICE_AT_LWM2M, Testbench.authority("Other CA").certificate()));
            bench.device("x").powerOn();
            Event refused = bench.event("x", Stage.LWM2M_HANDSHAKE, e -> true);
            assertThat(refused.refusedBy()).contains(Party.LWM2M_SERVER);
            assertThat(refused.reason()).contains("alert-unknown-ca");
            assertThat(bench.event("x", Stage.FALLBACK, e -> true).facts()).containsEntry("next", "bootstrap");
            bench.event("x", Stage.ADMISSION, e -> bench.count("x", Stage.ADMISSION) == 2);
            bench.lwm2mTrust.set(good);
            bench.awaitAll(DeviceState.REGISTERED);
        }
    }

    @Test
    void goesBackToBootstrapWhenItsRegistrationIsRefused() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.registrationAnswer = ResponseCode.FORBIDDEN;
            bench.device("x").powerOn();
            Event refused = bench.event("x", Stage.REGISTERED, e -> true);
            assertThat(refused.refusedBy()).contains(Party.LWM2M_SERVER);
            assertThat(refused.reason()).contains("response-4.03");
            bench.event("x", Stage.ADMISSION, e -> bench.count("x", Stage.ADMISSION) == 2);
            bench.registrationAnswer = ResponseCode.CREATED;
            bench.awaitAll(DeviceState.REGISTERED);
        }
    }

    @Test
    void triesAgainAFewTimesWhenNobodyAnswersAndThenBootstraps() throws Exception {
        try (Testbench bench = new Testbench(directory, o -> o.withRegistrationAttempts(2))) {
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            device.cutPower();
            bench.lwm2m.close();
            device.powerOn();
            assertThat(bench.event("x", Stage.FALLBACK, e -> true).facts()).containsEntry("next", "register");
            bench.event("x", Stage.FALLBACK, e -> "bootstrap".equals(e.facts().get("next")));
            bench.event("x", Stage.ADMISSION, e -> bench.count("x", Stage.ADMISSION) == 2);
            assertThat(bench.event("x", Stage.LWM2M_HANDSHAKE, e -> e.outcome() == Outcome.FAILED)
                            .reason())
                    .contains("timeout");
        }
    }

    @Test
    void bootstrapsAnewWhenItsCredentialsCannotBeRead() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            device.cutPower();
            Files.writeString(bench.home("x").resolve("lwm2m/device.key.pem"), "spoiled");
            device.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            Event told = bench.event("x", Stage.FALLBACK, e -> true);
            assertThat(told.reason()).contains("credentials-unreadable");
            assertThat(told.detail().orElse("")).contains("device.key.pem");
            assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(2);
        }
    }

    @Test
    void registersAgainWhenTheServerForgotIt() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.script = endpoint -> {
                var requests = new java.util.ArrayList<>(bench.good(endpoint));
                requests.set(
                        2,
                        Testbench.write(
                                "/1/0", org.eclipse.leshan.core.request.ContentFormat.TLV, Testbench.server(1)));
                return requests;
            };
            bench.device("x").powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            bench.event("x", Stage.UPDATED, e -> e.outcome() == Outcome.OK);
            bench.updateAnswer = ResponseCode.NOT_FOUND;
            bench.event("x", Stage.REGISTERED, e -> bench.count("x", Stage.REGISTERED) >= 2);
            assertThat(bench.event("x", Stage.UPDATED, e -> e.outcome() == Outcome.REFUSED)
                            .reason())
                    .contains("response-4.04");
            assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(1);
        }
    }

    /** It fell between the handshake and its first answer: what it got it has forgotten, with the session. */
    private static void fallsOnceBeforeItAnswers(ScriptedServer server) {
        Consumer<Exchange> alive = server.script();
        server.onRequest(exchange -> {
            server.onRequest(alive);
            server.forgetSessions();
        });
    }

    @Test
    void asksAgainInAnotherSessionWhenAServerFellBeforeItAnswered() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            fallsOnceBeforeItAnswers(bench.bootstrap);
            fallsOnceBeforeItAnswers(bench.lwm2m);
            bench.device("x").powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            for (Stage stage : List.of(Stage.ADMISSION, Stage.REGISTERED)) {
                assertThat(bench.event("x", stage, e -> e.outcome() == Outcome.FAILED)
                                .reason())
                        .contains("session-lost");
                assertThat(bench.count("x", stage)).isEqualTo(2);
            }
            assertThat(bench.count("x", Stage.BOOTSTRAP_HANDSHAKE)).isEqualTo(2);
            assertThat(bench.count("x", Stage.LWM2M_HANDSHAKE)).isEqualTo(2);
            assertThat(bench.count("x", Stage.FALLBACK)).isZero();
        }
    }

    @Test
    void waitsLongerEachTimeUpToALimit() {
        Backoff backoff = Backoff.PLATFORM;
        Random random = new Random(7);
        for (int i = 0; i < 1000; i++) {
            assertThat(backoff.after(1, random)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(101));
            assertThat(backoff.after(2, random)).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(201));
            assertThat(backoff.after(50, random)).isEqualTo(Duration.ofHours(6));
        }
        assertThat(backoff.scaled(0.001).limit()).isEqualTo(Duration.ofMillis(21_600));
    }

    @Test
    void aFleetNeedsNoThreadForEachDevice() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            for (int i = 0; i < 20; i++) {
                bench.device("first-" + i);
            }
            bench.fleet.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            Set<Thread> few = Thread.getAllStackTraces().keySet();
            for (int i = 0; i < 180; i++) {
                bench.device("more-" + i);
            }
            bench.fleet.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(bench.fleet.count()).containsOnlyKeys(DeviceState.REGISTERED);
            assertThat(bench.registered).hasSize(200);
            Set<Thread> many = Thread.getAllStackTraces().keySet();
            assertThat(many.size()).as("threads: " + many).isLessThanOrEqualTo(few.size() + 4);
            assertThat(bench.fleet.device("more-7")).isPresent();
        }
    }

    @Test
    void aDeviceOfAnEarlierRunGoesStraightToItsServer() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            device.cutPower();
            try (Fleet later = Fleet.with(bench.threads, bench.journal, bench.options, Testbench.RANDOM)
                    .build()) {
                later.add(BundleFiles.read(bench.home("x")), bench.home("x"));
                later.powerOn();
                assertThat(later.await(Set.of(DeviceState.REGISTERED), Testbench.SOON))
                        .isEqualTo(Fleet.Reached.ALL);
            }
            assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(1);
        }
    }
}
