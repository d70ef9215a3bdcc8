package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.http.DeviceOperations;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import dev.onboard.http.OperationException;
import dev.onboard.http.OperationException.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Devices that are registered at LwM2M servers in other processes. A request is handed to the management port of the server
 * that has the device's session. Thread-safe; a request under way holds one of a few threads.
 */
final class DevicesElsewhere implements DeviceOperations, AutoCloseable {
    /** So many requests are under way at a time; others wait. */
    private static final int AT_ONCE = 32;

    private final Route route;
    private final ExecutorService threads;
    /** Which server has a device's session. */
    @FunctionalInterface
    interface Route {
        /** @throws OperationException when none has, with the reason */
        ManagementClient to(String endpoint);
    }

    /** None is known: this process was not told of Redis. */
    static final Route UNKNOWN = endpoint -> {
        throw OperationException.of(
                Kind.NOT_REGISTERED,
                "'" + endpoint + "' cannot be asked: this API was started without --redis, where the LwM2M servers say"
                        + " which of them has a device's session");
    };

    DevicesElsewhere(Route route) {
        this.route = route;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(AT_ONCE, AT_ONCE, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "onboard-devices-elsewhere");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    private <T> CompletionStage<T> ask(String endpoint, Function<ManagementClient, T> request) {
        return CompletableFuture.supplyAsync(() -> carriedOut(endpoint, request), threads);
    }

    private CompletionStage<Void> tell(String endpoint, Consumer<ManagementClient> request) {
        return ask(endpoint, server -> {
                    request.accept(server);
                    return server;
                })
                .thenAccept(server -> {});
    }

    private <T> T carriedOut(String endpoint, Function<ManagementClient, T> request) {
        ManagementClient server = route.to(endpoint);
        try {
            return request.apply(server);
        } catch (ManagementException e) {
            throw failure(endpoint, e);
        }
    }

    private static OperationException failure(String endpoint, ManagementException refused) {
        return OperationException.of(
                kind(refused),
                refused.status() == ManagementException.NO_ANSWER
                        ? "the LwM2M server that has the session of '" + endpoint + "' does not answer: "
                                + refused.getMessage()
                        : String.valueOf(refused.getMessage()));
    }

    private static Kind kind(ManagementException refused) {
        return switch (refused.status()) {
            case 400 -> Kind.BAD_VALUE;
            case 404 -> Kind.NOT_REGISTERED;
            case 503 -> Kind.UNAVAILABLE;
            case 504, ManagementException.NO_ANSWER -> Kind.TIMEOUT;
            default -> Kind.REFUSED;
        };
    }

    @Override
    public CompletionStage<JsonNode> read(String endpoint, String path) {
        return ask(endpoint, server -> server.read(endpoint, path).path("value"));
    }

    @Override
    public CompletionStage<Void> write(String endpoint, String path, JsonNode value) {
        return tell(endpoint, server -> server.write(endpoint, path, value));
    }

    @Override
    public CompletionStage<Void> execute(String endpoint, String path, String arguments) {
        return tell(endpoint, server -> server.execute(endpoint, path, arguments));
    }

    @Override
    public CompletionStage<Observation> observe(String endpoint, String path, Consumer<JsonNode> values) {
        return new ObservationElsewhere(
                        documents -> route.to(endpoint).observing(endpoint, path, documents),
                        values,
                        failure -> failure instanceof ManagementException refused
                                ? failure(endpoint, refused)
                                : OperationException.of(
                                        Kind.TIMEOUT,
                                        "the LwM2M server ended the observation of '" + endpoint + "' before it began"),
                        threads)
                .begin();
    }

    @Override
    public Enrollment renew(String deviceId, String certificateName) {
        throw notByProcesses(deviceId, certificateName);
    }

    static AccountException notByProcesses(String deviceId, String certificateName) {
        return AccountException.locked("device " + deviceId + " is not asked to renew '" + certificateName
                + "': servers that run as processes of their own do not do that; 'onboard up' does, and devices renew by"
                + " their own schedule");
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
