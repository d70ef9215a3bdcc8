package dev.onboard.http.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.Account;
import dev.onboard.account.Device;
import dev.onboard.account.NewDevice;
import dev.onboard.http.connect.Caller.Registered;
import dev.onboard.http.connect.ConnectedDevices.Connection;
import dev.onboard.http.connect.ConnectedDevices.Delivery;
import dev.onboard.http.connect.ConnectedDevices.Method;
import dev.onboard.http.connect.ConnectedDevices.Request;
import dev.onboard.http.connect.ConnectedDevices.Resource;
import dev.onboard.http.connect.ConnectedDevices.Subscription;
import dev.onboard.http.connect.ConnectedDevices.Value;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens at the limits of the Connect API, and to the socket of a key that is revoked. */
class LimitsTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final Channels channels = new Channels(CLOCK, timer);

    @AfterEach
    void stop() {
        channels.close();
        timer.shutdownNow();
    }

    private static final class RecordedSocket implements Channel.Socket {
        final List<String> closed = new ArrayList<>();

        @Override
        public void send(String message, Consumer<Boolean> sent) {
            sent.accept(true);
        }

        @Override
        public void close(int code, String why) {
            closed.add(code + " " + why);
        }

        @Override
        public void ping() {
            // a ping is answered by the other end
        }
    }

    @Test
    void theSocketOfARevokedKeyIsClosedAsAViolationOfPolicy() {
        RecordedSocket revoked = new RecordedSocket();
        RecordedSocket other = new RecordedSocket();
        channels.of("revoked").openWebSocket(CLOCK.instant());
        channels.of("revoked").connect(revoked, CLOCK.instant());
        channels.of("other").openWebSocket(CLOCK.instant());
        channels.of("other").connect(other, CLOCK.instant());
        List<String> gone = new ArrayList<>();
        channels.beat(key -> !key.equals("revoked"), gone::add);
        assertThat(revoked.closed).containsExactly("1008 the API key was revoked");
        assertThat(gone).containsExactly("revoked");
        assertThat(channels.find("revoked")).isEmpty();
        assertThat(other.closed).isEmpty();
    }

    @Test
    void oneChannelMoreThanTheLimitIsRefused() {
        for (int i = 0; i < Channels.MOST; i++) {
            channels.of("key-" + i);
        }
        assertThatThrownBy(() -> channels.of("one more"))
                .isInstanceOfSatisfying(
                        ConnectRefusal.class, e -> assertThat(e.status()).isEqualTo(429))
                .hasMessageContaining("there are " + Channels.MOST + " notification channels already");
        assertThat(channels.of("key-0")).as("one that is there").isNotNull();
    }

    /** A device that never answers. */
    private static final class Silent implements ConnectedDevices {
        final List<CompletableFuture<Optional<Value>>> asked = new ArrayList<>();

        @Override
        public Optional<Connection> connection(String endpoint) {
            return Optional.of(new Connection("r", false, List.of()));
        }

        @Override
        public List<String> endpoints() {
            return List.of();
        }

        @Override
        public CompletionStage<List<Resource>> resources(String endpoint) {
            return CompletableFuture.completedStage(List.of());
        }

        @Override
        public CompletionStage<Optional<Value>> send(String endpoint, Request request) {
            CompletableFuture<Optional<Value>> answer = new CompletableFuture<>();
            asked.add(answer);
            return answer;
        }

        @Override
        public CompletionStage<Subscription> subscribe(String endpoint, String path, Consumer<Value> values) {
            return new CompletableFuture<>();
        }
    }

    @Test
    void aRequestMoreThanADeviceMayHaveUnderWayIsRefusedUntilOneIsAnswered(@TempDir Path work) throws IOException {
        CertificateAuthority authority = CertificateAuthority.root(CertificateRecipe.ca("CA"), CLOCK, RANDOM);
        try (Journal journal = Journal.open(work.resolve("events.jsonl"), CLOCK);
                Account account = Account.open(work.resolve("account"), authority, CLOCK, RANDOM, journal)) {
            Device device = account.devices().add(NewDevice.of("meter"));
            Silent silent = new Silent();
            Requests requests = new Requests(silent, channels, new ValueCache(CLOCK));
            Registered to = new Registered(device, new Connection("r", false, List.of()));
            Request read =
                    new Request(Method.GET, "/3/0/0", "", Optional.empty(), Optional.empty(), Delivery.CONFIRMABLE);
            for (int i = 0; i < Requests.MOST_PER_DEVICE; i++) {
                requests.send("key", "id-" + i, to, read, 429);
            }
            assertThatThrownBy(() -> requests.send("key", "one more", to, read, 429))
                    .isInstanceOfSatisfying(ConnectRefusal.class, e -> {
                        assertThat(e.status()).isEqualTo(429);
                        assertThat(e.text()).isEqualTo("QUEUE_IS_FULL");
                    });
            silent.asked.get(0).complete(Optional.empty());
            requests.send("key", "next", to, read, 429);
            assertThat(silent.asked).hasSize(Requests.MOST_PER_DEVICE + 1);
        }
    }
}
