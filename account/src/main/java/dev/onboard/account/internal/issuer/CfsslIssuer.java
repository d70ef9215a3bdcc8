package dev.onboard.account.internal.issuer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.CertificateIssuer.Subject;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.pki.CertificationRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** CFSSL's {@code POST /api/v1/cfssl/authsign}: a request, and its HMAC-SHA256 under the key of the profile. */
record CfsslIssuer(Issuer issuer, IssuerCredentials credentials, Https https) implements ConnectedIssuers.Asking {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public List<X509Certificate> ask(Subject subject, Duration patience) throws InterruptedException {
        ObjectNode request = JSON.createObjectNode()
                .put(
                        "certificate_request",
                        CertificationRequest.pem(subject.proof().sign(subject.recipe())));
        optional(request, "profile", "cfssl_profile");
        optional(request, "label", "cfssl_label");
        byte[] signed = request.toString().getBytes(StandardCharsets.UTF_8);
        Base64.Encoder base64 = Base64.getEncoder();
        ObjectNode message = JSON.createObjectNode()
                .put("token", base64.encodeToString(hmac(signed)))
                .put("request", base64.encodeToString(signed));
        HttpResponse<byte[]> response =
                https.post(address(), "application/json", message.toString(), List.of(), patience);
        return certificates(response);
    }

    private void optional(ObjectNode request, String member, String attribute) {
        String value = issuer.attributes().getOrDefault(attribute, "");
        if (!value.isEmpty()) {
            request.put(member, value);
        }
    }

    private URI address() {
        String host = issuer.attributes().getOrDefault("host_url", "");
        return URI.create(host.replaceAll("/+$", "") + "/api/v1/cfssl/authsign");
    }

    private byte[] hmac(byte[] signed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(
                    HexFormat.of().parseHex(credentials.secret("hmac_hex_key").orElse("")), "HmacSHA256"));
            return mac.doFinal(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no HmacSHA256", e);
        }
    }

    private List<X509Certificate> certificates(HttpResponse<byte[]> response) {
        JsonNode answer;
        try {
            answer = JSON.readTree(response.body());
        } catch (IOException e) {
            String text = new String(response.body(), StandardCharsets.UTF_8);
            throw response.statusCode() == 200
                    ? IssuerFailure.unreadable(issuer.name(), text)
                    : IssuerFailure.refused(issuer.name(), "HTTP " + response.statusCode() + " " + text);
        }
        if (answer == null || !answer.path("success").asBoolean()) {
            JsonNode error = answer == null
                    ? JSON.createObjectNode()
                    : answer.path("errors").path(0);
            throw IssuerFailure.refused(
                    issuer.name(),
                    "HTTP " + response.statusCode() + ", CFSSL error "
                            + error.path("code").asText("unknown") + ": "
                            + error.path("message").asText("without a message"));
        }
        String pem = answer.path("result").path("certificate").asText("");
        return IssuerFailure.certificates(issuer.name(), pem.getBytes(StandardCharsets.UTF_8));
    }
}
