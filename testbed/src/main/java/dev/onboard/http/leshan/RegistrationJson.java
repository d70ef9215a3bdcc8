package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.server.Link;
import dev.onboard.server.Registered;
import dev.onboard.server.ServerEvent;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Registrations and links in Leshan's JSON. */
final class RegistrationJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Attributes whose values are quoted in a link (RFC 6690, section 2). */
    private static final Set<String> QUOTED = Set.of("rt", "if", "title");

    private RegistrationJson() {}

    static ObjectNode of(Registered registered, boolean sleeping) {
        ObjectNode json = JSON.createObjectNode()
                .put("endpoint", registered.endpoint())
                .put("registrationId", registered.id())
                .put("registrationDate", registered.registeredAt().toEpochMilli())
                .put("lastUpdate", registered.lastUpdate().toEpochMilli())
                .put("address", address(registered))
                .put("lwM2mVersion", registered.lwm2mVersion())
                .put("lifetime", registered.lifetime().toSeconds())
                .put("bindingMode", registered.binding())
                .put("rootPath", registered.rootPath());
        json.set("objectLinks", links(registered.links()));
        json.put("secure", true);
        ObjectNode attributes = json.putObject("additionalRegistrationAttributes");
        new TreeMap<>(registered.attributes()).forEach(attributes::put);
        json.put("queuemode", registered.queueMode());
        json.set("availableInstances", instances(registered));
        if (registered.queueMode()) {
            json.put("sleeping", sleeping);
        }
        return json;
    }

    private static String address(Registered registered) {
        return registered.address().getAddress().getHostAddress() + ":"
                + registered.address().getPort();
    }

    private static ObjectNode instances(Registered registered) {
        TreeMap<Integer, TreeSet<Integer>> byObject = new TreeMap<>();
        String root = registered.rootPath().equals("/") ? "" : registered.rootPath();
        for (Link link : registered.links()) {
            String path = link.path().startsWith(root) ? link.path().substring(root.length()) : link.path();
            if (path.matches("/\\d{1,5}/\\d{1,5}")) {
                String[] ids = path.split("/");
                byObject.computeIfAbsent(Integer.valueOf(ids[1]), object -> new TreeSet<>())
                        .add(Integer.valueOf(ids[2]));
            }
        }
        ObjectNode json = JSON.createObjectNode();
        byObject.forEach((object, all) -> {
            ArrayNode array = json.putArray(object.toString());
            all.forEach(array::add);
        });
        return json;
    }

    static ArrayNode links(List<Link> links) {
        ArrayNode array = JSON.createArrayNode();
        for (Link link : links) {
            ObjectNode attributes = array.addObject().put("url", link.path()).putObject("attributes");
            new TreeMap<>(link.attributes()).forEach((name, value) -> {
                if (value.isEmpty()) {
                    attributes.putNull(name);
                } else {
                    attributes.put(name, QUOTED.contains(name) || value.contains(" ") ? '"' + value + '"' : value);
                }
            });
        }
        return array;
    }

    static ObjectNode of(ServerEvent.Updated updated, boolean sleeping) {
        ObjectNode json = JSON.createObjectNode();
        json.set("registration", of(updated.registration(), sleeping));
        ObjectNode update = json.putObject("update")
                .put("registrationId", updated.registration().id())
                .put("address", address(updated.registration()));
        updated.lifetime().ifPresent(lifetime -> update.put("lifetime", lifetime.toSeconds()));
        updated.links().ifPresent(links -> update.set("objectLinks", links(links)));
        update.put("secure", true).putObject("additionalAttributes");
        return json;
    }
}
