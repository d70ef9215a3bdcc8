package dev.onboard.http;

import dev.onboard.account.ApiKeys;
import dev.onboard.account.ApiKeys.Access;
import dev.onboard.http.connect.Connect;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may pass: requests addressed to this host under a name of its own, not sent by a foreign page, not too large, with
 * the key. A foreign {@code Host} or {@code Origin} is what a page in a browser would send that was made to reach this
 * port against its user's will.
 *
 * @param hosts further names of this host
 * @param open paths that may be read without the key
 */
record Gate(Set<String> hosts, ApiKey key, ApiKeys others, Set<String> open) {
    static final long LARGEST_BODY = 1 << 20;
    private static final String BEARER = "bearer ";

    void check(Context ctx) {
        checkHost(ctx);
        checkOrigin(ctx);
        if (ctx.req().getContentLengthLong() > LARGEST_BODY) {
            throw Problem.tooLarge("the body has " + ctx.req().getContentLengthLong() + " bytes; at most "
                    + LARGEST_BODY + " are accepted");
        }
        if (!ctx.method().equals(HandlerType.GET) || !open.contains(ctx.path())) {
            checkKey(ctx);
        }
    }

    private void checkHost(Context ctx) {
        String host = ctx.header("Host");
        if (host == null || !isOwn(name(host))) {
            throw Problem.denied("this port is not addressed as '" + host
                    + "'; use localhost, an address, or the name given with --host");
        }
    }

    private void checkOrigin(Context ctx) {
        String origin = ctx.header("Origin");
        if (origin == null) {
            return;
        }
        try {
            String authority = new URI(origin).getAuthority();
            if (authority != null && authority.equalsIgnoreCase(ctx.header("Host"))) {
                return;
            }
        } catch (URISyntaxException e) {
            throw Problem.denied("'" + origin + "' is not an origin: " + e.getReason());
        }
        throw Problem.denied("a page of '" + origin + "' may not use this port");
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

    private boolean isOwn(String name) {
        return name.equals("localhost")
                || name.startsWith("[")
                || name.matches("\\d{1,3}(\\.\\d{1,3}){3}")
                || hosts.stream().anyMatch(name::equalsIgnoreCase);
    }

    /** Without the port. */
    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return name.toLowerCase(Locale.ROOT);
    }
}
