package dev.onboard.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The page's files, {@code /} and {@code /page/…}, as they stand in {@code src/main/web}: nothing is built. They come out
 * of this program, or with {@code -Donboard.page=DIR} out of a directory, read anew each time, for who changes them.
 * Thread-safe.
 */
final class PageFiles {
    /** The page runs only what is served here, connects nowhere else, and is shown in no other page's frame. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'";

    private static final Pattern NAME = Pattern.compile("([a-z0-9][a-z0-9-]*/)*[A-Za-z0-9][A-Za-z0-9.-]*");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    private final Optional<Path> directory;
    private final Map<String, Optional<File>> read = new ConcurrentHashMap<>();

    private record File(byte[] content, String etag) {}

    /** Out of this directory; without one, out of this program. */
    PageFiles(Optional<Path> directory) {
        this.directory = directory;
    }

    void index(Context ctx) {
        answer(ctx, "index.html");
    }

    void file(Context ctx) {
        answer(ctx, ctx.pathParam("path"));
    }

    private void answer(Context ctx, String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        Optional<File> found = type == null || !NAME.matcher(name).matches()
                ? Optional.empty()
                : directory.isPresent() ? load(name) : read.computeIfAbsent(name, this::load);
        File file = found.orElseThrow(() -> Problem.notFound("the page has no file '" + name + "'"));
        ctx.header("Content-Security-Policy", POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cross-Origin-Opener-Policy", "same-origin")
                .header("Cache-Control", "no-cache")
                .header("ETag", file.etag());
        if (file.etag().equals(ctx.header("If-None-Match"))) {
            ctx.status(304);
        } else {
            ctx.contentType(String.valueOf(type)).result(file.content());
        }
    }

    private Optional<File> load(String name) {
        try {
            byte[] content;
            if (directory.isPresent()) {
                Path path = directory.get().resolve(name);
                if (!Files.isRegularFile(path)) {
                    return Optional.empty();
                }
                content = Files.readAllBytes(path);
            } else {
                try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
                    if (in == null) {
                        return Optional.empty();
                    }
                    content = in.readAllBytes();
                }
            }
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return Optional.of(new File(content, "\"" + HexFormat.of().formatHex(digest, 0, 12) + "\""));
        } catch (IOException e) {
            throw new UncheckedIOException("the page's file " + name + " cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
