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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * {@code /api/bootstrap}: what single devices are told of the LwM2M server when they bootstrap, in the documents of Leshan's
 * bootstrap server demo. Of a configuration these count: the security instance's {@code uri} and {@code serverId}, the
 * server instance's {@code shortId} and {@code lifetime}. Key, certificate and server CA are always the account's, therefore
 * a configuration that brings its own, or another security mode than {@code X509}, is refused. Kept in memory. Thread-safe.
 */
public final class BootstrapConfigs implements Deliveries {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<LwM2mServerAccount> present;
    private final KeySource keys;
    private final Supplier<List<X509Certificate>> authorities;
    private final Map<String, Config> configs = new ConcurrentHashMap<>();

    private record Config(JsonNode document, LwM2mServerAccount account) {}

    /**
     * Without configurations: everybody is told this, asked at each bootstrap.
     *
     * @param keys where keys are made, whatever a configuration says
     * @param authorities what a device that enrols shall trust
     */
    public BootstrapConfigs(
            Supplier<LwM2mServerAccount> usual, KeySource keys, Supplier<List<X509Certificate>> authorities) {
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
        return Delivery.enrolling(List.of(told(endpoint)));
    }

    private LwM2mServerAccount told(String endpoint) {
        LwM2mServerAccount usual = present.get();
        return Optional.ofNullable(configs.get(endpoint))
                // how the server is known may have changed since
                .map(config -> config.account()
                        .withServerCertificate(usual.serverCertificate(), usual.usage(), usual.matching()))
                .orElse(usual);
    }

    @Override
    public Delivery of(String endpoint, Credential issued) {
        return Delivery.of(issued, List.of(told(endpoint)));
    }

    void list(Context ctx) {
        ObjectNode all = JSON.createObjectNode();
        new TreeMap<>(configs).forEach((endpoint, config) -> all.set(endpoint, config.document()));
        LeshanAnswer.json(ctx, all);
    }

    void add(Context ctx) {
        JsonNode document = JsonBody.of(ctx);
        configs.put(ctx.pathParam("endpoint"), new Config(document, account(document)));
    }

    void remove(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        if (configs.remove(endpoint) == null) {
            throw new LeshanRefusal(404, "no config for " + endpoint);
        }
        ctx.status(204);
    }

    private LwM2mServerAccount account(JsonNode document) {
        LwM2mServerAccount usual = present.get();
        for (String unknown : new String[] {"oscore", "acls"}) {
            if (!document.path(unknown).isEmpty()) {
                throw refused(unknown, "is not offered: devices are told of one LwM2M server over DTLS with X.509");
            }
        }
        URI uri = usual.uri();
        int shortId = usual.shortServerId();
        int instances = 0;
        for (Map.Entry<String, JsonNode> each : document.path("security").properties()) {
            JsonNode security = each.getValue();
            String field = "security." + each.getKey();
            mode(field, security);
            if (!security.path("bootstrapServer").asBoolean()) {
                instances++;
                uri = uri(field, security.path("uri").asText());
                shortId = security.path("serverId").asInt(shortId);
            }
        }
        if (instances > 1 || document.path("servers").size() > 1) {
            throw refused("security", "has several LwM2M servers; a device is told of one");
        }
        Duration lifetime = usual.lifetime();
        for (Map.Entry<String, JsonNode> each : document.path("servers").properties()) {
            JsonNode server = each.getValue();
            int id = server.path("shortId").asInt(shortId);
            if (instances == 1 && id != shortId) {
                throw refused(
                        "servers." + each.getKey() + ".shortId",
                        "is " + id + ", and the security instance's serverId is " + shortId + "; give one number");
            }
            shortId = id;
            lifetime = Duration.ofSeconds(server.path("lifetime").asLong(lifetime.toSeconds()));
        }
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
            return present.get().uri();
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
                "is '" + given + "'; give one such as " + present.get().uri());
    }

    private static LeshanRefusal refused(String field, String why) {
        return new LeshanRefusal(400, "'" + field + "' " + why);
    }
}
