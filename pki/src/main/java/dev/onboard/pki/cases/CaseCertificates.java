package dev.onboard.pki.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Defect;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.Oids;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The certificates of one case, made from its data in the order in which they need each other. Longer than a page because
 * it is the whole language of certificates.
 */
public final class CaseCertificates {
    private record Made(KeyPair key, byte[] der, CertificateRecipe recipe, String issuer) {}

    private static final Map<String, String> USAGES = Map.of(
            "serverAuth", Oids.SERVER_AUTH,
            "clientAuth", Oids.CLIENT_AUTH,
            "codeSigning", Oids.CODE_SIGNING,
            "OCSPSigning", Oids.OCSP_SIGNING,
            "any", Oids.ANY_EXTENDED_KEY_USAGE);

    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<String, Made> made = new LinkedHashMap<>();

    CaseCertificates(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** Makes what the case lists; {@code root} and {@code leaf} are there even when it does not. */
    void makeAll(JsonNode certificates, boolean server) {
        JsonNode nothing = JsonNodeFactory.instance.objectNode();
        make("root", certificates.has("root") ? certificates.path("root") : nothing, "ca", "");
        certificates.fields().forEachRemaining(entry -> {
            if (!entry.getKey().equals("root") && !entry.getKey().equals("leaf")) {
                int series = entry.getValue().path("series").asInt(0);
                if (series == 0) {
                    make(entry.getKey(), entry.getValue(), "ca", "root");
                }
                for (int i = 1; i <= series; i++) {
                    make(entry.getKey() + i, entry.getValue(), "ca", i == 1 ? "root" : entry.getKey() + (i - 1));
                }
            }
        });
        JsonNode leaf = certificates.has("leaf") ? certificates.path("leaf") : nothing;
        make("leaf", leaf, server ? "server" : "device", "root");
    }

    private void make(String id, JsonNode spec, String usualKind, String usualIssuer) {
        CertificateRecipe recipe = recipe(id, spec, spec.path("kind").asText(usualKind));
        KeyPair key = spec.has("keyOf")
                ? need(spec.path("keyOf").asText()).key()
                : KeyAlgorithm.valueOf(spec.path("key").asText("P256")).generate(random);
        String issuer = spec.path("issuer").asText(usualIssuer);
        byte[] der;
        if (issuer.isEmpty() || issuer.equals("self")) {
            der = CertificateAuthority.encodeSelfSigned(recipe, key, clock, random);
        } else {
            der = authority(issuer).encode(recipe, key.getPublic());
        }
        made.put(id, new Made(key, der, recipe, issuer));
    }

    private CertificateAuthority authority(String id) {
        Made issuer = need(id);
        Credential credential = Credential.of(issuer.key().getPrivate(), List.of(certificate(id)));
        return CertificateAuthority.of(credential, clock, random);
    }

    private Made need(String id) {
        Made there = made.get(id);
        if (there == null) {
            throw new IllegalArgumentException(
                    "the certificate '" + id + "' is not made before the one that needs it; list it further up");
        }
        return there;
    }

    /** The ids of all certificates, in the order in which they were made. */
    public List<String> ids() {
        return List.copyOf(made.keySet());
    }

    /** The key pair of this certificate; {@link IllegalArgumentException} when there is none of this id. */
    public KeyPair key(String id) {
        return need(id).key();
    }

    /** The certificate as bytes, whatever is wrong with them; {@link IllegalArgumentException} when there is none of this id. */
    public byte[] der(String id) {
        return need(id).der();
    }

    /** The certificate; {@link IllegalArgumentException} when there is none of this id, or no parser reads it. */
    public X509Certificate certificate(String id) {
        try {
            return CredentialFiles.readCertificates(der(id), id).get(0);
        } catch (UnreadableFileException e) {
            throw new IllegalArgumentException("the certificate '" + id + "' cannot be used as an issuer or anchor", e);
        }
    }

    /**
     * The certificate as it would be for another key.
     *
     * @throws IllegalArgumentException when there is none of this id, or it signs itself
     */
    public X509Certificate certifying(String id, PublicKey key) {
        Made like = need(id);
        if (like.issuer().isEmpty() || like.issuer().equals("self")) {
            throw new IllegalArgumentException("the certificate '" + id + "' signs itself, with its own key");
        }
        return authority(like.issuer()).sign(like.recipe(), key);
    }

    /** A series, the one nearest to the leaf first. */
    List<byte[]> series(String prefix) {
        List<byte[]> all = new ArrayList<>();
        for (int i = 1; made.containsKey(prefix + i); i++) {
            all.add(0, der(prefix + i));
        }
        return all;
    }

    private CertificateRecipe recipe(String id, JsonNode spec, String kind) {
        String name =
                spec.path("name").asText(kind.equals("device") ? "meter-7" : kind.equals("server") ? "localhost" : id);
        CertificateRecipe recipe = switch (kind) {
            case "ca" -> CertificateRecipe.ca(name);
            case "device" -> CertificateRecipe.device(name);
            case "server" -> CertificateRecipe.server(name);
            case "developer" -> CertificateRecipe.developer(name);
            case "firmware" -> CertificateRecipe.firmwareSigner(name);
            default ->
                throw new IllegalArgumentException(
                        "'" + kind + "' is not a kind of certificate; ca, device, server, developer, firmware are");
        };
        Instant now = clock.instant();
        if (spec.has("from") || spec.has("until")) {
            Instant until = time(spec.path("until").asText("P365D"), now);
            Instant usual = now.minus(Duration.ofHours(1));
            Instant from = spec.has("from")
                    ? time(spec.path("from").asText(), now)
                    : until.isAfter(usual) ? usual : until.minus(Duration.ofDays(365));
            recipe = recipe.withValidity(from, until);
        }
        recipe = names(recipe, spec);
        if (spec.has("pathLength")) {
            recipe = recipe.withPathLength(spec.path("pathLength").asInt());
        }
        if (spec.has("extendedKeyUsage")) {
            List<String> usages = new ArrayList<>();
            spec.path("extendedKeyUsage")
                    .forEach(usage -> usages.add(USAGES.getOrDefault(usage.asText(), usage.asText())));
            recipe = recipe.withExtendedKeyUsage(usages.toArray(new String[0]));
        }
        if (spec.has("keyUsage")) {
            recipe = recipe.withKeyUsage(spec.path("keyUsage").asInt());
        }
        for (JsonNode defect : spec.path("defects")) {
            recipe = recipe.with(Defect.parse(defect.asText()));
        }
        for (JsonNode edit : spec.path("edit")) {
            byte[] octets = HexFormat.of().parseHex(edit.path("octets").asText());
            byte[] become = HexFormat.of().parseHex(edit.path("become").asText());
            recipe = edit.path("signed").asText("after").equals("before")
                    ? recipe.withEditAfterSigning(octets, become)
                    : recipe.withEdit(octets, become);
        }
        return extensions(recipe, spec);
    }

    private CertificateRecipe names(CertificateRecipe recipe, JsonNode spec) {
        CertificateRecipe changed = recipe;
        if (spec.path("withoutSubject").asBoolean()) {
            changed = changed.withoutSubject();
        }
        if (spec.path("withoutNames").asBoolean()) {
            changed = changed.withoutNames();
        }
        for (JsonNode another : spec.path("commonNames")) {
            changed = changed.withCommonName(another.asText());
        }
        if (spec.has("organization")) {
            changed = changed.withOrganization(spec.path("organization").asText());
        }
        if (spec.has("organizationalUnit")) {
            changed = changed.withOrganizationalUnit(
                    spec.path("organizationalUnit").asText());
        }
        for (JsonNode dns : spec.path("dns")) {
            changed = changed.withDnsNames(dns.asText());
        }
        for (int i = 0; i < spec.path("manyDns").asInt(0); i++) {
            changed = changed.withDnsNames("host-" + i + ".example.com");
        }
        for (JsonNode uri : spec.path("uris")) {
            changed = changed.withUris(uri.asText());
        }
        for (JsonNode address : spec.path("addresses")) {
            try {
                changed = changed.withAddresses(InetAddress.getByName(address.asText()));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("'" + address.asText() + "' is no address", e);
            }
        }
        return changed;
    }

    private static CertificateRecipe extensions(CertificateRecipe recipe, JsonNode spec) {
        CertificateRecipe changed = recipe;
        if (spec.has("permitted") || spec.has("excluded")) {
            List<byte[]> parts = new ArrayList<>();
            if (spec.has("permitted")) {
                parts.add(Der.explicit(0, subtrees(spec.path("permitted"))));
            }
            if (spec.has("excluded")) {
                parts.add(Der.explicit(1, subtrees(spec.path("excluded"))));
            }
            changed = changed.withCriticalExtension(Oids.NAME_CONSTRAINTS, Der.sequence(parts));
        }
        if (spec.has("policy")) {
            byte[] policy = Der.sequence(Der.oid(spec.path("policy").asText()));
            changed = changed.withExtension(Oids.CERTIFICATE_POLICIES, Der.sequence(policy));
        }
        if (spec.has("requireExplicitPolicy")) {
            byte[] skip = Der.implicit(
                    0, new byte[] {(byte) spec.path("requireExplicitPolicy").asInt()});
            changed = changed.withCriticalExtension(Oids.POLICY_CONSTRAINTS, Der.sequence(skip));
        }
        if (spec.has("distributionPoint")) {
            byte[] uri = Der.implicit(6, spec.path("distributionPoint").asText().getBytes(StandardCharsets.US_ASCII));
            List<byte[]> point = new ArrayList<>();
            point.add(Der.explicit(0, Der.explicit(0, uri)));
            changed = changed.withExtension(Oids.CRL_DISTRIBUTION_POINTS, Der.sequence(Der.sequence(point)));
        }
        if (spec.has("crlIssuer")) {
            byte[] name = Der.sequence(Der.set(Der.sequence(
                    Der.oid(Oids.COMMON_NAME),
                    Der.printable(spec.path("crlIssuer").asText()))));
            byte[] point = Der.sequence(Der.explicit(2, Der.explicit(4, name)));
            changed = changed.withExtension(Oids.CRL_DISTRIBUTION_POINTS, Der.sequence(point));
        }
        if (spec.has("padding")) {
            changed = changed.withExtension(
                    "1.3.6.1.4.1.32473.3",
                    Der.octets(new byte[spec.path("padding").asInt()]));
        }
        for (JsonNode extension : spec.path("extensions")) {
            byte[] value = HexFormat.of().parseHex(extension.path("hex").asText());
            String oid = extension.path("oid").asText();
            changed = extension.path("critical").asBoolean()
                    ? changed.withCriticalExtension(oid, value)
                    : changed.withExtension(oid, value);
        }
        return changed;
    }

    /** The content of a list of subtrees, each {@code DNS:…} or {@code CN=…}. */
    private static byte[] subtrees(JsonNode bases) {
        byte[] all = new byte[0];
        for (JsonNode base : bases) {
            String text = base.asText();
            byte[] name = text.startsWith("DNS:")
                    ? Der.implicit(2, text.substring(4).getBytes(StandardCharsets.US_ASCII))
                    : Der.explicit(
                            4,
                            Der.sequence(Der.set(Der.sequence(
                                    Der.oid(text.startsWith("O=") ? Oids.ORGANIZATION : Oids.COMMON_NAME),
                                    Der.printable(text.substring(text.indexOf('=') + 1))))));
            byte[] subtree = Der.sequence(name);
            byte[] longer = java.util.Arrays.copyOf(all, all.length + subtree.length);
            System.arraycopy(subtree, 0, longer, all.length, subtree.length);
            all = longer;
        }
        return all;
    }

    private static Instant time(String text, Instant now) {
        return text.endsWith("Z") ? Instant.parse(text) : now.plus(Duration.parse(text));
    }

    /** An OCSP response of the case. */
    byte[] staple(JsonNode spec, Instant now) {
        String signer = spec.path("signer").asText("root");
        return CaseStaple.response(
                certificate(spec.path("about").asText("leaf")),
                certificate("root"),
                spec.path("state").asText("good"),
                time(spec.path("from").asText("-PT1H"), now),
                time(spec.path("until").asText("P1D"), now),
                need(signer).key().getPrivate(),
                signer.equals("root") ? Optional.empty() : Optional.of(certificate(signer)));
    }

    /** A revocation list of the case. */
    byte[] revocationList(JsonNode spec, Instant now) {
        RevocationList list = RevocationList.of(
                spec.path("number").asLong(1),
                time(spec.path("from").asText("-PT1H"), now),
                time(spec.path("until").asText("P7D"), now));
        RevocationList.Cause cause = RevocationList.Cause.valueOf(spec.path("cause")
                .asText("key-compromise")
                .toUpperCase(Locale.ROOT)
                .replace('-', '_'));
        if (spec.path("indirect").asBoolean()) {
            list = list.asIndirect();
        }
        for (JsonNode id : spec.path("revoked")) {
            X509Certificate certificate = certificate(id.asText());
            list = list.withRevoked(certificate, now.minus(Duration.ofMinutes(30)), cause);
        }
        if (spec.has("base")) {
            list = list.withDeltaBase(spec.path("base").asLong());
        }
        if (spec.has("distributionPoint")) {
            list = list.withDistributionPoint(spec.path("distributionPoint").asText());
        }
        if (spec.has("scope")) {
            list = list.withScope(RevocationList.Scope.valueOf(
                    spec.path("scope").asText().toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        for (JsonNode fault : spec.path("faults")) {
            list = list.with(RevocationList.Fault.valueOf(
                    fault.asText().toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        return authority(spec.path("issuer").asText("root")).sign(list);
    }
}
