package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.Delivery.Ending;
import dev.onboard.bootstrap.Delivery.Instance;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.bootstrap.SecurityResource;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.KeyForm;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.NotCertified;
import dev.onboard.pki.cases.CaseCertificates;
import dev.onboard.testbed.Workbench;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What bootstraps of a scenario write, from a file that was found to be in order: the good payload with the changes of the
 * field {@code deliver}. Thread-safe.
 */
final class Payload implements Workbench.Delivering {
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final boolean faulty;
    private final CaseCertificates certificates;
    private final Map<String, Integer> bootstraps = new ConcurrentHashMap<>();
    private final Map<String, Integer> enrolments = new ConcurrentHashMap<>();
    private volatile JsonNode written;

    /** @param written the field {@code deliver}; missing: everything is good */
    Payload(JsonNode written, CaseCertificates certificates) {
        this.written = written;
        this.faulty = !written.isMissingNode();
        this.certificates = certificates;
    }

    /** Whether anything is out of the ordinary from the start. */
    boolean isFaulty() {
        return faulty;
    }

    /** From now on this is written, in place of what the field says. */
    void change(JsonNode next) {
        written = next;
    }

    /** The CAs that devices trust of themselves. */
    List<X509Certificate> trustStore() {
        List<X509Certificate> store = new ArrayList<>();
        written.path("trust-store").forEach(id -> store.add(certificates.certificate(id.asText())));
        return store;
    }

    /** What a device that enrols is told to trust; empty: the CAs of the servers. */
    List<X509Certificate> authorities() {
        List<X509Certificate> told = new ArrayList<>();
        written.path("crts").forEach(id -> told.add(certificates.certificate(id.asText())));
        return told;
    }

    @Override
    public Delivery of(String endpoint, Credential issued, List<LwM2mServerAccount> servers) {
        Delivery good = Delivery.of(issued, servers);
        int number = bootstraps.merge(endpoint, 1, Integer::sum);
        return number < written.path("from-bootstrap").asInt(1) ? good : changed(good, issued, servers);
    }

    @Override
    public List<X509Certificate> enrolled(String endpoint, PublicKey key, List<X509Certificate> issued) {
        int asked = enrolments.merge(endpoint, 1, Integer::sum);
        if (asked <= written.path("enrolled-after").asInt(0)) {
            throw NotCertified.putOff(A_MOMENT);
        }
        if (written.has("enrolled")) {
            String id = written.path("enrolled").asText();
            return List.of(
                    written.path("enrolled-key").asText().equals("own")
                            ? certificates.certificate(id)
                            : certificates.certifying(id, key));
        }
        return issued;
    }

    private Delivery changed(Delivery good, Credential issued, List<LwM2mServerAccount> servers) {
        int of = written.path("server").asInt(1) - 1;
        Delivery delivery =
                good.changing(Instance.SECURITY, of, security -> security(security, issued, servers.get(of)));
        for (Map.Entry<String, JsonNode> change : written.path("set").properties()) {
            int[] path = path(change.getKey());
            delivery = delivery.changing(path[0], path[1], one -> one.with(path[2], value(change.getValue())));
        }
        for (JsonNode gone : written.path("without")) {
            int[] path = path(gone.asText());
            delivery = path.length == 3
                    ? delivery.changing(path[0], path[1], one -> one.without(path[2]))
                    : delivery.withInstances(delivery.instances().stream()
                            .filter(one -> one.object() != path[0] || one.number() != path[1])
                            .toList());
        }
        if (written.has("deletes")) {
            List<String> deletes = new ArrayList<>();
            written.path("deletes").forEach(path -> deletes.add(path.asText()));
            delivery = delivery.withDeletes(deletes);
        }
        if (written.has("writes")) {
            List<Instance> instances = delivery.instances();
            int writes = Math.min(written.path("writes").asInt(), instances.size());
            delivery = delivery.withInstances(instances.subList(0, writes)).withEnding(Ending.SILENCE);
        }
        return switch (written.path("finish").asText("once")) {
            case "never" -> delivery.withEnding(Ending.SILENCE);
            case "twice" -> delivery.withEnding(Ending.FINISH_TWICE);
            default -> delivery;
        };
    }

    private Instance security(Instance good, Credential issued, LwM2mServerAccount server) {
        Instance security = good;
        PrivateKey key = issued.privateKey();
        if (written.has("certificate")) {
            List<String> chain = texts(written.path("certificate"));
            security = security.with(SecurityResource.PUBLIC_KEY.id(), chain(chain));
            key = certificates.key(chain.get(0)).getPrivate();
        }
        if (written.has("key")) {
            key = certificates.key(written.path("key").asText()).getPrivate();
        }
        KeyForm form = KeyForm.valueOf(constant(written.path("key-form").asText("pkcs8")));
        security = security.with(SecurityResource.SECRET_KEY.id(), form.encode(key));
        if (written.has("host")) {
            URI uri = URI.create("coaps://" + written.path("host").asText() + ":"
                    + server.uri().getPort());
            security = security.with(SecurityResource.SERVER_URI.id(), uri.toString());
        }
        if (written.has("server-certificate") || written.has("matching")) {
            MatchingType matching = MatchingType.of(written.path("matching").asInt(0));
            byte[] given = written.has("server-certificate")
                    ? concatenated(texts(written.path("server-certificate")))
                    : encoded(server.serverCertificate());
            security = security.with(SecurityResource.SERVER_PUBLIC_KEY.id(), matching.of(given))
                    .with(SecurityResource.MATCHING_TYPE.id(), (long) matching.number());
        }
        if (written.has("usage")) {
            security = security.with(
                    SecurityResource.CERTIFICATE_USAGE.id(),
                    written.path("usage").asLong());
        }
        if (written.has("suites")) {
            Map<Integer, Long> suites = new TreeMap<>();
            PeerOptions.numbers(written.path("suites")).forEach(suite -> suites.put(suites.size(), (long) suite));
            security = security.with(SecurityResource.CIPHER_SUITES.id(), suites);
        }
        return written.has("sni")
                ? security.with(
                        SecurityResource.SERVER_NAME.id(), written.path("sni").asText())
                : security;
    }

    private byte[] chain(List<String> ids) {
        if (!written.path("chain-form").asText("der").equals("pem")) {
            return concatenated(ids);
        }
        List<X509Certificate> chain =
                ids.stream().map(certificates::certificate).toList();
        return CredentialFiles.pem(chain).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] concatenated(List<String> ids) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ids.forEach(id -> all.writeBytes(certificates.der(id)));
        return all.toByteArray();
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours has no encoding", e);
        }
    }

    private static Object value(JsonNode value) {
        if (value.isTextual() && value.asText().startsWith("hex:")) {
            return HexFormat.of().parseHex(value.asText().substring(4));
        }
        return value.isBoolean() ? value.asBoolean() : value.isIntegralNumber() ? value.asLong() : value.asText();
    }

    private static int[] path(String text) {
        String[] parts = text.substring(1).split("/", -1);
        int[] path = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            path[i] = Integer.parseInt(parts[i]);
        }
        return path;
    }

    private static List<String> texts(JsonNode one) {
        if (one.isTextual()) {
            return List.of(one.asText());
        }
        List<String> texts = new ArrayList<>();
        one.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
