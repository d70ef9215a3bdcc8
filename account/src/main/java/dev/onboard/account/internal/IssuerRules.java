package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.AccountException.Fault;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.IssuerType;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.account.Issuers.NewIssuer;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What an issuer and a configuration may say; every fault is found before one is thrown. No secret is in a message. */
final class IssuerRules {
    private static final Pattern HMAC_KEY = Pattern.compile("([0-9A-Fa-f]{2}){1,32}");
    private static final Pattern REFERENCE = Pattern.compile("[\\w\\-.]{1,100}");
    private static final Set<String> RESERVED = Set.of("LWM2M", "BOOTSTRAP");

    private final List<Fault> faults = new ArrayList<>();

    private IssuerRules() {}

    static void check(NewIssuer wanted) {
        IssuerRules rules = new IssuerRules();
        rules.text("name", wanted.name(), 1, 50);
        rules.text("description", wanted.description(), 0, 100);
        rules.attributes(wanted.type(), wanted.attributes());
        rules.credentials(wanted.type(), wanted.credentials());
        rules.done();
    }

    static void check(Issuer wanted, IssuerCredentials credentials) {
        check(new NewIssuer(wanted.name(), wanted.description(), wanted.type(), wanted.attributes(), credentials));
    }

    /** The name of a custom certificate. */
    static void checkReference(String reference) {
        if (!REFERENCE.matcher(reference).matches()) {
            throw AccountException.invalid(
                    "reference", "'" + reference + "' is not 1 to 100 letters, digits, underscores, hyphens or dots");
        }
        if (reference.startsWith("mbed.") || RESERVED.contains(reference.toUpperCase(Locale.ROOT))) {
            throw AccountException.invalid(
                    "reference", "'" + reference + "' is reserved; give a name of your own, such as 'customer.tls'");
        }
    }

    private void text(String field, String text, int shortest, int longest) {
        try {
            Texts.check(field, text, shortest, longest);
        } catch (AccountException e) {
            faults.addAll(e.faults());
        }
    }

    private void names(String field, Map<String, String> given, Set<String> needed, Set<String> optional) {
        for (String name : new TreeSet<>(needed)) {
            if (given.getOrDefault(name, "").isBlank()) {
                faults.add(new Fault(field + "." + name, "is missing"));
            }
        }
        for (String name : new TreeSet<>(given.keySet())) {
            if (!needed.contains(name) && !optional.contains(name)) {
                Set<String> known = new TreeSet<>(needed);
                known.addAll(optional);
                faults.add(new Fault(
                        field + "." + name,
                        known.isEmpty() ? "is not known" : "is not one of " + String.join(", ", known)));
            }
        }
    }

    private void attributes(IssuerType type, Map<String, String> attributes) {
        names("issuer_attributes", attributes, type.neededAttributes(), type.optionalAttributes());
        anchors(attributes);
        String url = attributes.getOrDefault("host_url", "");
        if (type == IssuerType.EST
                && !url.isBlank()
                && !url.toLowerCase(Locale.ROOT).startsWith("https://")) {
            faults.add(new Fault("issuer_attributes.host_url", "'" + url + "' is not an https URL (RFC 7030, 3.3)"));
        } else if (!url.isBlank() && type.neededAttributes().contains("host_url") && !isHttp(url)) {
            faults.add(new Fault("issuer_attributes.host_url", "'" + url + "' is not an http or https URL"));
        }
    }

    private void anchors(Map<String, String> attributes) {
        String pem = attributes.getOrDefault("trust_anchors", "");
        if (!pem.isBlank() && !isCertificate(pem)) {
            faults.add(new Fault("issuer_attributes.trust_anchors", "is not a CA certificate in PEM"));
        }
    }

    /** EST authenticates its clients (RFC 7030, 3.2.3 and 3.3.2): each half needs the other. */
    private void pair(IssuerCredentials credentials, String one, String other) {
        if (credentials.secret(one).isPresent() && credentials.secret(other).isEmpty()) {
            faults.add(new Fault("issuer_credentials." + other, "is missing beside " + one));
        }
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = new URI(url);
            return ("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme()))
                    && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false; // which is the answer
        }
    }

    private void credentials(IssuerType type, IssuerCredentials credentials) {
        names("issuer_credentials", credentials.reveal(), type.neededCredentials(), type.optionalCredentials());
        if (type == IssuerType.EST) {
            pair(credentials, "username", "password");
            pair(credentials, "password", "username");
            pair(credentials, "client_certificate", "private_key");
            pair(credentials, "private_key", "client_certificate");
            if (credentials
                    .secret("username")
                    .or(() -> credentials.secret("client_certificate"))
                    .isEmpty()) {
                faults.add(new Fault(
                        "issuer_credentials", "needs username and password, or client_certificate and private_key"));
            }
        }
        credentials
                .secret("hmac_hex_key")
                .filter(key -> !key.isBlank() && !HMAC_KEY.matcher(key).matches())
                .ifPresent(key -> faults.add(new Fault(
                        "issuer_credentials.hmac_hex_key", "is not an even number of hexadecimal digits, 64 at most")));
        credentials
                .secret("client_certificate")
                .filter(pem -> !pem.isBlank() && !isCertificate(pem))
                .ifPresent(pem ->
                        faults.add(new Fault("issuer_credentials.client_certificate", "is not a certificate in PEM")));
        credentials
                .secret("private_key")
                .filter(pem -> !pem.isBlank() && !pem.contains("PRIVATE KEY-----"))
                .ifPresent(
                        pem -> faults.add(new Fault("issuer_credentials.private_key", "is not a private key in PEM")));
    }

    private static boolean isCertificate(String pem) {
        try {
            return !CredentialFiles.readCertificates(pem.getBytes(StandardCharsets.UTF_8), "the request")
                    .isEmpty();
        } catch (UnreadableFileException e) {
            return false; // which is the answer
        }
    }

    private void done() {
        if (!faults.isEmpty()) {
            throw AccountException.invalid(faults);
        }
    }
}
