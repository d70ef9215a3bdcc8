package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.account.Account;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;

/** A management port over a new account, and plain requests to it. */
final class RunningPort implements AutoCloseable {
    static final SecureRandom RANDOM = new SecureRandom();
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final InstantSource clock = InstantSource.system();
    final CertificateAuthority factory = ca("Factory CA");
    final CertificateAuthority serverAuthority = ca("Bootstrap server CA");
    final Journal journal;
    final Account account;
    final ApiKey key = ApiKey.fresh(RANDOM);
    final FakeDevices devices = new FakeDevices();
    final ManagementServer server;
    final ManagementClient client;
    private final Described described;

    RunningPort(Path work) throws IOException {
        journal = Journal.open(work.resolve("events.jsonl"), clock);
        account = Account.open(work.resolve("account"), ca("LwM2M device CA"), clock, RANDOM, journal);
        server = ManagementServer.start(
                ManagementOptions.loopback(0, key, RANDOM),
                account,
                journal,
                clock,
                devices,
                new ServerCredentials(
                        new ServerCredentials.Server(
                                URI.create("coaps://localhost:5784"), serverAuthority.certificate()),
                        new ServerCredentials.Server(
                                URI.create("coaps://localhost:5684"), serverAuthority.certificate())));
        client = ManagementClient.of(server.address(), key);
        described = new Described(Json.read(plain(to("/openapi.json").build()).body()));
    }

    CertificateAuthority ca(String name) {
        return CertificateAuthority.root(CertificateRecipe.ca(name), clock, RANDOM);
    }

    record Answer(int status, String text, Map<String, java.util.List<String>> headers) {
        String header(String name) {
            return String.join(",", headers.getOrDefault(name, java.util.List.of()));
        }

        JsonNode json() {
            try {
                return MAPPER.readTree(text);
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + text, e);
            }
        }
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(server.address() + path));
    }

    /** Sends it, and holds the answer against {@code /openapi.json}. */
    Answer send(HttpRequest request) {
        HttpResponse<String> response = plain(request);
        described.check(
                request.method(),
                request.uri().getRawPath(),
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body());
        return new Answer(
                response.statusCode(), response.body(), response.headers().map());
    }

    private static HttpResponse<String> plain(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Asks for a file, of whatever type. */
    Answer plainly(String path) {
        HttpResponse<String> response = plain(to(path).build());
        return new Answer(
                response.statusCode(), response.body(), response.headers().map());
    }

    Answer call(String method, String path, String body) {
        return send(to(path).header("Authorization", "Bearer " + key.text())
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    Answer get(String path) {
        return call("GET", path, "");
    }

    @Override
    public void close() {
        server.close();
        account.close();
        journal.close();
    }
}
