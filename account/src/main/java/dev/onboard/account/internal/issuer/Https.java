package dev.onboard.account.internal.issuer;

import dev.onboard.account.AccountException;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks an issuer over HTTPS, or over HTTP where its address says so. With {@code trust_anchors} it trusts these CAs and no
 * other; it shows {@code client_certificate} when it has one. It follows no redirection.
 */
record Https(String issuer, HttpClient client) {
    static Https of(Issuer issuer, IssuerCredentials credentials) {
        try {
            HttpClient.Builder client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER);
            @Nullable String anchors = issuer.attributes().get("trust_anchors");
            if (anchors != null) {
                client.sslContext(
                        context(CredentialFiles.readCertificates(bytes(anchors), "trust_anchors"), credentials));
            }
            return new Https(issuer.name(), client.build());
        } catch (IOException | GeneralSecurityException e) {
            throw IssuerFailure.unreachable(
                    issuer.name(), "its trust anchors or client certificate cannot be used: " + e.getMessage());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static SSLContext context(List<X509Certificate> anchors, IssuerCredentials credentials)
            throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (int i = 0; i < anchors.size(); i++) {
            trusted.setCertificateEntry("anchor-" + i, anchors.get(i));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(identity(credentials), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyManager @Nullable [] identity(IssuerCredentials credentials)
            throws GeneralSecurityException, IOException {
        if (credentials.secret("client_certificate").isEmpty()) {
            return null;
        }
        List<X509Certificate> chain = CredentialFiles.readCertificates(
                bytes(credentials.secret("client_certificate").orElseThrow()), "client_certificate");
        char[] password = new char[0];
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "client",
                CredentialFiles.readPrivateKey(
                        bytes(credentials.secret("private_key").orElse("")), "private_key"),
                password,
                chain.toArray(new X509Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);
        return keys.getKeyManagers();
    }

    /** The answer, whole, whatever its status. */
    HttpResponse<byte[]> post(URI uri, String contentType, String body, List<String> headers, Duration patience)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(patience)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!headers.isEmpty()) {
            request.headers(headers.toArray(new String[0]));
        }
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request.build(), info -> new BoundedBody(IssuerFailure.LONGEST_ANSWER));
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw IssuerFailure.late(issuer, patience);
        } catch (ExecutionException e) {
            throw failure(uri, e.getCause() == null ? e : e.getCause(), patience);
        }
    }

    private AccountException failure(URI uri, Throwable cause, Duration patience) {
        if (cause instanceof BoundedBody.TooLongException tooLong) {
            return IssuerFailure.unreadable(issuer, String.valueOf(tooLong.getMessage()));
        }
        if (cause instanceof HttpTimeoutException) {
            return IssuerFailure.late(issuer, patience);
        }
        String at = uri.getScheme() + "://" + uri.getAuthority() + ": ";
        if (cause instanceof SSLException) {
            return IssuerFailure.unreachable(
                    issuer,
                    at + "TLS failed, " + cause.getMessage() + "; look at its trust_anchors and client_certificate");
        }
        if (cause instanceof ConnectException) {
            return IssuerFailure.unreachable(issuer, at + "no connection");
        }
        if (cause instanceof IOException && "https".equals(uri.getScheme())) {
            // in TLS 1.3 a server judges its client's certificate after the client has done with the handshake
            return IssuerFailure.unreachable(
                    issuer,
                    at
                            + "it closed the connection without an answer; where it asks for a certificate, TLS failed by the"
                            + " client_certificate, or for want of one (" + cause.getMessage() + ")");
        }
        return IssuerFailure.unreachable(issuer, at + cause);
    }
}
