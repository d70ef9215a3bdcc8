package dev.onboard.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A certificate issuer that answers as a test says: CFSSL's {@code authsign} over HTTP, and EST's {@code simpleenroll}.
 * Requests are read, and their signature verified, by Bouncy Castle.
 */
final class ScriptedIssuer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    volatile Script script;

    /** What was asked for; a request that a device made itself may have the common name alone. */
    record Asked(String commonName, String organizationalUnit, String locality, PublicKey key) {
        CertificateRecipe recipe() {
            CertificateRecipe named = CertificateRecipe.device(commonName);
            return locality.isEmpty()
                    ? named
                    : named.withOrganizationalUnit(organizationalUnit).withLocality(locality);
        }
    }

    /** What is answered to a request. */
    @FunctionalInterface
    interface Script {
        Reply answer(Asked asked) throws Exception;
    }

    /** What goes back. */
    sealed interface Reply {
        /** This certificate. */
        record Certificate(X509Certificate certificate) implements Reply {}

        /** Something else. */
        record Raw(int status, String body) implements Reply {}

        /** Nothing, and the connection stays open. */
        record Silence() implements Reply {}
    }

    private ScriptedIssuer(HttpServer server, Script script) {
        this.server = server;
        this.script = script;
        server.createContext("/api/v1/cfssl/authsign", this::authsign);
        server.createContext("/.well-known/est/", this::simpleenroll);
        server.setExecutor(threads);
        server.start();
    }

    static ScriptedIssuer http(Script script) throws IOException {
        return new ScriptedIssuer(HttpServer.create(address(), 0), script);
    }

    static ScriptedIssuer https(SSLContext tls, Script script) throws IOException {
        HttpsServer server = HttpsServer.create(address(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new ScriptedIssuer(server, script);
    }

    /** Asks its clients for a certificate, and answers none that has shown none. */
    static ScriptedIssuer mutual(SSLContext tls, Script script) throws IOException {
        HttpsServer server = HttpsServer.create(address(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters asking = getSSLContext().getDefaultSSLParameters();
                asking.setNeedClientAuth(true);
                parameters.setSSLParameters(asking);
            }
        });
        return new ScriptedIssuer(server, script);
    }

    private static InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    private static Asked read(PKCS10CertificationRequest request) throws Exception {
        JcaPKCS10CertificationRequest read = new JcaPKCS10CertificationRequest(request);
        if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(read.getPublicKey()))) {
            throw new IllegalStateException("the request is not signed by its own key");
        }
        return new Asked(
                value(request, BCStyle.CN), value(request, BCStyle.OU), value(request, BCStyle.L), read.getPublicKey());
    }

    private static String value(
            PKCS10CertificationRequest request, org.bouncycastle.asn1.ASN1ObjectIdentifier attribute) {
        RDN[] named = request.getSubject().getRDNs(attribute);
        return named.length == 0
                ? ""
                : IETFUtils.valueToString(named[0].getFirst().getValue());
    }

    private void authsign(HttpExchange exchange) throws IOException {
        JsonNode message = JSON.readTree(exchange.getRequestBody());
        JsonNode request =
                JSON.readTree(Base64.getDecoder().decode(message.path("request").asText()));
        reply(
                exchange,
                () -> read((PKCS10CertificationRequest) new PEMParser(new StringReader(
                                request.path("certificate_request").asText()))
                        .readObject()),
                certificate -> JSON.createObjectNode()
                        .put("success", true)
                        .set(
                                "result",
                                JSON.createObjectNode().put("certificate", CredentialFiles.pem(List.of(certificate))))
                        .toString());
    }

    private void simpleenroll(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().endsWith("/simpleenroll") || !isKnown(exchange)) {
            send(exchange, 401, "who are you?");
            return;
        }
        byte[] der = Base64.getMimeDecoder().decode(exchange.getRequestBody().readAllBytes());
        reply(
                exchange,
                () -> read(new PKCS10CertificationRequest(der)),
                certificate -> Base64.getMimeEncoder().encodeToString(pkcs7(certificate)));
    }

    /** By its certificate, which TLS has verified, or by its password. */
    private static boolean isKnown(HttpExchange exchange) {
        if (exchange instanceof HttpsExchange https) {
            try {
                return https.getSSLSession().getPeerCertificates().length > 0;
            } catch (SSLPeerUnverifiedException e) {
                return hasPassword(exchange);
            }
        }
        return hasPassword(exchange);
    }

    private static boolean hasPassword(HttpExchange exchange) {
        return ("Basic " + Base64.getEncoder().encodeToString("onboard:secret".getBytes(StandardCharsets.UTF_8)))
                .equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private static byte[] pkcs7(X509Certificate certificate) throws Exception {
        org.bouncycastle.cms.CMSSignedDataGenerator generator = new org.bouncycastle.cms.CMSSignedDataGenerator();
        generator.addCertificate(new org.bouncycastle.cert.jcajce.JcaX509CertificateHolder(certificate));
        return generator.generate(new org.bouncycastle.cms.CMSAbsentContent()).getEncoded();
    }

    private interface Reading {
        Asked read() throws Exception;
    }

    private interface Writing {
        String write(X509Certificate certificate) throws Exception;
    }

    private void reply(HttpExchange exchange, Reading reading, Writing writing) throws IOException {
        try {
            Reply reply = script.answer(reading.read());
            if (reply instanceof Reply.Certificate signed) {
                send(exchange, 200, writing.write(signed.certificate()));
            } else if (reply instanceof Reply.Raw raw) {
                send(exchange, raw.status(), raw.body());
            }
        } catch (Exception e) {
            send(exchange, 500, String.valueOf(e));
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() throws InterruptedException {
        server.stop(0);
        threads.shutdownNow();
        threads.awaitTermination(5, TimeUnit.SECONDS);
    }
}
