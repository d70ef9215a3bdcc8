package dev.onboard.server.internal;

import dev.onboard.server.Answer;
import dev.onboard.server.Content;
import dev.onboard.server.Link;
import dev.onboard.server.Node;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.leshan.core.link.attributes.Attribute;
import org.eclipse.leshan.core.response.CreateResponse;
import org.eclipse.leshan.core.response.DiscoverResponse;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.core.response.ReadResponse;

/** Makes our answers of Leshan's. */
final class Answers {
    private Answers() {}

    static Answer of(LwM2mResponse response) {
        Optional<Node> node = response instanceof ReadResponse read && read.getContent() != null
                ? Optional.of(Nodes.of(read.getContent()))
                : Optional.empty();
        List<Link> links = response instanceof DiscoverResponse discover && discover.getObjectLinks() != null
                ? links(discover.getObjectLinks())
                : List.of();
        Optional<String> location = response instanceof CreateResponse create
                ? Optional.ofNullable(create.getLocation())
                : Optional.empty();
        return new Answer(code(response), content(response), node, links, location);
    }

    /** For example {@code 2.05}. */
    static String code(LwM2mResponse response) {
        int code = response.getCode().getCode();
        return code / 100 + "." + String.format("%02d", code % 100);
    }

    private static Optional<Content> content(LwM2mResponse response) {
        if (!(response.getCoapResponse() instanceof Response coap) || coap.getPayloadSize() == 0) {
            return Optional.empty();
        }
        OptionSet options = coap.getOptions();
        return Optional.of(new Content(
                options.hasContentFormat() ? Requests.mediaType(options.getContentFormat()) : "text/plain",
                coap.getPayload(),
                options.hasMaxAge() ? OptionalLong.of(options.getMaxAge()) : OptionalLong.empty()));
    }

    static List<Link> links(org.eclipse.leshan.core.link.Link[] links) {
        return Arrays.stream(links).map(Answers::link).toList();
    }

    private static Link link(org.eclipse.leshan.core.link.Link link) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Attribute attribute : link.getAttributes()) {
            attributes.put(attribute.getName(), attribute.hasValue() ? unquoted(attribute.getCoreLinkValue()) : "");
        }
        return new Link(link.getUriReference(), attributes);
    }

    private static String unquoted(String value) {
        return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }
}
