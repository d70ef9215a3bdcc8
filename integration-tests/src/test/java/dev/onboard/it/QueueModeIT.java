package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.RenewalSchedule;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.Node;
import dev.onboard.server.ServerEvent;
import dev.onboard.server.Sleep;
import dev.onboard.testbed.OnboardExtension;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A device in queue mode sleeps; what is asked of it meanwhile is done when it wakes (OMA LwM2M Core 6.5). */
class QueueModeIT {
    private static final Duration LIFETIME = Duration.ofSeconds(4);

    @RegisterExtension
    static final OnboardExtension onboard = OnboardExtension.with(bench -> bench.awake(Duration.ofMillis(200))
            .devices(DeviceOptions.standard(InstantSource.system())
                    .withRenewal(RenewalSchedule.NEVER)
                    .withQueueMode(Duration.ofMillis(400)))
            .delivering((endpoint, issued, servers) -> Delivery.of(
                    issued,
                    servers.stream()
                            .map(server -> new LwM2mServerAccount(
                                    server.uri(), server.serverCertificate(), server.shortServerId(), LIFETIME))
                            .toList())));

    @Test
    void whatIsAskedOfADeviceThatSleepsIsDoneWhenItWakes() throws Exception {
        LwM2mServer server = onboard.bench().lwm2mServer();
        CompletableFuture<Void> sleeps = new CompletableFuture<>();
        try (Journal.Subscription watched = server.watch(event -> {
            if (event instanceof ServerEvent.Sleeping) {
                sleeps.complete(null);
            }
        })) {
            onboard.device("sleeper").powerOn().awaitRegistered();
            assertThat(await("queue_mode", "yes", Party.LWM2M_SERVER).stage()).isEqualTo(Stage.REGISTERED);
            sleeps.get(20, TimeUnit.SECONDS);
            await("action", "sleep", Party.DEVICE);
            CompletionStage<Void> written = server.write("sleeper", "/3/0/14", "+02:00");
            CompletionStage<Node> read = server.read("sleeper", "/3/0/14");
            Event waits = onboard.journal()
                    .await(event -> event.facts().containsKey("waits_until"), Duration.ofSeconds(10))
                    .orElseThrow();
            assertThat(waits.detail().orElseThrow()).contains("the device sleeps since", "until");
            assertThat(server.sleep("sleeper")).map(Sleep::waiting).contains(2);
            written.toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(read.toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo(new Node.Value("+02:00"));
            await("action", "wake", Party.DEVICE);
            assertThat(of("sleeper", Stage.UPDATED, Party.LWM2M_SERVER))
                    .as("it woke with a registration update")
                    .isNotEmpty()
                    .allMatch(event -> event.outcome() == Outcome.OK);
            assertThat(of("sleeper", Stage.OPERATION, Party.DEVICE))
                    .as("in the order in which it was asked")
                    .extracting(event -> event.facts().get("operation"))
                    .containsExactly("write", "read");
        }
    }

    private static List<Event> of(String endpoint, Stage stage, Party party) {
        return onboard.bench().timeline().stream()
                .filter(event -> event.endpoint().equals(Optional.of(endpoint))
                        && event.stage() == stage
                        && event.party() == party)
                .toList();
    }

    private static Event await(String fact, String value, Party party) {
        return onboard.journal()
                .await(
                        event -> event.party() == party
                                && value.equals(event.facts().get(fact)),
                        Duration.ofSeconds(20))
                .orElseThrow(() -> new AssertionError(onboard.bench().timeline().toString()));
    }
}
