package dev.onboard.http;

import io.javalin.http.Context;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hands the API key over to a browser by a link that is good once and not for long: the code stands behind the {@code #},
 * which no server and no log ever sees, and is exchanged for the key. Thread-safe.
 */
final class Handover {
    static final Duration GOOD_FOR = Duration.ofMinutes(30);

    private final ApiKey key;
    private final SecureRandom random;
    private final InstantSource clock;
    private final Map<String, Instant> codes = new ConcurrentHashMap<>();

    Handover(ApiKey key, SecureRandom random, InstantSource clock) {
        this.key = key;
        this.random = random;
        this.clock = clock;
    }

    /** A new link to the page of this port. */
    URI link(URI port) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String code = HexFormat.of().formatHex(bytes);
        codes.put(code, clock.instant().plus(GOOD_FOR));
        return URI.create(port + "/#code=" + code);
    }

    void exchange(Context ctx) {
        Body body = Body.of(ctx);
        String code = body.requiredText("code");
        body.done();
        Instant now = clock.instant();
        for (Iterator<Instant> ends = codes.values().iterator(); ends.hasNext(); ) {
            if (!now.isBefore(ends.next())) {
                ends.remove();
            }
        }
        if (codes.remove(code) == null) {
            throw Problem.denied("this link was used before or is too old; open a new one, or enter the API key from"
                    + " DIR/api-key");
        }
        Json.answer(ctx, 200, Json.object().put("key", key.text()));
    }
}
