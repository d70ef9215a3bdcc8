package dev.onboard.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Service;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A client of a testbed's management port. Documents are the JSON of the port. Everything throws
 * {@link ManagementException} with a sentence for a person when it is not done. Thread-safe.
 *
 * <p>Longer than usual because it has a method for each thing that programs ask of a testbed.
 */
public final class ManagementClient {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final URI address;
    private final ApiKey key;
    private final HttpClient http;
    private final Map<String, String> server;

    private ManagementClient(URI address, ApiKey key, HttpClient http, Map<String, String> server) {
        this.address = address;
        this.key = key;
        this.http = http;
        this.server = server;
    }

    /** A client of the port at this address, for example {@code http://localhost:8080}. */
    public static ManagementClient of(URI address, ApiKey key) {
        return of(address, key, List.of());
    }

    /**
     * The same, which over https trusts these CAs and no others; Java's when there is none.
     *
     * @throws IllegalArgumentException when Java cannot use them
     */
    public static ManagementClient of(URI address, ApiKey key, List<X509Certificate> authorities) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
        if (!authorities.isEmpty()) {
            builder.sslContext(trusting(authorities));
        }
        return of(address, key, builder.build());
    }

    private static SSLContext trusting(List<X509Certificate> authorities) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            int number = 0;
            for (X509Certificate certificate : authorities) {
                trusted.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the CA cannot be used: " + e.getMessage(), e);
        }
    }

    /** With an HTTP client of the caller's, for example one that trusts a private CA. */
    public static ManagementClient of(URI address, ApiKey key, HttpClient http) {
        String text = address.toString();
        return new ManagementClient(
                URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text), key, http, Map.of());
    }

    /** The same, but that devices are read, written, executed and observed by this LwM2M server: its short server id or its URI. */
    public ManagementClient by(String lwm2mServer) {
        return new ManagementClient(address, key, http, Map.of("server", lwm2mServer));
    }

    /** All entries of a list that satisfy the conditions ({@code name__eq} and so on), in its order. */
    public List<JsonNode> list(String path, Map<String, String> conditions) {
        return pages(path, conditions);
    }

    /** All trusted certificates, oldest first. */
    public List<JsonNode> trustedCertificates() {
        return pages("/v3/trusted-certificates", Map.of());
    }

    /** Uploads a CA certificate or a chain, as PEM. */
    public JsonNode addTrustedCertificate(String name, Service service, String pem) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("name", name).put("service", service.word()).put("certificate", pem);
        return call("POST", "/v3/trusted-certificates", body);
    }

    /** Changes members of a trusted certificate, for example {@code status}. */
    public JsonNode updateTrustedCertificate(String id, ObjectNode changes) {
        return call("PUT", "/v3/trusted-certificates/" + encoded(id), changes);
    }

    /** Removes a trusted certificate. */
    public void removeTrustedCertificate(String id) {
        call("DELETE", "/v3/trusted-certificates/" + encoded(id), null);
    }

    /** The revocation lists of a trusted certificate, oldest first. */
    public List<JsonNode> revocationLists(String trustedCertificateId) {
        return list(call("GET", revocationListsOf(trustedCertificateId), null));
    }

    /** Keeps a revocation list, as PEM. */
    public JsonNode addRevocationList(String trustedCertificateId, String pem) {
        return call(
                "POST",
                revocationListsOf(trustedCertificateId),
                MAPPER.createObjectNode().put("crl", pem));
    }

    /** Has the testbed fetch a revocation list from its own machine, and again when the list has ended. */
    public JsonNode fetchRevocationList(String trustedCertificateId, String url) {
        return call(
                "POST",
                revocationListsOf(trustedCertificateId),
                MAPPER.createObjectNode().put("url", url));
    }

    /** Forgets a revocation list. */
    public void removeRevocationList(String trustedCertificateId, String id) {
        call("DELETE", revocationListsOf(trustedCertificateId) + "/" + encoded(id), null);
    }

    private static String revocationListsOf(String trustedCertificateId) {
        return "/testbed/trusted-certificates/" + encoded(trustedCertificateId) + "/revocation-lists";
    }

    /** What becomes of certificates without a usable revocation list: {@code off}, {@code soft-fail}, {@code hard-fail}. */
    public JsonNode setRevocation(String mode) {
        return call("PUT", "/testbed/account", MAPPER.createObjectNode().put("revocation", mode));
    }

    /** All certificates that were issued, oldest first. */
    public List<JsonNode> issuedCertificates() {
        return pages("/testbed/issued-certificates", Map.of());
    }

    /** The issued certificate with this serial. */
    public JsonNode issuedCertificate(String serial) {
        return call("GET", "/testbed/issued-certificates/" + encoded(serial), null);
    }

    /** Revokes an issued certificate for good. */
    public JsonNode revokeCertificate(String serial, String reason) {
        return call(
                "POST",
                "/testbed/issued-certificates/" + encoded(serial) + "/revoke",
                MAPPER.createObjectNode().put("reason", reason));
    }

    /** All devices that satisfy the conditions ({@code state__eq} and so on), oldest first. */
    public List<JsonNode> devices(Map<String, String> conditions) {
        return pages("/v3/devices", conditions);
    }

    /** The device with this endpoint name. */
    public JsonNode device(String endpoint) {
        return call("GET", device(endpoint, ""), null);
    }

    /** Where the device with this endpoint name is registered now, as {@code data} has it. */
    public JsonNode registrations(String endpoint) {
        return call("GET", device(endpoint, "/registrations"), null).path("data");
    }

    /** Lets the next claimant own the endpoint name. */
    public JsonNode release(String endpoint) {
        return call("POST", device(endpoint, "/release"), null);
    }

    /** Reads from a device: {@code {"path":…,"value":…}}. */
    public JsonNode read(String endpoint, String path) {
        return call("GET", resource(endpoint, path), null);
    }

    /** Writes to a device; the value has the form that {@link DeviceOperations} says. */
    public void write(String endpoint, String path, JsonNode value) {
        ObjectNode body = MAPPER.createObjectNode();
        body.set("value", value);
        call("PUT", resource(endpoint, path), body);
    }

    /** Executes a resource of a device; the arguments may be empty. */
    public void execute(String endpoint, String path, String arguments) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("arguments", arguments);
        call("POST", resource(endpoint, path), body);
    }

    /** Observes a device; tells each value as {@code {"path":…,"value":…}} and returns when the testbed ends the stream or the thread is interrupted. */
    public void observe(String endpoint, String path, Consumer<JsonNode> values) {
        follow(resource(endpoint, path), values);
    }

    /** As {@link #observe}, without a thread; until it is closed. */
    public Following observing(String endpoint, String path, Consumer<JsonNode> values) {
        Following following = new Following(events(values));
        streamed(resource(endpoint, path), following.lines())
                .whenComplete((answer, failure) ->
                        following.ended(failure instanceof CompletionException wrapped ? failure(wrapped) : failure));
        return following;
    }

    /** The events that satisfy the conditions ({@code endpoint}, {@code stage}, …, {@code after}, {@code limit}), oldest first, one page. */
    public List<JsonNode> events(Map<String, String> conditions) {
        return list(call("GET", "/testbed/events" + query(conditions), null));
    }

    /** Tells events as they come, and those before if {@code after} is among the conditions; returns as {@link #observe}. */
    public void followEvents(Map<String, String> conditions, Consumer<JsonNode> events) {
        follow("/testbed/events" + query(conditions), events);
    }

    /** The account: its id, {@code anchor_policy}, and the number of devices by state. */
    public JsonNode account() {
        return call("GET", "/testbed/account", null);
    }

    private static String device(String endpoint, String rest) {
        return "/testbed/devices/" + encoded(endpoint) + rest;
    }

    private String resource(String endpoint, String path) {
        return device(endpoint, "/resources" + (path.startsWith("/") ? path : "/" + path)) + query(server);
    }

    private List<JsonNode> pages(String path, Map<String, String> conditions) {
        List<JsonNode> all = new ArrayList<>();
        Map<String, String> parameters = new LinkedHashMap<>(conditions);
        parameters.putIfAbsent("limit", "1000");
        while (true) {
            JsonNode page = call("GET", path + query(parameters), null);
            List<JsonNode> data = list(page);
            all.addAll(data);
            if (!page.path("has_more").asBoolean() || data.isEmpty()) {
                return all;
            }
            parameters.put("after", data.get(data.size() - 1).path("id").asText());
        }
    }

    private static List<JsonNode> list(JsonNode page) {
        List<JsonNode> data = new ArrayList<>();
        page.path("data").forEach(data::add);
        return data;
    }

    private static String query(Map<String, String> parameters) {
        StringBuilder text = new StringBuilder();
        parameters.forEach((name, value) -> text.append(text.isEmpty() ? '?' : '&')
                .append(encoded(name))
                .append('=')
                .append(encoded(value)));
        return text.toString();
    }

    /** As it stands in a path or a query: everything but letters, digits, hyphen and underscore is percent-encoded. */
    public static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            if (octet == '-' || octet == '_' || Character.isLetterOrDigit(octet) && octet > 0) {
                encoded.append((char) octet);
            } else {
                encoded.append(String.format("%%%02X", octet));
            }
        }
        return encoded.toString();
    }

    /** One request; the answer's document, or an empty object when there is none. */
    public JsonNode call(String method, String path, @Nullable JsonNode body) {
        HttpRequest.Builder request = request(path).timeout(PATIENCE);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(body.toString()))
                    .header("Content-Type", "application/json");
        }
        HttpResponse<String> response = send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw refused(response.statusCode(), response.body());
        }
        return response.body().isEmpty() ? MAPPER.createObjectNode() : parsed(response.body());
    }

    /** Sends a list as the one part of a form; the answer's document. */
    public JsonNode upload(String path, String part, byte[] content) {
        String boundary = "onboard-" + UUID.randomUUID();
        return form(path, boundary, filePart(boundary, part, part + ".csv", "text/csv"), content);
    }

    /** Sends a file as a part of a form, with its name as another; the answer's document. */
    public JsonNode upload(String path, String part, String name, byte[] content) {
        String boundary = "onboard-" + UUID.randomUUID();
        String named = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + name + "\r\n";
        return form(path, boundary, named + filePart(boundary, part, part, "application/octet-stream"), content);
    }

    private static String filePart(String boundary, String part, String file, String type) {
        return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + part + "\"; filename=\"" + file
                + "\"\r\nContent-Type: " + type + "\r\n\r\n";
    }

    private JsonNode form(String path, String boundary, String before, byte[] content) {
        List<byte[]> body = List.of(
                before.getBytes(StandardCharsets.UTF_8),
                content,
                ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        HttpRequest request = request(path)
                .timeout(PATIENCE)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofByteArrays(body))
                .build();
        HttpResponse<String> response = send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw refused(response.statusCode(), response.body());
        }
        return parsed(response.body());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", "Bearer " + key.text());
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw unreached(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ManagementException("interrupted while waiting for " + address, e);
        }
    }

    private ManagementException unreached(IOException failure) {
        if (failure instanceof ConnectException) {
            return new ManagementException(
                    "no testbed answers at " + address + "; start one with 'onboard up', or give another --work-dir",
                    failure);
        }
        if (failure instanceof SSLException) {
            return new ManagementException(
                    "the certificate of " + address + " is not trusted (" + failure.getMessage()
                            + "); give its CA with --api-ca",
                    failure);
        }
        return new ManagementException(
                "the testbed at " + address + " did not answer: "
                        + Optional.ofNullable(failure.getMessage()).orElse(failure.toString()),
                failure);
    }

    private ManagementException refused(int status, String body) {
        String message = "";
        try {
            message = MAPPER.readTree(body).path("message").asText();
        } catch (JsonProcessingException e) {
            message = body.strip();
        }
        return new ManagementException(
                status, message.isEmpty() ? address + " answered with HTTP status " + status : message);
    }

    private JsonNode parsed(String body) {
        try {
            return MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw new ManagementException(address + " answered with something that is not JSON", e);
        }
    }

    private EventLines events(Consumer<JsonNode> target) {
        return new EventLines((event, data) -> {
            JsonNode document = parsed(data);
            if (event.equals("error")) {
                throw new ManagementException(
                        document.path("code").asInt(), document.path("message").asText());
            }
            if (event.equals("overflow")) {
                throw new ManagementException(
                        ManagementException.NO_ANSWER,
                        "this reader was too slow for the events at " + address + "; read them from the file instead");
            }
            target.accept(document);
        });
    }

    /** On the thread that asks, which Java 17 does not let go while it reads a body: hence the queue. */
    private void follow(String path, Consumer<JsonNode> target) {
        LineQueue lines = new LineQueue();
        CompletableFuture<Void> whole = streamed(path, lines);
        whole.whenComplete((answer, failure) -> lines.end());
        EventLines events = events(target);
        try {
            for (Optional<String> line = lines.take(); line.isPresent(); line = lines.take()) {
                events.accept(line.get());
            }
            whole.join();
        } catch (CompletionException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lines.leave();
        }
    }

    /** Asks for a stream of events; done when it has ended. */
    private CompletableFuture<Void> streamed(String path, Flow.Subscriber<String> lines) {
        HttpRequest request =
                request(path).header("Accept", "text/event-stream").build();
        HttpResponse.BodyHandler<Void> body = head -> head.statusCode() < 300
                ? BodySubscribers.fromLineSubscriber(lines)
                : BodySubscribers.mapping(BodySubscribers.ofString(StandardCharsets.UTF_8), text -> {
                    throw refused(head.statusCode(), text);
                });
        return http.sendAsync(request, body).thenApply(HttpResponse::body);
    }

    private ManagementException failure(CompletionException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof ManagementException told) {
            return told;
        }
        return cause instanceof ConnectException || cause instanceof SSLException
                ? unreached((IOException) cause)
                : new ManagementException("the testbed at " + address + " does not answer or ended the stream", cause);
    }

    @Override
    public String toString() {
        return "ManagementClient[" + address + "]";
    }
}
