package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.RawPeer;
import dev.onboard.journal.Event;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up --max-sessions --max-refusals}: whom servers turn away, and what the user is told of it. */
class LimitsIT {
    private static final int SESSIONS = 3;

    @TempDir
    static Path folder;

    @Test
    void whoIsOneTooManyIsTurnedAwayAndTheUserIsToldWhyAndWhatToDo() throws Exception {
        try (Cli cli = new Cli(Cli.folder(folder, "home"))) {
            Cli.Up up = cli.up(folder.resolve("work"), 0, 0, "--max-sessions", SESSIONS, "--max-refusals", 1);
            InetSocketAddress server =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), up.port("bootstrap_uri"));
            refusedTooOften(cli, up, server);
            tooManySessions(cli, up, server);
            up.stop();
        }
    }

    private static void refusedTooOften(Cli cli, Cli.Up up, InetSocketAddress server) throws Exception {
        Credential stranger = Servers.ca("Foreign factory").issue(CertificateRecipe.device("stranger"));
        RawPeer peer = RawPeer.presenting(List.of(stranger.certificate().getEncoded()), stranger.privateKey());
        InetAddress elsewhere = InetAddress.getByName("127.0.0.2");
        RawPeer.Result last =
                peer.connect(elsewhere, server, Duration.ofSeconds(20)).result();
        int tried = 1;
        while (last.equals(new RawPeer.Result.RefusedByPeer(48)) && tried < 100) {
            last = peer.connect(elsewhere, server, Duration.ofSeconds(2)).result();
            tried++;
        }
        assertThat(last).isEqualTo(new RawPeer.Result.Failed("the other side fell silent"));
        assertThat(tried).as("twenty at once are allowed for").isGreaterThan(20);
        Event limited = first(up, "too-many-refusals");
        assertThat(limited.detail().orElse(""))
                .contains("127.0.0.2", "the last of them for unknown-ca", "are dropped until");
        assertThat(metrics(up))
                .containsPattern(
                        "onboard_client_hellos_dropped_total\\{reason=\"too-many-refusals\",server=\"bootstrap-server\"} [1-9]")
                .contains(
                        "onboard_client_hellos_dropped_total{reason=\"too-many-sessions\",server=\"bootstrap-server\"} 0.0");
        assertThat(peer.connect(server, Duration.ofSeconds(10)).result())
                .as("from another address")
                .isEqualTo(new RawPeer.Result.RefusedByPeer(48));
        assertThat(explained(cli, up, limited))
                .contains("why handshakes from that address are refused", "--max-refusals off");
    }

    private static void tooManySessions(Cli cli, Cli.Up up, InetSocketAddress server) throws Exception {
        List<PlainHello> peers = new ArrayList<>();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                peers.add(new PlainHello(server));
                assertThat(peers.get(i).beginHandshake()).as("there is room").isTrue();
            }
            PlainHello further = new PlainHello(server);
            peers.add(further);
            byte[] cookie = further.cookie(0, 0).orElseThrow();
            further.send(further.hello(1, cookie, 0));
            Event full = first(up, "too-many-sessions");
            assertThat(full.detail().orElse(""))
                    .contains(
                            "keeps " + SESSIONS + " DTLS sessions and handshakes at most", "a ClientHello was dropped");
            assertThat(explained(cli, up, full)).contains("wait until there is room", "--max-sessions");
        } finally {
            peers.forEach(PlainHello::close);
        }
    }

    private static String metrics(Cli.Up up) throws Exception {
        String key = Files.readString(up.workDirectory().resolve("api-key")).strip();
        URI uri = URI.create(up.endpoints().path("management_uri").asText() + "/metrics");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + key)
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static Event first(Cli.Up up, String reason) {
        return up.first("event " + reason, event -> event.reason().equals(Optional.of(reason)));
    }

    private static String explained(Cli cli, Cli.Up up, Event event) throws Exception {
        return cli.run("explain", "event", event.id(), "--work-dir", up.workDirectory())
                .out();
    }
}
