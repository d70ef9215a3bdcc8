package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.bootstrap.Deliveries;
import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.pki.Credential;
import io.javalin.http.Context;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * {@code /api/bootstrap}: what single devices are told of the LwM2M servers when they bootstrap, in the documents of Leshan's
 * bootstrap server demo. Of a configuration these count: the security instance's {@code uri} and {@code serverId}, the
 * server instance's {@code shortId} and {@code lifetime}. Key, certificate and server CA are always the account's, therefore
 * a configuration that brings its own, or another security mode than {@code X509}, is refused. Kept in memory. Thread-safe.
 */
public final class BootstrapConfigs implements Deliveries {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<List<LwM2mServerAccount>> present;
    private final KeySource keys;
    private final Supplier<List<X509Certificate>> authorities;
    private final Map<String, Config> configs = new ConcurrentHashMap<>();

    private record Config(JsonNode document, List<LwM2mServerAccount> accounts) {}

    /**
     * Without configurations: everybody is told this, asked at each bootstrap.
     *
     * @param keys where keys are made, whatever a configuration says
     * @param authorities what a device that enrols shall trust
     */
    public BootstrapConfigs(
            Supplier<List<LwM2mServerAccount>> usual, KeySource keys, Supplier<List<X509Certificate>> authorities) {
        this.present = usual;
        this.keys = keys;
        this.authorities = authorities;
    }

    @Override
    public KeySource keys() {
        return keys;
    }

    @Override
    public List<X509Certificate> authorities() {
        return authorities.get();
    }

    @Override
    public Delivery enrolling(String endpoint) {
        return Delivery.enrolling(told(endpoint));
    }

    private List<LwM2mServerAccount> told(String endpoint) {
        List<LwM2mServerAccount> usual = present.get();
        LwM2mServerAccount first = usual.get(0);
        return Optional.ofNullable(configs.get(endpoint))
                // how the servers are known may have changed since
                .map(config -> config.accounts().stream()
                        .map(account -> account.withServerCertificate(
                                first.serverCertificate(), first.usage(), first.matching()))
                        .toList())
                .orElse(usual);
    }

    @Override
    public Delivery of(String endpoint, Credential issued) {
        return Delivery.of(issued, told(endpoint));
    }

    void list(Context ctx) {
        ObjectNode all = JSON.createObjectNode();
        new TreeMap<>(configs).forEach((endpoint, config) -> all.set(endpoint, config.document()));
        LeshanAnswer.json(ctx, all);
    }

    void add(Context ctx) {
        JsonNode document = JsonBody.of(ctx);
        configs.put(ctx.pathParam("endpoint"), new Config(document, accounts(document)));
    }

    void remove(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        if (configs.remove(endpoint) == null) {
            throw new LeshanRefusal(404, "no config for " + endpoint);
        }
        ctx.status(204);
    }

    private List<LwM2mServerAccount> accounts(JsonNode document) {
        LwM2mServerAccount usual = present.get().get(0);
        for (String unknown : new String[] {"oscore", "acls"}) {
            if (!document.path(unknown).isEmpty()) {
                throw refused(
                        unknown,
                        "is not offered: devices are told of LwM2M servers over DTLS with X.509, and of several with the"
                                + " rights that the account gives each");
            }
        }
        Map<Integer, URI> uris = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : document.path("security").properties()) {
            JsonNode security = each.getValue();
            String field = "security." + each.getKey();
            mode(field, security);
            if (!security.path("bootstrapServer").asBoolean()) {
                int shortId = security.path("serverId").asInt(usual.shortServerId());
                if (uris.put(shortId, uri(field, security.path("uri").asText())) != null) {
                    throw refused(field + ".serverId", "is " + shortId + ", as another's; give each server its own");
                }
            }
        }
        Map<Integer, Duration> lifetimes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : document.path("servers").properties()) {
            JsonNode server = each.getValue();
            String field = "servers." + each.getKey();
            int only = uris.size() == 1 ? uris.keySet().iterator().next() : usual.shortServerId();
            int shortId = server.path("shortId").asInt(only);
            if (!uris.isEmpty() && !uris.containsKey(shortId)) {
                throw refused(
                        field + ".shortId",
                        "is " + shortId + ", and "
                                + (uris.size() == 1
                                        ? "the security instance's serverId is " + only + "; give one number"
                                        : "the security instances' serverIds are " + uris.keySet()
                                                + "; give one of these"));
            }
            lifetimes.put(
                    shortId,
                    Duration.ofSeconds(
                            server.path("lifetime").asLong(usual.lifetime().toSeconds())));
        }
        if (uris.isEmpty()) {
            if (lifetimes.size() > 1) {
                throw refused("servers", "has several LwM2M servers, and no security instance says where they are");
            }
            uris.put(
                    lifetimes.isEmpty()
                            ? usual.shortServerId()
                            : lifetimes.keySet().iterator().next(),
                    usual.uri());
        }
        List<LwM2mServerAccount> accounts = new ArrayList<>();
        uris.forEach((shortId, uri) ->
                accounts.add(account(uri, shortId, lifetimes.getOrDefault(shortId, usual.lifetime()), usual)));
        return accounts;
    }

    private static LwM2mServerAccount account(URI uri, int shortId, Duration lifetime, LwM2mServerAccount usual) {
        if (lifetime.isNegative() || lifetime.isZero()) {
            throw refused("servers", "has a lifetime of " + lifetime.toSeconds() + " s; give at least 1");
        }
        if (shortId < 1 || shortId > 65_534) {
            throw refused("servers", "has the short id " + shortId + "; give 1 to 65534");
        }
        return new LwM2mServerAccount(
                uri,
                usual.serverCertificate(),
                usual.usage(),
                usual.matching(),
                usual.serverName(),
                usual.chain(),
                usual.suites(),
                shortId,
                lifetime);
    }

    private static void mode(String field, JsonNode security) {
        String mode = security.path("securityMode").asText();
        if (!mode.equals("X509")) {
            throw refused(
                    field + ".securityMode",
                    "is '" + mode + "', which is not offered: this testbed knows X.509 certificates alone; give X509");
        }
        for (String own : new String[] {"publicKeyOrId", "secretKey", "serverPublicKey"}) {
            if (!security.path(own).isEmpty() || !security.path(own).asText().isEmpty()) {
                throw refused(
                        field + "." + own,
                        "is given; leave it empty, since the account issues each device a key and a certificate of its"
                                + " own and delivers its own server CA");
            }
        }
    }

    private URI uri(String field, String given) {
        if (given.isEmpty()) {
            return present.get().get(0).uri();
        }
        try {
            URI uri = URI.create(given);
            if ("coaps".equals(uri.getScheme()) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw refused(field + ".uri", "'" + given + "' is no URI: " + e.getMessage());
        }
        throw refused(
                field + ".uri",
                "is '" + given + "'; give one such as " + present.get().get(0).uri());
    }

    private static LeshanRefusal refused(String field, String why) {
        return new LeshanRefusal(400, "'" + field + "' " + why);
    }
}
