package dev.onboard.device.internal;

import dev.onboard.device.ServerAccount;
import dev.onboard.device.ServerObject;
import dev.onboard.device.ServerObject.MissedNotifications;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.pki.CredentialFiles;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.node.codec.CodecException;
import org.eclipse.leshan.core.util.datatype.ULong;

/**
 * The device's objects as a bootstrap server changes them: a copy that becomes real at Bootstrap-Finish, and is forgotten
 * otherwise. It begins with what the device has: its bootstrap account, and its LwM2M account if there is one.
 *
 * <p>Objects 0 and 1 make the accounts, object 2 says what each server may do when there are several; what is written to other
 * objects of the device (3, 5) is taken and kept to the end of the session, as a device must, and has no effect yet.
 *
 * <p>Not thread-safe. Longer than a page because it is the bootstrap interface whole: write, delete, read, discover.
 */
final class Staging {
    /** The Security instance of the bootstrap account. */
    static final int BOOTSTRAP_INSTANCE = 0;

    private static final int LINK_FORMAT = 40;

    private final DeviceBundle bundle;
    private final TreeMap<Integer, SortedMap<Integer, SortedMap<Integer, LwM2mResource>>> objects = new TreeMap<>();

    Staging(DeviceBundle bundle, Optional<ServerAccount> present) {
        this.bundle = bundle;
        SortedMap<Integer, LwM2mResource> bootstrap = new TreeMap<>();
        put(
                bootstrap,
                LwM2mSingleResource.newStringResource(0, bundle.serverUri().toString()));
        put(bootstrap, LwM2mSingleResource.newBooleanResource(1, true));
        put(bootstrap, LwM2mSingleResource.newIntegerResource(2, 2));
        instances(Codecs.SECURITY).put(BOOTSTRAP_INSTANCE, bootstrap);
        present.ifPresent(first -> {
            for (ServerAccount account : first.all()) {
                instances(Codecs.SECURITY).put(account.securityInstance(), security(account));
                instances(Codecs.SERVER).put(account.server().instance(), server(account.server()));
            }
            first.access()
                    .forEach(access -> instances(Codecs.ACCESS_CONTROL)
                            .put(access.instance(), new TreeMap<>(new AccessRights(access).written())));
        });
        instances(Codecs.DEVICE).put(0, new TreeMap<>());
        instances(Codecs.FIRMWARE).put(0, new TreeMap<>());
    }

    private static void put(SortedMap<Integer, LwM2mResource> resources, LwM2mResource resource) {
        resources.put(resource.getId(), resource);
    }

    private SortedMap<Integer, SortedMap<Integer, LwM2mResource>> instances(int object) {
        return objects.computeIfAbsent(object, o -> new TreeMap<>());
    }

    private static SortedMap<Integer, LwM2mResource> security(ServerAccount account) {
        SortedMap<Integer, LwM2mResource> resources = new TreeMap<>();
        put(resources, LwM2mSingleResource.newStringResource(0, account.uri().toString()));
        put(resources, LwM2mSingleResource.newBooleanResource(1, false));
        put(resources, LwM2mSingleResource.newIntegerResource(2, 2));
        put(
                resources,
                LwM2mSingleResource.newBinaryResource(
                        3, CredentialFiles.pem(account.credential().chain()).getBytes(StandardCharsets.US_ASCII)));
        put(resources, LwM2mSingleResource.newBinaryResource(4, account.serverPublicKey()));
        put(
                resources,
                LwM2mSingleResource.newBinaryResource(5, account.credential().privateKeyPkcs8()));
        put(
                resources,
                LwM2mSingleResource.newIntegerResource(10, account.server().shortServerId()));
        put(
                resources,
                LwM2mSingleResource.newUnsignedIntegerResource(
                        13, ULong.valueOf(account.matching().number())));
        account.serverName().ifPresent(name -> put(resources, LwM2mSingleResource.newStringResource(14, name)));
        put(
                resources,
                LwM2mSingleResource.newUnsignedIntegerResource(
                        15, ULong.valueOf(account.usage().number())));
        if (!account.suites().isEmpty()) {
            Map<Integer, ULong> suites = new TreeMap<>();
            account.suites().forEach(suite -> suites.put(suites.size(), ULong.valueOf(suite)));
            put(resources, LwM2mMultipleResource.newUnsignedIntegerResource(16, suites));
        }
        return resources;
    }

    private static SortedMap<Integer, LwM2mResource> server(ServerObject server) {
        SortedMap<Integer, LwM2mResource> resources = new TreeMap<>();
        put(resources, LwM2mSingleResource.newIntegerResource(0, server.shortServerId()));
        put(resources, LwM2mSingleResource.newIntegerResource(1, server.lifetime()));
        server.defaultMinimumPeriod().ifPresent(s -> put(resources, LwM2mSingleResource.newIntegerResource(2, s)));
        server.defaultMaximumPeriod().ifPresent(s -> put(resources, LwM2mSingleResource.newIntegerResource(3, s)));
        server.disableTimeout().ifPresent(s -> put(resources, LwM2mSingleResource.newIntegerResource(5, s)));
        put(resources, LwM2mSingleResource.newBooleanResource(6, server.missed() == MissedNotifications.STORED));
        put(resources, LwM2mSingleResource.newStringResource(7, server.binding()));
        return resources;
    }

    /** Bootstrap-Write (OMA LwM2M Core 6.1.7.3). Replaces the instance named, or sets one resource. */
    Answer write(LwM2mPath path, int format, byte[] body) {
        if (path.isRoot() || path.isResourceInstance()) {
            return Answer.refused(
                    ResponseCode.BAD_REQUEST, "write to an object, an instance or a resource, not to " + path);
        }
        if (Codecs.object(path.getObjectId()).isEmpty()) {
            return Answer.refused(ResponseCode.NOT_FOUND, "this device has no object " + path.getObjectId());
        }
        if (!Codecs.reads(format)) {
            return Answer.refused(
                    ResponseCode.UNSUPPORTED_CONTENT_FORMAT, "content format " + format + " cannot be read here");
        }
        try {
            if (path.isObject()) {
                LwM2mObject object = Codecs.decode(body, format, path, LwM2mObject.class);
                if (object.getInstances().containsKey(LwM2mObjectInstance.UNDEFINED)) {
                    return Answer.refused(ResponseCode.BAD_REQUEST, "the body for " + path + " names no instance");
                }
                object.getInstances().values().forEach(instance -> replace(path.getObjectId(), instance));
            } else if (path.isObjectInstance()) {
                replace(path.getObjectId(), Codecs.decode(body, format, path, LwM2mObjectInstance.class));
            } else {
                LwM2mResource resource = Codecs.decode(body, format, path, LwM2mResource.class);
                put(
                        instances(path.getObjectId()).computeIfAbsent(path.getObjectInstanceId(), i -> new TreeMap<>()),
                        resource);
            }
            return Answer.of(ResponseCode.CHANGED);
        } catch (CodecException e) {
            return Answer.refused(
                    ResponseCode.BAD_REQUEST, "the body for " + path + " cannot be read: " + e.getMessage());
        }
    }

    private void replace(int object, LwM2mObjectInstance instance) {
        SortedMap<Integer, LwM2mResource> resources = new TreeMap<>();
        instance.getResources().values().forEach(resource -> put(resources, resource));
        instances(object).put(instance.getId(), resources);
    }

    /** Bootstrap-Delete (OMA LwM2M Core 6.1.7.4): the bootstrap account and the Device object outlast a delete of all. */
    Answer delete(LwM2mPath path) {
        if (path.isRoot()) {
            objects.keySet().removeIf(object -> object != Codecs.SECURITY && object != Codecs.DEVICE);
            instances(Codecs.SECURITY).keySet().removeIf(instance -> instance != BOOTSTRAP_INSTANCE);
            return Answer.of(ResponseCode.DELETED);
        }
        if (path.isResource() || path.isResourceInstance()) {
            return Answer.refused(ResponseCode.BAD_REQUEST, "delete an object or an instance, not " + path);
        }
        int object = path.getObjectId();
        if (object == Codecs.DEVICE) {
            return Answer.refused(ResponseCode.BAD_REQUEST, "the Device object cannot be deleted");
        }
        if (path.isObject()) {
            if (object == Codecs.SECURITY) {
                instances(object).keySet().removeIf(instance -> instance != BOOTSTRAP_INSTANCE);
            } else {
                objects.remove(object);
            }
        } else if (object == Codecs.SECURITY && path.getObjectInstanceId() == BOOTSTRAP_INSTANCE) {
            return Answer.refused(
                    ResponseCode.BAD_REQUEST, path + " is the account of the bootstrap server and cannot be deleted");
        } else {
            instances(object).remove(path.getObjectInstanceId());
        }
        return Answer.of(ResponseCode.DELETED);
    }

    /** Bootstrap-Discover (OMA LwM2M Core 6.1.7.2). */
    Answer discover(LwM2mPath path) {
        if (!path.isRoot() && !path.isObject()) {
            return Answer.refused(ResponseCode.BAD_REQUEST, "discover all or an object, not " + path);
        }
        if (path.isObject() && !objects.containsKey(path.getObjectId())) {
            return Answer.refused(ResponseCode.NOT_FOUND, "there is no object " + path.getObjectId());
        }
        StringBuilder links = new StringBuilder("</>;lwm2m=1.1");
        objects.forEach((object, instances) -> {
            if (path.isRoot() || object.equals(path.getObjectId())) {
                instances.forEach((instance, resources) -> {
                    links.append(",</")
                            .append(object)
                            .append('/')
                            .append(instance)
                            .append('>');
                    boolean server = object == Codecs.SERVER;
                    if (server || object == Codecs.SECURITY && instance != BOOTSTRAP_INSTANCE) {
                        Delivery.Reading.optionalNumber(resources, server ? 0 : 10)
                                .ifPresent(id -> links.append(";ssid=").append(id));
                    }
                    if (object == Codecs.SECURITY) {
                        Delivery.Reading.value(resources, 0)
                                .ifPresent(uri ->
                                        links.append(";uri=\"").append(uri).append('"'));
                    }
                });
            }
        });
        return Answer.content(links.toString().getBytes(StandardCharsets.UTF_8), LINK_FORMAT);
    }

    /** Bootstrap-Read (OMA LwM2M Core 6.1.7.5): objects 1 and 2 only. */
    Answer read(LwM2mPath path, OptionalInt accept) {
        if (path.isRoot() || path.getObjectId() != Codecs.SERVER && path.getObjectId() != Codecs.ACCESS_CONTROL) {
            return Answer.refused(
                    ResponseCode.UNAUTHORIZED, "a bootstrap server may read objects 1 and 2, not " + path);
        }
        SortedMap<Integer, SortedMap<Integer, LwM2mResource>> instances =
                objects.getOrDefault(path.getObjectId(), new TreeMap<>());
        int format = accept.orElse(11542);
        LwM2mNode node;
        if (path.isObject()) {
            node = new LwM2mObject(
                    path.getObjectId(),
                    instances.entrySet().stream()
                            .map(entry -> new LwM2mObjectInstance(
                                    entry.getKey(), entry.getValue().values()))
                            .toList());
        } else if (path.isObjectInstance() && instances.containsKey(path.getObjectInstanceId())) {
            node = new LwM2mObjectInstance(
                    path.getObjectInstanceId(),
                    instances
                            .getOrDefault(path.getObjectInstanceId(), new TreeMap<>())
                            .values());
        } else {
            return Answer.refused(ResponseCode.NOT_FOUND, "there is no " + path);
        }
        if (!Codecs.writes(format)) {
            return Answer.refused(ResponseCode.NOT_ACCEPTABLE, "content format " + format + " cannot be written here");
        }
        try {
            return Answer.content(Codecs.encode(node, format, path), format);
        } catch (CodecException e) {
            return Answer.refused(ResponseCode.NOT_ACCEPTABLE, String.valueOf(e.getMessage()));
        }
    }

    /** What all this would make of the device. */
    Delivery judge(Instant now) {
        SortedMap<Integer, SortedMap<Integer, LwM2mResource>> securities = instances(Codecs.SECURITY);
        Optional<Delivery> lost = bootstrapAccountLost(securities);
        if (lost.isPresent()) {
            return lost.get();
        }
        SortedMap<Integer, SortedMap<Integer, LwM2mResource>> accounts = new TreeMap<>(securities);
        accounts.remove(BOOTSTRAP_INSTANCE);
        for (Map.Entry<Integer, SortedMap<Integer, LwM2mResource>> entry : accounts.entrySet()) {
            if (isBootstrap(entry.getValue())) {
                return new Delivery.Unusable(
                        "several-bootstrap-accounts",
                        "/0/" + entry.getKey() + " is a second account of a bootstrap server; a device has one");
            }
        }
        if (accounts.isEmpty()) {
            return new Delivery.Unusable(
                    "no-security-instance", "no account of an LwM2M server was written to object 0");
        }
        List<Delivery> judged = new ArrayList<>();
        accounts.forEach((instance, security) ->
                judged.add(Delivery.judge(bundle, instance, security, instances(Codecs.SERVER), now)));
        return Delivery.together(judged, instances(Codecs.ACCESS_CONTROL));
    }

    private Optional<Delivery> bootstrapAccountLost(SortedMap<Integer, SortedMap<Integer, LwM2mResource>> securities) {
        SortedMap<Integer, LwM2mResource> bootstrap = securities.getOrDefault(BOOTSTRAP_INSTANCE, new TreeMap<>());
        if (!isBootstrap(bootstrap)) {
            return Optional.of(new Delivery.Unusable(
                    "bootstrap-account-lost",
                    "/0/" + BOOTSTRAP_INSTANCE + ", the account of the bootstrap server, was overwritten with another; "
                            + "write the LwM2M server's account to another instance"));
        }
        if (Delivery.Reading.value(bootstrap, 3).isPresent()
                || Delivery.Reading.value(bootstrap, 5).isPresent()) {
            return Optional.of(new Delivery.Unusable(
                    "bootstrap-account-changed",
                    "/0/" + BOOTSTRAP_INSTANCE + " was written with new bootstrap credentials; "
                            + "this device keeps the ones from its factory"));
        }
        return Optional.empty();
    }

    private static boolean isBootstrap(SortedMap<Integer, LwM2mResource> security) {
        return Delivery.Reading.value(security, 1).filter(Boolean.TRUE::equals).isPresent();
    }
}
