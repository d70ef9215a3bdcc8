package dev.onboard.http.connect;

import dev.onboard.account.Account;
import dev.onboard.account.Device;
import dev.onboard.http.connect.ConnectedDevices.Connection;
import dev.onboard.http.connect.ConnectedDevices.Resource;
import io.javalin.http.Context;
import java.util.Optional;

/** Who asks, and for which device. */
record Caller(Account account, ConnectedDevices devices) {
    /** A device that is registered now. */
    record Registered(Device device, Connection connection) {
        /** Whether the device said at its registration that it has this, or what this is a part of. */
        boolean has(String path) {
            return connection.resources().stream()
                    .map(Resource::uri)
                    .anyMatch(uri -> path.equals(uri) || path.startsWith(uri + "/") || uri.startsWith(path + "/"));
        }
    }

    /** The id of the API key that the request came with. */
    static String key(Context ctx) {
        String key = ctx.attribute(Connect.KEY_ATTRIBUTE);
        if (key == null) {
            throw new IllegalStateException("a request without an API key came through the gate");
        }
        return key;
    }

    /** The device of the path's {@code id}: the account's id, or the endpoint name. */
    Optional<Device> device(Context ctx) {
        String id = ctx.pathParam("id");
        return account.devices().get(id).or(() -> account.devices().byEndpoint(id));
    }

    Optional<Registered> registered(Context ctx) {
        return device(ctx)
                .flatMap(device ->
                        devices.connection(device.endpoint()).map(connection -> new Registered(device, connection)));
    }

    /** The path's {@code path}, with a slash before it. */
    static String path(Context ctx) {
        return lwm2mPath("/" + ctx.pathParam("path"));
    }

    static String lwm2mPath(String given) {
        String path = given.startsWith("/") ? given : "/" + given;
        if (!path.matches("(/\\d{1,5}){1,4}")) {
            throw new ConnectRefusal(400, "'" + path + "' is not an LwM2M path like /3/0/0");
        }
        return path;
    }
}
