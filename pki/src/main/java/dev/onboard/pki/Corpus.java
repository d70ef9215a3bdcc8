package dev.onboard.pki;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.pki.internal.Certificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Cases in the x509-limbo schema, run against this evaluation. A case with revocation lists runs with
 * {@link Revocation#HARD_FAIL}, one without with {@link Revocation#OFF}.
 */
public final class Corpus {
    /** Cases need settings that the file does not carry. */
    private static final String POLICY_INPUTS = "policy-inputs";

    /**
     * What came of a case.
     *
     * @param id the case
     * @param expectedTrusted what the corpus expects
     * @param verdict what came of it
     */
    public record Outcome(String id, boolean expectedTrusted, Verdict verdict) {
        /** Whether verdict and expectation are the same. */
        public boolean agrees() {
            return expectedTrusted == verdict instanceof Verdict.Trusted;
        }

        /** Accepted and should have been refused. */
        public boolean isWrongAccept() {
            return !expectedTrusted && verdict instanceof Verdict.Trusted;
        }

        /** Refused and should have been accepted. */
        public boolean isWrongRefusal() {
            return expectedTrusted && verdict instanceof Verdict.Refused;
        }
    }

    /**
     * One case.
     *
     * @param peer the peer's certificate as DER, as far as it can be decoded
     * @param at the time to judge at
     * @param server whether the peer is a server
     */
    public record Case(
            String id,
            List<byte[]> trusted,
            List<byte[]> intermediates,
            byte[] peer,
            List<byte[]> crls,
            Optional<Instant> at,
            OptionalInt maxDepth,
            boolean server,
            Optional<String> peerName,
            List<String> features,
            boolean expectedTrusted) {
        /** Whether the case needs settings that the file does not carry; such cases are left out. */
        public boolean needsPolicyInputs() {
            return features.contains(POLICY_INPUTS);
        }
    }

    private final List<Case> cases;

    private Corpus(List<Case> cases) {
        this.cases = List.copyOf(cases);
    }

    /**
     * Reads a corpus.
     *
     * @throws UnreadableFileException when the file is not in the x509-limbo schema
     */
    public static Corpus read(Path file) throws IOException {
        JsonNode root = new ObjectMapper().readTree(Files.readAllBytes(file));
        JsonNode list = root.path("testcases");
        if (!list.isArray()) {
            throw new UnreadableFileException(
                    file + " has no testcases; a corpus in the x509-limbo schema belongs there");
        }
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : list) {
            try {
                cases.add(read(node));
            } catch (DateTimeException | IllegalArgumentException e) {
                throw new UnreadableFileException(
                        file + ": case " + node.path("id").asText() + " cannot be read: " + e.getMessage(), e);
            }
        }
        return new Corpus(cases);
    }

    private static Case read(JsonNode node) {
        List<String> features = new ArrayList<>();
        node.path("features").forEach(feature -> features.add(feature.asText()));
        String time = node.path("validation_time").asText("");
        JsonNode depth = node.path("max_chain_depth");
        JsonNode name = node.path("expected_peer_name").path("value");
        return new Case(
                node.path("id").asText(),
                pem(node.path("trusted_certs")),
                pem(node.path("untrusted_intermediates")),
                decode(node.path("peer_certificate").asText()),
                pem(node.path("crls")),
                time.isEmpty() || time.equals("null")
                        ? Optional.empty()
                        : Optional.of(OffsetDateTime.parse(time).toInstant()),
                depth.isInt() ? OptionalInt.of(depth.asInt()) : OptionalInt.empty(),
                node.path("validation_kind").asText().equals("SERVER"),
                name.isTextual() ? Optional.of(name.asText()) : Optional.empty(),
                List.copyOf(features),
                node.path("expected_result").asText().equals("SUCCESS"));
    }

    private static List<byte[]> pem(JsonNode list) {
        List<byte[]> all = new ArrayList<>();
        for (JsonNode text : list) {
            all.add(decode(text.asText()));
        }
        return List.copyOf(all);
    }

    /** A block of PEM as bytes; the case's own certificates may be anything, so nothing is checked. */
    private static byte[] decode(String text) {
        String body = text.replaceAll("-----[A-Z0-9 ]+-----", "");
        return java.util.Base64.getMimeDecoder().decode(body.getBytes(StandardCharsets.US_ASCII));
    }

    /** The cases in the order of the file. */
    public List<Case> cases() {
        return cases;
    }

    /**
     * Runs every case that the file describes completely.
     *
     * @param time when a case that names no time is judged, or the nearest time at which its anchors are valid
     */
    public List<Outcome> run(Profile profile, Instant time) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Case each : cases) {
            if (!each.needsPolicyInputs()) {
                outcomes.add(outcome(each, profile, time));
            }
        }
        return outcomes;
    }

    /** What comes of one case; the time is for a case that names none. */
    public static Outcome outcome(Case each, Profile profile, Instant time) {
        return new Outcome(each.id(), each.expectedTrusted(), run(each, profile, time));
    }

    /** Runs one case; the time is for a case that names none. */
    public static Verdict run(Case each, Profile profile, Instant time) {
        List<TrustAnchor> anchors = new ArrayList<>();
        for (byte[] der : each.trusted()) {
            try {
                X509Certificate certificate = Certificates.certificate(der);
                anchors.add(TrustAnchor.authority("trusted-" + anchors.size(), certificate));
            } catch (IllegalArgumentException e) {
                continue; // a trusted certificate nobody can read admits nobody
            }
        }
        List<byte[]> chain = new ArrayList<>(List.of(each.peer()));
        chain.addAll(each.intermediates());
        TrustPolicy.Builder policy = TrustPolicy.forPurpose(
                        each.server() ? Purpose.LWM2M_SERVER : Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(anchors)
                .profile(profile)
                .crls(each.crls())
                .revocation(each.crls().isEmpty() ? Revocation.OFF : Revocation.HARD_FAIL);
        each.maxDepth().ifPresent(policy::maxDepth);
        if (each.server()) {
            each.peerName().ifPresent(policy::expectedName);
        }
        return policy.build().evaluate(chain, each.at().orElseGet(() -> within(each, time)));
    }

    /** This time, or the nearest within the life of every trusted certificate. */
    private static Instant within(Case each, Instant time) {
        Instant chosen = time;
        for (byte[] der : each.trusted()) {
            try {
                X509Certificate certificate = Certificates.certificate(der);
                Instant begin = certificate.getNotBefore().toInstant();
                Instant end = certificate.getNotAfter().toInstant();
                chosen = chosen.isBefore(begin) ? begin.plusSeconds(1) : chosen;
                chosen = chosen.isAfter(end) ? end.minusSeconds(1) : chosen;
            } catch (IllegalArgumentException e) {
                continue; // judged by its reason, not by its time
            }
        }
        return chosen;
    }
}
