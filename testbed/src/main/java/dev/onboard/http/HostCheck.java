package dev.onboard.http;

import io.javalin.http.Context;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a request is addressed to this host under a name of its own, and not sent by a foreign page. A foreign
 * {@code Host} or {@code Origin} is what a page in a browser would send that was made to reach a port against its user's
 * will.
 *
 * @param hosts further names of this host
 */
public record HostCheck(Set<String> hosts) {
    /** Why the request is refused; empty when it is not. */
    public Optional<String> refusal(Context ctx) {
        String host = ctx.header("Host");
        if (host == null || !isOwn(name(host))) {
            return Optional.of("this port is not addressed as '" + host
                    + "'; use localhost, an address, or the name given with --host");
        }
        String origin = ctx.header("Origin");
        if (origin == null) {
            return Optional.empty();
        }
        try {
            String authority = new URI(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(host)
                    ? Optional.empty()
                    : Optional.of("a page of '" + origin + "' may not use this port");
        } catch (URISyntaxException e) {
            return Optional.of("'" + origin + "' is not an origin: " + e.getReason());
        }
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
