package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Fetches what lies on this machine: a file, or an HTTP resource on a loopback address. Nothing else, and no redirect: who may
 * name a URL here must not be able to make the account ask other machines.
 */
final class LocalUrl {
    private static final String FIELD = "url";
    private static final int LARGEST = 16 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private LocalUrl() {}

    /** @throws AccountException {@link AccountException.Kind#INVALID} when it is not local, or nothing can be fetched */
    static byte[] fetch(URI source) {
        try (InputStream in = open(source)) {
            byte[] content = in.readNBytes(LARGEST + 1);
            if (content.length > LARGEST) {
                throw AccountException.invalid(
                        FIELD, "'" + source + "' has more than " + LARGEST + " octets; that is no list for here");
            }
            return content;
        } catch (IOException e) {
            throw AccountException.invalid(FIELD, "'" + source + "' cannot be fetched: " + e.getMessage());
        }
    }

    private static InputStream open(URI source) throws IOException {
        if ("file".equals(source.getScheme())) {
            if (source.getPath() == null
                    || source.getAuthority() != null && !source.getAuthority().isEmpty()) {
                throw AccountException.invalid(
                        FIELD, "'" + source + "' is not a file of this machine; give file:/PATH");
            }
            Path file = Path.of(source.getPath());
            if (!Files.isRegularFile(file)) {
                throw new IOException("it is not a file");
            }
            return Files.newInputStream(file);
        }
        if (!"http".equals(source.getScheme()) || source.getHost() == null || !isLoopback(source.getHost())) {
            throw AccountException.invalid(
                    FIELD, "'" + source + "' is not local; give file:/PATH or http:// with a loopback address");
        }
        HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE)
                .build();
        HttpRequest request = HttpRequest.newBuilder(source).timeout(PATIENCE).build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                response.body().close();
                throw new IOException("it answers with HTTP status " + response.statusCode());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
