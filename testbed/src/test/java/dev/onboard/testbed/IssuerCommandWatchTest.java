package dev.onboard.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.Issuers;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.account.Query;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuerCommandWatchTest {
    @TempDir
    Path folder;

    @Test
    void aCommandThatIsAddedWhileTheTestbedRunsIsTakenUpAndRun() {
        try (Testbed testbed = Testbed.start(
                TestbedOptions.in(folder.resolve("work")).withPorts(0, 0, 0),
                InstantSource.system(),
                new SecureRandom())) {
            Issuers issuers = testbed.account().issuers();
            assertThat(named(issuers)).isEmpty();
            IssuerCommands.write(folder.resolve("work"), "later", List.of("sh", "-c", "exit 3"));
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (named(issuers).isEmpty()) {
                assertThat(System.nanoTime()).as("nobody took it up").isLessThan(deadline);
                Thread.onSpinWait();
            }
            Issuers.Verification tried = issuers.verify(named(issuers).get(0).id())
                    .toCompletableFuture()
                    .join();
            assertThat(tried.message()).contains("exit code 3");
        }
    }

    private static List<Issuer> named(Issuers issuers) {
        return issuers.list(Query.all().where("name", "later")).entries();
    }
}
