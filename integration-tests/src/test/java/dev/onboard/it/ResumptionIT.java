package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.dtls.Transmission;
import dev.onboard.it.Recorder.Meanwhile;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.testbed.OnboardExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A device without connection ids whose address changes goes on in a resumed session. */
class ResumptionIT {
    private static final List<Recorder> PATHS = new ArrayList<>();

    @RegisterExtension
    static final OnboardExtension onboard = OnboardExtension.with(bench -> bench.transmission(
                    Transmission.impatient().withSessions(Sessions.STANDARD.withResumption(Resumption.ON)))
            .ways(uri -> uri, ResumptionIT::recorded)
            .delivering((endpoint, issued, servers) -> Delivery.of(
                    issued,
                    servers.stream()
                            .map(server -> new LwM2mServerAccount(
                                    server.uri(),
                                    server.serverCertificate(),
                                    server.shortServerId(),
                                    Duration.ofSeconds(3)))
                            .toList())));

    private static URI recorded(URI server) {
        try {
            Recorder path = new Recorder(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), Meanwhile.RECORD);
            PATHS.add(path);
            return URI.create("coaps://localhost:" + path.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() {
        PATHS.forEach(Recorder::close);
    }

    @Test
    void aDeviceWhoseAddressChangesResumesItsSession() throws Exception {
        onboard.device("moving").powerOn().awaitRegistered();
        await(event ->
                event.stage() == Stage.REGISTERED && event.party() == Party.DEVICE); // the answer has arrived, too
        PATHS.get(0).rebind();
        Event atServer = await(Party.LWM2M_SERVER);
        assertThat(atServer.facts()).containsEntry("resumed", "yes").containsKey("trusted_by");
        assertThat(await(Party.DEVICE).facts()).containsEntry("resumed", "yes");
        assertThat(onboard.bench().timeline().stream()
                        .filter(event -> event.stage() == Stage.LWM2M_HANDSHAKE && event.outcome() == Outcome.REFUSED))
                .isEmpty();
    }

    /** The second handshake with the LwM2M server, as this party tells it. */
    private static Event await(Party party) {
        return await(event -> event.stage() == Stage.LWM2M_HANDSHAKE
                && event.party() == party
                && event.facts().containsKey("resumed"));
    }

    private static Event await(Predicate<Event> which) {
        return onboard.journal()
                .await(
                        event -> event.endpoint().equals(Optional.of("moving")) && which.test(event),
                        Duration.ofSeconds(30))
                .orElseThrow(() -> new AssertionError(onboard.bench().timeline().toString()));
    }
}
