package dev.onboard.pki.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.pki.Alert;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EndpointMatch;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.Profile;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.Reason;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.Stapling;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.TrustRules;
import dev.onboard.pki.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One case of the matrix: what certificates there are, which are sent and trusted, and the verdict that must come of it.
 *
 * <p>A case that says nothing is a good one: a root, a device certificate {@code leaf} signed by it, the leaf sent and the
 * root trusted. A file overrides exactly what the case is about. {@code docs/matrix.md} describes the fields.
 */
public final class CertificateCase {
    /** The families of the matrix that are judged by the evaluation. */
    public static final List<String> FAMILIES = List.of("VAL", "CHN", "NAM", "USE", "ALG", "ENC", "TRU", "REV");

    private final JsonNode node;

    private CertificateCase(JsonNode node) {
        this.node = node;
    }

    /**
     * A case from its description, whose fields are those of {@code docs/matrix.md}; others are passed over. What is
     * wrong with it shows when its certificates are {@linkplain #make made}.
     */
    public static CertificateCase of(JsonNode description) {
        return new CertificateCase(description);
    }

    /**
     * The cases of a family, in order.
     *
     * @throws IllegalArgumentException when there is no such family
     */
    public static List<CertificateCase> family(String family) {
        try (InputStream in = CertificateCase.class.getResourceAsStream(family + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException("'" + family + "' is not a family; " + FAMILIES + " are");
            }
            List<CertificateCase> cases = new ArrayList<>();
            for (JsonNode node : new ObjectMapper().readTree(in).path("cases")) {
                cases.add(new CertificateCase(node));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException("the cases of " + family + " cannot be read", e);
        }
    }

    /** The row of the matrix and, behind a slash, the variant: {@code VAL-02}, {@code VAL-02/intermediate}. */
    public String id() {
        return node.path("id").asText();
    }

    /** The case as it was written. */
    public JsonNode description() {
        return node;
    }

    /** What the case is about, one line. */
    public String title() {
        return node.path("title").asText();
    }

    /** The reason that must come of it; empty when the chain must be trusted. */
    public Optional<Reason> reason() {
        return node.has("reason") ? Optional.of(Reason.parse(node.path("reason").asText())) : Optional.empty();
    }

    /** The alert that must come of it. */
    public Optional<Alert> alert() {
        return node.has("alert") ? Alert.of(node.path("alert").asInt()) : Optional.empty();
    }

    /** The place of the certificate concerned, −1 for a trusted one. */
    public OptionalInt index() {
        return node.has("index") ? OptionalInt.of(node.path("index").asInt()) : OptionalInt.empty();
    }

    /** A finding that must be among the remarks. */
    public Optional<String> finding() {
        return node.has("finding") ? Optional.of(node.path("finding").asText()) : Optional.empty();
    }

    /** The profile. */
    public Profile profile() {
        return Profile.parse(node.path("profile").asText("device"));
    }

    /** The purpose. */
    public Purpose purpose() {
        return Purpose.parse(node.path("purpose").asText("device-bootstrap"));
    }

    /**
     * Everything that a case is judged with.
     *
     * @param rules the case's policy, on top of a builder for its purpose: what is trusted, and how strictly it is judged
     * @param chain what is sent
     * @param staple the OCSP response stapled to it
     * @param at when
     * @param pin the content of the Server Public Key resource, where the case delivers one
     */
    public record Ready(
            Purpose purpose,
            TrustRules rules,
            List<byte[]> chain,
            Optional<byte[]> staple,
            Instant at,
            Optional<String> endpoint,
            NamePolicy names,
            Optional<byte[]> pin,
            CaseCertificates certificates) {
        /** The verdict on the chain and, when the case names an endpoint, on the identity. */
        public Verdict judge() {
            TrustPolicy policy = rules.apply(TrustPolicy.forPurpose(purpose)).build();
            Verdict verdict =
                    staple.isPresent() ? policy.evaluate(chain, staple.get(), at) : policy.evaluate(chain, at);
            if (endpoint.isPresent() && verdict instanceof Verdict.Trusted trusted) {
                EndpointMatch match = EndpointIdentity.match(trusted.leaf(), endpoint.get(), names);
                if (match instanceof EndpointMatch.Refused refused) {
                    return Verdict.Refused.of(trusted, refused);
                }
            }
            return verdict;
        }
    }

    /**
     * Makes the certificates of the case, new ones each time.
     *
     * @throws IllegalArgumentException when the description cannot be carried out; the message is a sentence
     */
    public Ready make(InstantSource clock, SecureRandom random) {
        CaseCertificates made = new CaseCertificates(clock, random);
        made.makeAll(node.path("certificates"), purpose().isServer());
        Instant now = clock.instant();
        Optional<byte[]> pin = node.has("usage") ? Optional.of(pinned(made)) : Optional.empty();
        String names = node.path("names").asText("common-name-or-uri");
        return new Ready(
                purpose(),
                rules(made, pin, now),
                chain(made),
                node.has("staple") ? Optional.of(made.staple(node.path("staple"), now)) : Optional.empty(),
                now.plus(Duration.parse(node.path("at").asText("PT0S"))),
                node.has("endpoint") ? Optional.of(node.path("endpoint").asText()) : Optional.empty(),
                NamePolicy.valueOf(names.toUpperCase(Locale.ROOT).replace('-', '_')),
                pin,
                made);
    }

    private TrustRules rules(CaseCertificates made, Optional<byte[]> pin, Instant now) {
        List<TrustAnchor> anchors = anchors(made);
        List<X509Certificate> intermediates = certificates(made, node.path("intermediates"));
        List<byte[]> crls = new ArrayList<>();
        for (JsonNode crl : node.path("crls")) {
            crls.add(made.revocationList(crl, now));
        }
        String revocation = node.path("revocation").asText(crls.isEmpty() ? "off" : "hard-fail");
        return policy -> {
            policy.profile(profile())
                    .anchors(anchors)
                    .intermediates(intermediates)
                    .crls(crls)
                    .revocation(Revocation.valueOf(
                            revocation.toUpperCase(Locale.ROOT).replace('-', '_')));
            if (node.has("serverName")) {
                policy.expectedName(node.path("serverName").asText());
            }
            if (node.has("stapling")) {
                policy.stapling(Stapling.valueOf(
                        node.path("stapling").asText().toUpperCase(Locale.ROOT).replace('-', '_')));
            }
            if (node.has("account")) {
                policy.account(node.path("account").asText());
            }
            if (node.has("policy")) {
                policy.policies(Set.of(node.path("policy").asText()));
            }
            pin.ifPresent(resource -> policy.usage(usage()).matching(matching()).pinned(resource));
            return policy;
        };
    }

    /** The Certificate Usage of the case; 2 unless it says otherwise. */
    public CertificateUsage usage() {
        return CertificateUsage.of(node.path("usage").asInt(2));
    }

    /** The Matching Type of the case; exact unless it says otherwise. */
    public MatchingType matching() {
        return MatchingType.of(node.path("matching").asInt(0));
    }

    private byte[] pinned(CaseCertificates made) {
        String pin = node.path("pin").asText();
        if (pin.startsWith("hex:")) {
            return HexFormat.of().parseHex(pin.substring(4));
        }
        byte[] resource = matching().of(made.der(pin));
        int cut = node.path("cutPin").asInt(0);
        return java.util.Arrays.copyOf(resource, resource.length - cut);
    }

    private List<TrustAnchor> anchors(CaseCertificates made) {
        List<TrustAnchor> anchors = new ArrayList<>();
        if (!node.has("trust")) {
            return List.of(TrustAnchor.authority("root", made.certificate("root")));
        }
        for (JsonNode trusted : node.path("trust")) {
            String id = trusted.isTextual()
                    ? trusted.asText()
                    : trusted.path("certificate").asText();
            TrustAnchor.Kind kind = TrustAnchor.Kind.valueOf(
                    trusted.path("kind").asText("authority").toUpperCase(Locale.ROOT));
            anchors.add(new TrustAnchor(id, made.certificate(id), certificates(made, trusted.path("above")), kind));
        }
        return anchors;
    }

    private static List<X509Certificate> certificates(CaseCertificates made, JsonNode ids) {
        List<X509Certificate> list = new ArrayList<>();
        for (JsonNode id : ids) {
            list.add(made.certificate(id.asText()));
        }
        return list;
    }

    private List<byte[]> chain(CaseCertificates made) {
        List<byte[]> chain = new ArrayList<>();
        if (!node.has("send")) {
            return List.of(made.der("leaf"));
        }
        for (JsonNode item : node.path("send")) {
            String id = item.asText();
            if (id.startsWith("hex:")) {
                chain.add(HexFormat.of().parseHex(id.substring(4)));
            } else if (id.endsWith("*")) {
                chain.addAll(made.series(id.substring(0, id.length() - 1)));
            } else {
                chain.add(made.der(id));
            }
        }
        return chain;
    }

    @Override
    public String toString() {
        return id() + " " + title();
    }
}
