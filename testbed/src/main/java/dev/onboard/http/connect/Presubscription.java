package dev.onboard.http.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.connect.ConnectedDevices.Resource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A rule by which devices are subscribed to when they register or update.
 *
 * @param device an id or endpoint name, with {@code *} at its end for all that begin so
 * @param type an endpoint type
 * @param paths resource paths, with {@code *} at the end for all that begin so; none stands for everything observable
 */
record Presubscription(Optional<String> device, Optional<String> type, List<String> paths) {
    static final int MOST = 1024;
    private static final int MOST_PATHS = 256;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_PATH = 128;

    Presubscription {
        paths = List.copyOf(paths);
    }

    /** Throws {@link ConnectRefusal} for what is no array of rules within the platform's limits. */
    static List<Presubscription> read(JsonNode document) {
        if (!document.isArray()) {
            throw bad("", "is not an array");
        }
        if (document.size() > MOST) {
            throw bad("", "has " + document.size() + " rules; at most " + MOST + " are kept");
        }
        List<Presubscription> rules = new ArrayList<>();
        int paths = 0;
        for (int i = 0; i < document.size(); i++) {
            Presubscription rule = read(document.get(i), "[" + i + "]");
            paths += rule.paths().size();
            rules.add(rule);
        }
        if (paths > MOST_PATHS) {
            throw bad("", "names " + paths + " resource paths; at most " + MOST_PATHS + " are kept");
        }
        return rules;
    }

    private static Presubscription read(JsonNode rule, String at) {
        if (!rule.isObject()) {
            throw bad(at, "is not an object");
        }
        List<String> paths = new ArrayList<>();
        JsonNode given = rule.path("resource-path");
        if (!given.isMissingNode() && !given.isNull()) {
            if (!given.isArray()) {
                throw bad(at + ".resource-path", "is not an array of strings");
            }
            for (JsonNode path : given) {
                if (!path.isTextual()
                        || path.textValue().isEmpty()
                        || path.textValue().length() > LONGEST_PATH) {
                    throw bad(at + ".resource-path", "has " + path + ", not a path of at most " + LONGEST_PATH);
                }
                paths.add(path.textValue().startsWith("/") ? path.textValue() : "/" + path.textValue());
            }
        }
        return new Presubscription(name(rule, at, "endpoint-name"), name(rule, at, "endpoint-type"), paths);
    }

    private static Optional<String> name(JsonNode rule, String at, String field) {
        JsonNode given = rule.path(field);
        if (given.isMissingNode() || given.isNull()) {
            return Optional.empty();
        }
        if (!given.isTextual() || given.textValue().length() > LONGEST_NAME) {
            throw bad(at + "." + field, "is not a string of at most " + LONGEST_NAME + " characters");
        }
        return Optional.of(given.textValue());
    }

    private static ConnectRefusal bad(String at, String what) {
        return new ConnectRefusal(400, "the presubscription" + at + " " + what);
    }

    boolean concerns(String deviceId, String endpoint, Optional<String> endpointType) {
        return device.map(pattern -> matches(pattern, deviceId) || matches(pattern, endpoint))
                        .orElse(true)
                && type.map(wanted -> endpointType.filter(wanted::equals).isPresent())
                        .orElse(true);
    }

    /** The paths to subscribe to on a device that has these. A path that is named counts when the device has it or what it is a part of. */
    Set<String> of(List<Resource> resources) {
        Set<String> wanted = new LinkedHashSet<>();
        if (paths.isEmpty()) {
            resources.stream()
                    .filter(resource -> resource.observable() && !resource.uri().equals("/"))
                    .forEach(resource -> wanted.add(resource.uri()));
        }
        for (String path : paths) {
            for (Resource resource : resources) {
                if (path.endsWith("*")) {
                    if (resource.observable() && matches(path, resource.uri())) {
                        wanted.add(resource.uri());
                    }
                } else if (path.equals(resource.uri()) || path.startsWith(resource.uri() + "/")) {
                    wanted.add(path);
                }
            }
        }
        return wanted;
    }

    private static boolean matches(String pattern, String text) {
        return pattern.endsWith("*")
                ? text.startsWith(pattern.substring(0, pattern.length() - 1))
                : text.equals(pattern);
    }

    static ArrayNode document(List<Presubscription> rules) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (Presubscription rule : rules) {
            ObjectNode entry = array.addObject();
            rule.device().ifPresent(name -> entry.put("endpoint-name", name));
            rule.type().ifPresent(name -> entry.put("endpoint-type", name));
            if (!rule.paths().isEmpty()) {
                rule.paths().forEach(entry.withArray("resource-path")::add);
            }
        }
        return array;
    }
}
