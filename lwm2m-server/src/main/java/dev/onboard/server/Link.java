package dev.onboard.server;

import java.util.Map;

/**
 * A link (RFC 6690) of a registration or a Discover.
 *
 * @param path for example {@code /3/0}
 * @param attributes as texts, by name, for example {@code pmin} and {@code 10}; an attribute without a value has an empty one
 */
public record Link(String path, Map<String, String> attributes) {
    public Link {
        attributes = Map.copyOf(attributes);
    }
}
