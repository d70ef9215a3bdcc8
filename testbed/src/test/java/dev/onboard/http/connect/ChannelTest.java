package dev.onboard.http.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.http.connect.ConnectedDevices.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ChannelTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Channel channel = new Channel(NOW);

    private static Notice notice(int number) {
        return Notice.value(
                "d",
                "/3/0/" + number,
                new Value("x".getBytes(StandardCharsets.UTF_8), "text/plain", OptionalLong.empty()));
    }

    private static int entries(String message) throws Exception {
        return new ObjectMapper().readTree(message).path("notifications").size();
    }

    @Test
    void aPollGetsWhatWaitsAndThenWhatComes() throws Exception {
        channel.put(notice(1));
        channel.put(notice(2));
        assertThat(entries(channel.poll(NOW).join().orElseThrow())).isEqualTo(2);
        CompletableFuture<Optional<String>> waiting = channel.poll(NOW);
        assertThat(waiting).isNotDone();
        channel.put(notice(3));
        assertThat(waiting.join().orElseThrow()).contains("/3/0/3");
    }

    @Test
    void aNewerPollTakesOver() {
        CompletableFuture<Optional<String>> older = channel.poll(NOW);
        CompletableFuture<Optional<String>> newer = channel.poll(NOW);
        assertThat(older)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        ConnectRefusal.class, e -> assertThat(e.status()).isEqualTo(409));
        channel.giveUp(older, NOW);
        assertThat(newer).isNotDone();
        channel.giveUp(newer, NOW);
        assertThat(newer.join()).isEmpty();
    }

    @Test
    void theOldestEntriesAreLostWhenTooManyWait() throws Exception {
        for (int i = 0; i < Channel.MOST_ENTRIES + 5; i++) {
            channel.put(notice(i));
        }
        assertThat(channel.size()).isEqualTo(Channel.MOST_ENTRIES);
        assertThat(channel.poll(NOW).join().orElseThrow())
                .contains("\"/3/0/5\"")
                .doesNotContain("\"/3/0/4\"");
    }

    @Test
    void bytesAreBoundedToo() {
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 100; i++) {
            channel.put(
                    Notice.value("d", "/5/0/0", new Value(large, "application/octet-stream", OptionalLong.empty())));
        }
        assertThat(channel.size()).isBetween(1, Channel.MOST_BYTES / large.length);
    }

    @Test
    void oneKindOfChannelAtATime() {
        channel.poll(NOW);
        assertThatThrownBy(() -> channel.openWebSocket(NOW)).hasMessageContaining("delete /v2/notification/pull first");
    }

    @Test
    void whatASocketCouldNotSendWaitsForTheNext() {
        List<Consumer<Boolean>> pending = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        channel.openWebSocket(NOW);
        channel.connect(socket(sent, pending), NOW);
        channel.put(notice(1));
        channel.put(notice(2));
        assertThat(sent).hasSize(1);
        pending.get(0).accept(false);
        assertThat(channel.isConnected()).isFalse();
        channel.connect(socket(sent, pending), NOW);
        assertThat(sent.get(1)).contains("/3/0/1", "/3/0/2");
    }

    @Test
    void anUnusedChannelExpires() {
        channel.giveUp(channel.poll(NOW), NOW);
        assertThat(channel.isExpired(NOW.plusSeconds(599))).isFalse();
        assertThat(channel.isExpired(NOW.plusSeconds(601))).isTrue();
    }

    private static Channel.Socket socket(List<String> sent, List<Consumer<Boolean>> pending) {
        return new Channel.Socket() {
            @Override
            public void send(String message, Consumer<Boolean> done) {
                sent.add(message);
                pending.add(done);
            }

            @Override
            public void close(int code, String why) {
                sent.add("closed " + code);
            }

            @Override
            public void ping() {
                sent.add("ping");
            }
        };
    }
}
