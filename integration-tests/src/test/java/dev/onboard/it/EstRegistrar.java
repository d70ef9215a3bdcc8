package dev.onboard.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bouncycastle.est.ESTClient;
import org.bouncycastle.est.ESTClientProvider;
import org.bouncycastle.est.ESTRequest;
import org.bouncycastle.est.ESTResponse;
import org.bouncycastle.est.Source;

/**
 * Between a client of RFC 7030 and an EST-coaps server, as the registrar of RFC 9148, section 5: paths, codes and media
 * types become CoAP's, Base64 becomes octets, and the other way round. The client is Bouncy Castle's.
 */
final class EstRegistrar implements ESTClientProvider, ESTClient {
    private static final Map<String, String> PATHS = Map.of(
            "/cacerts", "crts",
            "/csrattrs", "att",
            "/simpleenroll", "sen",
            "/simplereenroll", "sren",
            "/serverkeygen", "skg");

    private final CoapSide coap;

    EstRegistrar(CoapSide coap) {
        this.coap = coap;
    }

    /** The EST-coaps server. */
    @FunctionalInterface
    interface CoapSide {
        /**
         * What it answers to a GET of this path below {@code /.well-known/est/}, or a POST of a certification request.
         *
         * @return empty when it refuses
         */
        Optional<byte[]> ask(String path, Optional<byte[]> request) throws Exception;
    }

    @Override
    public ESTClient makeClient() {
        return this;
    }

    @Override
    public boolean isTrusted() {
        return true; // the server is known by DTLS
    }

    @Override
    public ESTResponse doRequest(ESTRequest request) throws IOException {
        String path = request.getURL().getPath().replace("/.well-known/est", "");
        Optional<byte[]> sent = Optional.empty();
        if (request.getMethod().equals("POST")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            request.writeData(body);
            sent = Optional.of(Base64.getMimeDecoder().decode(body.toByteArray()));
        }
        Optional<byte[]> answer;
        try {
            answer = coap.ask(Objects.requireNonNull(PATHS.get(path), path), sent);
        } catch (Exception e) {
            throw new IOException("the EST-coaps server cannot be asked", e);
        }
        return new ESTResponse(
                request,
                new Received(answer.map(body -> http(path, body))
                        .orElse("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")));
    }

    private static String http(String path, byte[] answer) {
        return switch (path) {
            case "/serverkeygen" -> multipart(answer);
            case "/csrattrs" -> message("application/csrattrs", answer);
            default -> message("application/pkcs7-mime; smime-type=certs-only", answer);
        };
    }

    private static String message(String type, byte[] body) {
        String text = Base64.getMimeEncoder().encodeToString(body) + "\r\n";
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Transfer-Encoding: base64\r\nContent-Length: "
                + text.length() + "\r\n\r\n" + text;
    }

    /** {@code multipart/mixed} of RFC 7030, 4.4.2, out of {@code application/multipart-core}. */
    private static String multipart(byte[] answer) {
        try {
            JsonNode parts = new ObjectMapper(new CBORFactory()).readTree(answer);
            String text = "--part\r\n" + part("application/pkcs8", parts.path(1).binaryValue())
                    + "--part\r\n"
                    + part(
                            "application/pkcs7-mime; smime-type=certs-only",
                            parts.path(3).binaryValue())
                    + "--part--\r\n";
            return "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=part\r\nContent-Length: " + text.length()
                    + "\r\n\r\n" + text;
        } catch (IOException e) {
            throw new IllegalStateException("no multipart-core", e);
        }
    }

    private static String part(String type, byte[] body) {
        return "Content-Type: " + type + "\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(body) + "\r\n";
    }

    /** An answer as if it had come over HTTP. */
    private record Received(String message) implements Source<Void> {
        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(message.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public Void getSession() {
            return null;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
