package dev.onboard.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.http.OperationException;
import dev.onboard.server.Sleep;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who asks something of a device that sleeps is answered in time. */
class RegisteredDevicesTest {
    private static final Sleep SLEEP =
            new Sleep(Instant.parse("2026-03-01T12:00:00Z"), Instant.parse("2026-03-01T12:05:00Z"), 1);

    @Test
    void aDeviceThatDoesNotWakeInTimeIsSaidToSleepAndTheOperationGoesOn() {
        CompletableFuture<String> operation = new CompletableFuture<>();
        CompletableFuture<String> answer = RegisteredDevices.inTime(Optional.of(SLEEP), operation, Duration.ofMillis(1))
                .toCompletableFuture();
        assertThatThrownBy(answer::join)
                .cause()
                .isInstanceOfSatisfying(
                        OperationException.class,
                        asleep -> assertThat(asleep.kind()).isEqualTo(OperationException.Kind.ASLEEP))
                .hasMessageContaining("sleeps since 2026-03-01T12:00:00Z")
                .hasMessageContaining("until 2026-03-01T12:05:00Z");
        assertThat(operation).isNotDone();
    }

    @Test
    void aDeviceThatWakesInTimeAnswers() {
        CompletableFuture<String> operation = new CompletableFuture<>();
        CompletableFuture<String> answer = RegisteredDevices.inTime(Optional.of(SLEEP), operation, Duration.ofHours(1))
                .toCompletableFuture();
        operation.complete("ARM");
        assertThat(answer).isCompletedWithValue("ARM");
    }
}
