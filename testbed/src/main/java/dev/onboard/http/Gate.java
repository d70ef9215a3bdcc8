package dev.onboard.http;

import dev.onboard.account.ApiKeys;
import dev.onboard.account.ApiKeys.Access;
import dev.onboard.http.connect.Connect;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may pass: requests addressed to this host under a name of its own, not sent by a foreign page, not too large, with
 * the key.
 *
 * @param hosts further names of this host
 * @param open what needs no key, for example {@code GET /openapi.json}; with {@code <path>} at its end whatever is below it
 */
record Gate(Set<String> hosts, ApiKey key, ApiKeys others, Set<String> open) {
    static final long LARGEST_BODY = 1 << 20;
    /** Of firmware, with the form around it. */
    private static final long LARGEST_FIRMWARE = 34L << 20;

    private static final String BEARER = "bearer ";

    void check(Context ctx) {
        new HostCheck(hosts).refusal(ctx).ifPresent(why -> {
            throw Problem.denied(why);
        });
        long most = ctx.path().startsWith("/v3/firmware-") ? LARGEST_FIRMWARE : LARGEST_BODY;
        if (ctx.req().getContentLengthLong() > most) {
            throw Problem.tooLarge(
                    "the body has " + ctx.req().getContentLengthLong() + " bytes; at most " + most + " are accepted");
        }
        if (!isOpen(ctx.method().name() + " " + ctx.path())) {
            checkKey(ctx);
        }
    }

    private boolean isOpen(String request) {
        return open.stream()
                .anyMatch(each -> each.endsWith("<path>")
                        ? request.startsWith(each.substring(0, each.length() - "<path>".length()))
                        : request.equals(each));
    }

    private void checkKey(Context ctx) {
        String given = given(ctx);
        if (key.matches(given)) {
            ctx.attribute(Connect.KEY_ATTRIBUTE, Connect.FIRST_KEY);
            return;
        }
        ApiKeys.Entry entry = others.check(given).orElseThrow(Problem::wrongKey);
        if (entry.access() == Access.READ_ONLY && !ctx.method().equals(HandlerType.GET)) {
            throw Problem.denied("this API key is for reading only; " + ctx.method() + " needs one with full access");
        }
        ctx.attribute(Connect.KEY_ATTRIBUTE, entry.id());
    }

    private static String given(Context ctx) {
        String authorization = ctx.header("Authorization");
        if (authorization == null && ctx.path().equals(Connect.SOCKET_PATH)) {
            return keyOfSocket(ctx.header("Sec-WebSocket-Protocol"));
        }
        if (authorization == null
                || !authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                || authorization.length() == BEARER.length()) {
            throw Problem.noKey();
        }
        return authorization.substring(BEARER.length()).strip();
    }

    /** A page in a browser can set no header of a WebSocket but this one. */
    private static String keyOfSocket(@Nullable String protocols) {
        for (String protocol : protocols == null ? new String[0] : protocols.split(",")) {
            if (protocol.strip().startsWith(Connect.SOCKET_KEY)) {
                return protocol.strip().substring(Connect.SOCKET_KEY.length());
            }
        }
        throw Problem.noKey();
    }
}
