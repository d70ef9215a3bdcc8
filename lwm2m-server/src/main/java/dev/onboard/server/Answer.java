package dev.onboard.server;

import java.util.List;
import java.util.Optional;

/**
 * What a device answered to a request that it carried out.
 *
 * @param code for example {@code 2.05}
 * @param content the body as it was on the wire; empty when there was none
 * @param node what the body says; empty for requests that do not read
 * @param links what a Discover found; empty for all other requests
 * @param location of an instance that was created
 */
public record Answer(
        String code, Optional<Content> content, Optional<Node> node, List<Link> links, Optional<String> location) {
    public Answer {
        links = List.copyOf(links);
    }
}
