package dev.onboard.http.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.connect.ConnectedDevices.Connection;
import dev.onboard.http.connect.ConnectedDevices.Resource;
import dev.onboard.http.connect.ConnectedDevices.Value;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * One entry of a {@code NotificationMessage}.
 *
 * @param section the member of the message whose array it belongs to
 * @param content what stands in the array
 * @param size about how many bytes it takes
 */
record Notice(String section, JsonNode content, int size) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    /** What an entry takes besides its payload and its names. */
    private static final int OVERHEAD = 200;

    static Notice answer(String asyncId, Optional<Value> value) {
        ObjectNode content = JSON.objectNode().put("id", asyncId).put("status", 200);
        value.ifPresent(answered -> put(content, answered));
        return new Notice("async-responses", content, size(asyncId, value));
    }

    static Notice failure(String asyncId, DeviceFailure failure) {
        ObjectNode content = JSON.objectNode()
                .put("id", asyncId)
                .put("status", failure.status())
                .put("error", failure.error());
        return new Notice("async-responses", content, OVERHEAD + failure.error().length());
    }

    static Notice value(String deviceId, String path, Value value) {
        ObjectNode content = JSON.objectNode().put("ep", deviceId).put("path", path);
        put(content, value);
        return new Notice("notifications", content, size(path, Optional.of(value)));
    }

    static Notice registration(String section, String deviceId, String endpoint, Optional<String> type, Connection of) {
        ObjectNode content = JSON.objectNode().put("ep", deviceId).put("original-ep", endpoint);
        type.ifPresent(name -> content.put("ept", name));
        content.put("q", of.queueMode());
        for (Resource resource : of.resources()) {
            ObjectNode entry = content.withArray("resources").addObject();
            entry.put("path", resource.uri());
            resource.resourceType().ifPresent(name -> entry.put("rt", name));
            entry.put("obs", resource.observable());
        }
        return new Notice(section, content, OVERHEAD + 60 * of.resources().size());
    }

    static Notice ended(String section, String deviceId) {
        return new Notice(section, JSON.textNode(deviceId), OVERHEAD);
    }

    private static void put(ObjectNode content, Value value) {
        content.put("payload", Base64.getEncoder().encodeToString(value.bytes()))
                .put("ct", value.contentType())
                .put("max-age", String.valueOf(value.maxAge().orElse(0)));
    }

    private static int size(String name, Optional<Value> value) {
        return OVERHEAD
                + name.length()
                + value.map(present -> present.bytes().length * 4 / 3).orElse(0);
    }

    /** A {@code NotificationMessage} of these entries. */
    static String message(List<Notice> notices) {
        ObjectNode message = JSON.objectNode();
        for (Notice notice : new ArrayList<>(notices)) {
            message.withArray(notice.section()).add(notice.content());
        }
        return message.toString();
    }
}
