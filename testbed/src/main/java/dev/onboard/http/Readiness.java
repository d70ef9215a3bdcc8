package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /healthz}: the process lives; {@code /readyz}: the account's database and what else the process needs answer, and each server listens. Both are for
 * anybody at this host, so that why something does not work is said in general; the log has more. Thread-safe.
 */
final class Readiness {
    static final String DATABASE = "database";
    private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Account account;
    private final Vitals vitals;

    /** Whether one thing works, and why not. */
    record Check(String name, Optional<String> problem) {}

    Readiness(Account account, Vitals vitals) {
        this.account = account;
        this.vitals = vitals;
    }

    void healthz(Context ctx) {
        Json.answer(ctx, 200, Json.object().put("object", "health").put("status", "alive"));
    }

    void readyz(Context ctx) {
        List<Check> checks = checks();
        boolean ready = checks.stream().allMatch(check -> check.problem().isEmpty());
        ObjectNode document = Json.object().put("object", "readiness").put("status", ready ? "ready" : "not-ready");
        ArrayNode all = document.putArray("checks");
        for (Check check : checks) {
            all.addObject()
                    .put("name", check.name())
                    .put("ready", check.problem().isEmpty())
                    .put("problem", check.problem().orElse(null));
        }
        ctx.header("Cache-Control", "no-store");
        Json.answer(ctx, ready ? 200 : 503, document);
    }

    /** Everything that is looked at, just now; waits for the database two seconds at most. */
    List<Check> checks() {
        List<Check> checks = new ArrayList<>();
        checks.add(new Check(DATABASE, database()));
        vitals.needs().forEach((name, problem) -> checks.add(new Check(name, problem.get())));
        for (Map.Entry<String, Vitals.Server> server : vitals.servers().entrySet()) {
            checks.add(new Check(
                    server.getKey(),
                    server.getValue().listening().getAsBoolean()
                            ? Optional.empty()
                            : Optional.of("its port is closed: it was stopped; start this process again")));
        }
        return checks;
    }

    private Optional<String> database() {
        CompletableFuture<Void> answer = account.answers().toCompletableFuture();
        try {
            answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (TimeoutException e) {
            answer.cancel(false);
            return Optional.of("the account's database has not answered for " + PATIENCE.toSeconds() + " s");
        } catch (ExecutionException e) {
            LOG.warn("not ready: {}", String.valueOf(e.getCause()));
            return Optional.of("the account's database does not work; this process's log says why");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("this process is being stopped");
        }
    }
}
