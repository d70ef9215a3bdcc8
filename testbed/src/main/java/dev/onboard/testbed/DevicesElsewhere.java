package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.http.DeviceOperations;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.ManagementException;
import dev.onboard.http.OperationException;
import dev.onboard.http.OperationException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Devices that are registered at LwM2M servers in other processes. A request is handed to the management port of each server
 * in turn, until one has the device. Thread-safe; a request under way holds one of a few threads.
 */
final class DevicesElsewhere implements DeviceOperations, AutoCloseable {
    /** So many requests are under way at a time; others wait. */
    private static final int AT_ONCE = 32;

    private final List<ManagementClient> servers;
    private final ExecutorService threads;

    DevicesElsewhere(List<ManagementClient> servers) {
        this.servers = List.copyOf(servers);
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
        return CompletableFuture.supplyAsync(() -> firstThatHas(endpoint, request), threads);
    }

    private CompletionStage<Void> tell(String endpoint, Consumer<ManagementClient> request) {
        return ask(endpoint, server -> {
                    request.accept(server);
                    return server;
                })
                .thenAccept(server -> {});
    }

    private <T> T firstThatHas(String endpoint, Function<ManagementClient, T> request) {
        List<String> silent = new ArrayList<>();
        for (ManagementClient server : servers) {
            try {
                return request.apply(server);
            } catch (ManagementException e) {
                if (e.status() == ManagementException.NO_ANSWER) {
                    silent.add(String.valueOf(e.getMessage()));
                } else if (e.status() != 404) {
                    throw OperationException.of(kind(e), String.valueOf(e.getMessage()));
                }
            }
        }
        if (servers.isEmpty()) {
            throw OperationException.of(
                    Kind.NOT_REGISTERED,
                    "'" + endpoint
                            + "' cannot be asked: this API was started without --lwm2m-api, the management ports of"
                            + " the LwM2M servers");
        }
        throw OperationException.of(
                Kind.NOT_REGISTERED,
                "'" + endpoint + "' is not registered at any LwM2M server that answers"
                        + (silent.isEmpty() ? "" : "; of " + servers.size() + ", " + String.join(", and ", silent)));
    }

    private static Kind kind(ManagementException refused) {
        return switch (refused.status()) {
            case 400 -> Kind.BAD_VALUE;
            case 504 -> Kind.TIMEOUT;
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
        return CompletableFuture.failedFuture(
                OperationException.of(
                        Kind.REFUSED,
                        "observations are carried out where the device is registered; ask that LwM2M server's management port"));
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
