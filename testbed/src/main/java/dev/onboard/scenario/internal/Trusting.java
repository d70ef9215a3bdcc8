package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustRules;
import dev.onboard.pki.cases.CaseCertificates;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.testbed.Workbench;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a scenario's trust gets to a server: through the account, as for everybody; or, where the account would not take
 * what the scenario trusts (an expired root, a pinned device certificate), straight into the server's rules. Used by one
 * thread, but for {@link #rules}.
 */
final class Trusting {
    private final CertificateCase description;
    private final CertificateCase.Ready made;
    private final Service service;
    private final Map<String, String> uploads = new LinkedHashMap<>();
    private volatile boolean throughAccount;

    Trusting(CertificateCase description, CertificateCase.Ready made, Service service) {
        this.description = description;
        this.made = made;
        this.service = service;
    }

    /** The server's rules: those of the scenario, with the account's anchors where they are the scenario's. */
    TrustRules rules() {
        return policy -> {
            List<TrustAnchor> accounts = policy.anchors();
            made.rules().apply(policy);
            return throughAccount ? policy.anchors(accounts) : policy;
        };
    }

    /** Uploads what the scenario trusts, all of it or nothing. */
    void prepare(Account account, Instant now) {
        JsonNode trust = description.description().path("trust");
        List<JsonNode> wanted = new ArrayList<>();
        if (trust.isMissingNode()) {
            wanted.add(com.fasterxml.jackson.databind.node.TextNode.valueOf("root"));
        } else {
            trust.forEach(wanted::add);
        }
        throughAccount = wanted.stream()
                .allMatch(one -> one.path("kind").asText("authority").equals("authority"));
        for (JsonNode one : wanted) {
            if (throughAccount) {
                throughAccount = isUploaded(account, one, now);
            }
        }
        if (!throughAccount) {
            uploads.values().forEach(account.trustedCertificates()::remove);
            uploads.clear();
        }
    }

    private boolean isUploaded(Account account, JsonNode one, Instant now) {
        String id = one.isTextual() ? one.asText() : one.path("certificate").asText();
        try {
            List<X509Certificate> chain =
                    new ArrayList<>(List.of(made.certificates().certificate(id)));
            one.path("above").forEach(above -> chain.add(made.certificates().certificate(above.asText())));
            TrustedCertificate uploaded = Workbench.upload(account, service, chain);
            uploads.put(id, uploaded.id());
            return uploaded.isValidAt(now);
        } catch (AccountException | IllegalArgumentException e) {
            return false; // the server is told itself
        }
    }

    /** Uploads one more, during the scenario. */
    void upload(Account account, Service to, String id) {
        CaseCertificates certificates = made.certificates();
        uploads.put(
                id + "@" + to.word(),
                Workbench.upload(account, to, List.of(certificates.certificate(id)))
                        .id());
    }

    /** The account's id of what was uploaded under this id of the scenario. */
    Optional<String> uploaded(Service to, String id) {
        return Optional.ofNullable(uploads.get(id + "@" + to.word()))
                .or(() -> to == service ? Optional.ofNullable(uploads.get(id)) : Optional.empty());
    }

    /** It is no longer there. */
    void forget(Service to, String id) {
        if (uploads.remove(id + "@" + to.word()) == null) {
            uploads.remove(id);
        }
    }
}
