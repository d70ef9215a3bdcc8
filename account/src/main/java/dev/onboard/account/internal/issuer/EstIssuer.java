package dev.onboard.account.internal.issuer;

import dev.onboard.account.CertificateIssuer.Subject;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.pki.CertificateBag;
import dev.onboard.pki.EnrolmentFault;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Simple enrolment of EST (RFC 7030, 4.2): a base64 PKCS#10 request, a base64 PKCS#7 answer with the certificate. An answer
 * that is put off (202, 4.2.3) is refused with the time it names, for the device that asks again brings another key.
 */
record EstIssuer(Issuer issuer, IssuerCredentials credentials, Https https) implements ConnectedIssuers.Asking {
    @Override
    public List<X509Certificate> ask(Subject subject, Duration patience) throws InterruptedException {
        String request = Base64.getMimeEncoder().encodeToString(subject.proof().sign(subject.recipe()));
        List<String> headers = new ArrayList<>(List.of("Content-Transfer-Encoding", "base64"));
        authorization().ifPresent(value -> headers.addAll(List.of("Authorization", value)));
        HttpResponse<byte[]> response = https.post(address(), "application/pkcs10", request, headers, patience);
        String text = new String(response.body(), StandardCharsets.UTF_8);
        return switch (response.statusCode()) {
            case 200 -> certificates(response.body());
            case 202 ->
                throw IssuerFailure.refused(
                        issuer.name(),
                        "it puts its answer off by "
                                + response.headers().firstValue("Retry-After").orElse("an unknown time")
                                + " s (HTTP 202); have it sign at once");
            default -> throw IssuerFailure.refused(issuer.name(), "HTTP " + response.statusCode() + " " + text);
        };
    }

    private Optional<String> authorization() {
        return credentials
                .secret("username")
                .map(name -> "Basic "
                        + Base64.getEncoder()
                                .encodeToString((name + ":"
                                                + credentials.secret("password").orElse(""))
                                        .getBytes(StandardCharsets.UTF_8)));
    }

    private URI address() {
        String host = issuer.attributes().getOrDefault("host_url", "").replaceAll("/+$", "");
        String label = issuer.attributes().getOrDefault("est_label", "");
        return URI.create(host + "/.well-known/est/" + (label.isEmpty() ? "" : label + "/") + "simpleenroll");
    }

    private List<X509Certificate> certificates(byte[] body) {
        try {
            return CertificateBag.read(Base64.getMimeDecoder().decode(body));
        } catch (EnrolmentFault | IllegalArgumentException e) {
            throw IssuerFailure.unreadable(issuer.name(), "its answer is no base64 PKCS#7: " + e.getMessage());
        }
    }
}
