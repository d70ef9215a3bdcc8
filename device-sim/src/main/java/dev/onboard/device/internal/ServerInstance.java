package dev.onboard.device.internal;

import dev.onboard.device.ServerObject;
import dev.onboard.device.ServerObject.MissedNotifications;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/** /1/x, the Server object (version 1.1) of the account in use. */
final class ServerInstance implements ManagedObject {
    private static final int REGISTRATION_UPDATE = 8;
    private static final int BOOTSTRAP_REQUEST = 9;

    private final Consumer<ServerObject> changed;
    private final Runnable update;
    private final Optional<Runnable> bootstrap;
    private ServerObject server;

    /**
     * @param changed told when the server wrote another value
     * @param bootstrap empty when the device knows no bootstrap server; it has no /1/x/9 then
     */
    ServerInstance(ServerObject server, Consumer<ServerObject> changed, Runnable update, Optional<Runnable> bootstrap) {
        this.server = server;
        this.changed = changed;
        this.update = update;
        this.bootstrap = bootstrap;
    }

    @Override
    public int id() {
        return Codecs.SERVER;
    }

    @Override
    public int instance() {
        return server.instance();
    }

    @Override
    public List<Integer> resources() {
        List<Integer> present = new ArrayList<>(List.of(0, 1));
        if (server.defaultMinimumPeriod().isPresent()) {
            present.add(2);
        }
        if (server.defaultMaximumPeriod().isPresent()) {
            present.add(3);
        }
        if (server.disableTimeout().isPresent()) {
            present.add(5);
        }
        present.addAll(List.of(6, 7, REGISTRATION_UPDATE));
        if (bootstrap.isPresent()) {
            present.add(BOOTSTRAP_REQUEST);
        }
        return present;
    }

    @Override
    public Optional<LwM2mResource> read(int resource) {
        return switch (resource) {
            case 0 -> number(resource, OptionalLong.of(server.shortServerId()));
            case 1 -> number(resource, OptionalLong.of(server.lifetime()));
            case 2 -> number(resource, server.defaultMinimumPeriod());
            case 3 -> number(resource, server.defaultMaximumPeriod());
            case 5 -> number(resource, server.disableTimeout());
            case 6 ->
                Optional.of(LwM2mSingleResource.newBooleanResource(
                        resource, server.missed() == MissedNotifications.STORED));
            case 7 -> Optional.of(LwM2mSingleResource.newStringResource(resource, server.binding()));
            default -> Optional.empty();
        };
    }

    private static Optional<LwM2mResource> number(int resource, OptionalLong value) {
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(LwM2mSingleResource.newIntegerResource(resource, value.getAsLong()));
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        boolean keep = writing == Writing.UPDATE;
        long lifetime = server.lifetime();
        OptionalLong minimum = keep ? server.defaultMinimumPeriod() : OptionalLong.empty();
        OptionalLong maximum = keep ? server.defaultMaximumPeriod() : OptionalLong.empty();
        OptionalLong timeout = keep ? server.disableTimeout() : OptionalLong.empty();
        MissedNotifications missed = server.missed();
        String binding = server.binding();
        for (LwM2mResource value : values) {
            Object given = value.getValue();
            if (given instanceof Long number && number < 0 || value.getId() == 1 && given.equals(0L)) {
                return Answer.refused(
                        ResponseCode.BAD_REQUEST,
                        "/1/" + server.instance() + "/" + value.getId() + " cannot be " + given + " seconds");
            }
            switch (value.getId()) {
                case 1 -> lifetime = (Long) given;
                case 2 -> minimum = OptionalLong.of((Long) given);
                case 3 -> maximum = OptionalLong.of((Long) given);
                case 5 -> timeout = OptionalLong.of((Long) given);
                case 6 -> missed = (Boolean) given ? MissedNotifications.STORED : MissedNotifications.DROPPED;
                case 7 -> {
                    if (!given.equals("U")) {
                        return Answer.refused(
                                ResponseCode.BAD_REQUEST, "this device speaks binding U, not '" + given + "'");
                    }
                    binding = "U";
                }
                default -> {
                    return Answer.refused(
                            ResponseCode.NOT_FOUND, "this device has no /1/" + server.instance() + "/" + value.getId());
                }
            }
        }
        server = new ServerObject(
                server.instance(), server.shortServerId(), lifetime, minimum, maximum, timeout, missed, binding);
        changed.accept(server);
        return Answer.of(ResponseCode.CHANGED);
    }

    @Override
    public Execution execute(int resource, byte[] arguments) {
        return new Execution(
                Answer.of(ResponseCode.CHANGED), resource == REGISTRATION_UPDATE ? update : bootstrap.orElseThrow());
    }
}
