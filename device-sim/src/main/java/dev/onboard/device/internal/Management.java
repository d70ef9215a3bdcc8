package dev.onboard.device.internal;

import dev.onboard.device.AccessControl;
import dev.onboard.device.internal.ManagedObject.Execution;
import dev.onboard.device.internal.ManagedObject.Writing;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObject;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.codec.CodecException;
import org.jspecify.annotations.Nullable;

/**
 * What the LwM2M server may do on a device (OMA LwM2M Core 6.3 and 6.4): read, write, write attributes, execute, discover,
 * observe. The Security object is out of its reach: 4.01. Thread-safe.
 *
 * <p>Longer than a page because it is the device management interface whole.
 */
final class Management {
    private static final int TEXT = 0;
    private static final int LINK_FORMAT = 40;
    private static final int OPAQUE = 42;
    private static final int TLV = 11542;

    private final Surroundings surroundings;
    private final Told told;
    private final List<ManagedObject> objects;
    private final Rights rights;
    private final NotificationAttributes attributes = new NotificationAttributes();
    private final Observations observations;

    /** Whether the server may do this with this instance ({@link AccessControl#READ} and so on). */
    interface Rights {
        boolean allow(int right, int object, int instance);
    }

    Management(
            Surroundings surroundings,
            Told told,
            Duration timeNotification,
            List<ManagedObject> objects,
            Rights rights) {
        this.rights = rights;
        this.surroundings = surroundings;
        this.told = told;
        this.objects = List.copyOf(objects);
        this.observations = new Observations(surroundings, timeNotification, new Observations.Source() {
            @Override
            public Answer read(LwM2mPath path, int format) {
                synchronized (Management.this) {
                    return Management.this.read(path, OptionalInt.of(format));
                }
            }

            @Override
            public Optional<Duration> period(LwM2mPath path, String name) {
                synchronized (Management.this) {
                    return attributes.period(path, name);
                }
            }
        });
    }

    /** The links of a registration (OMA LwM2M Core 6.2.1). */
    synchronized String links() {
        StringBuilder links = new StringBuilder("</>;rt=\"oma.lwm2m\";ct=\"60 110 112 11542\"");
        for (ManagedObject object : objects) {
            links.append(",</")
                    .append(object.id())
                    .append('/')
                    .append(object.instance())
                    .append('>')
                    .append(object.published());
        }
        return links.toString();
    }

    /** A value changed by itself; its observers are told. */
    void changed(LwM2mPath path) {
        observations.changed(path);
    }

    /** Nobody is notified any more. */
    void close() {
        observations.close();
    }

    /** Answers a request of the LwM2M server. */
    void handle(Exchange exchange) {
        Request request = exchange.getRequest();
        Optional<LwM2mPath> named = Codecs.path(request.getOptions());
        Execution execution = named.isEmpty()
                ? Execution.of(Answer.refused(
                        ResponseCode.NOT_FOUND,
                        "there is no /" + request.getOptions().getUriPathString()))
                : operate(exchange, request, named.get());
        Response response = execution.answer().response();
        response.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onSent(boolean retransmission) {
                if (!retransmission) {
                    surroundings.work(execution.afterwards());
                }
            }
        });
        Answer answer = execution.answer();
        Event.Draft event = told.of(Stage.OPERATION)
                .fact("operation", operation(request))
                .fact("path", named.map(LwM2mPath::toString).orElse("?"))
                .fact("answer", answer.code().text);
        if (!answer.isSuccess()) {
            event.refused(Party.DEVICE, "response-" + answer.code().text).detail(answer.sentence());
        }
        surroundings.journal().record(event);
        exchange.sendResponse(response);
    }

    private static String operation(Request request) {
        OptionSet options = request.getOptions();
        return switch (request.getCode()) {
            case GET ->
                options.getAccept() == LINK_FORMAT
                        ? "discover"
                        : request.isObserve() ? "observe" : request.isObserveCancel() ? "observe-cancel" : "read";
            case PUT -> isWriteAttributes(request) ? "write-attributes" : "write";
            case POST ->
                options.getURIPathCount() == 3 ? "execute" : options.getURIPathCount() == 2 ? "write-update" : "create";
            case DELETE -> "delete";
            default -> request.getCode().name().toLowerCase(Locale.ROOT);
        };
    }

    private static boolean isWriteAttributes(Request request) {
        return request.getPayloadSize() == 0
                && !request.getOptions().hasContentFormat()
                && request.getOptions().getURIQueryCount() > 0;
    }

    private Execution operate(Exchange exchange, Request request, LwM2mPath path) {
        if (path.isRoot()) {
            return Execution.of(
                    Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "name an object: nothing can be done with all"));
        }
        if (path.getObjectId() == Codecs.SECURITY) {
            return Execution.of(
                    Answer.refused(ResponseCode.UNAUTHORIZED, "the Security object is for the bootstrap server alone"));
        }
        synchronized (this) {
            Optional<ManagedObject> object = object(path);
            if (object.isEmpty()) {
                return Execution.of(notFound(path));
            }
            if (!rights.allow(
                    right(request, path), path.getObjectId(), object.get().instance())) {
                return Execution.of(Answer.refused(
                        ResponseCode.UNAUTHORIZED,
                        "the Access Control object gives this server no right to do that with " + path));
            }
            return switch (request.getCode()) {
                case GET -> Execution.of(get(exchange, request, path, object.get()));
                case PUT -> Execution.of(put(request, path, object.get()));
                case POST -> post(request, path, object.get());
                default ->
                    Execution.of(Answer.refused(
                            ResponseCode.METHOD_NOT_ALLOWED, request.getCode() + " cannot be done with " + path));
            };
        }
    }

    private static int right(Request request, LwM2mPath path) {
        return switch (request.getCode()) {
            case GET -> AccessControl.READ;
            case PUT -> isWriteAttributes(request) ? AccessControl.READ : AccessControl.WRITE;
            case POST ->
                path.isObject()
                        ? AccessControl.CREATE
                        : path.isResource() ? AccessControl.EXECUTE : AccessControl.WRITE;
            default -> AccessControl.DELETE;
        };
    }

    private Optional<ManagedObject> object(LwM2mPath path) {
        for (ManagedObject object : objects) {
            if (object.id() == path.getObjectId()
                    && (path.isObject() || path.getObjectInstanceId() == object.instance())) {
                return Optional.of(object);
            }
        }
        return Optional.empty();
    }

    private static Answer notFound(LwM2mPath path) {
        return Answer.refused(ResponseCode.NOT_FOUND, "this device has no " + path);
    }

    private Answer get(Exchange exchange, Request request, LwM2mPath path, ManagedObject object) {
        OptionSet options = request.getOptions();
        if (options.getAccept() == LINK_FORMAT) {
            return discover(path, object);
        }
        OptionalInt accept = options.hasAccept() ? OptionalInt.of(options.getAccept()) : OptionalInt.empty();
        Answer answer = read(path, accept);
        if (request.isObserve() && answer.isSuccess()) {
            observations.add(exchange, path, answer.format());
        } else if (request.isObserveCancel()) {
            observations.cancel(exchange);
        }
        return answer;
    }

    private Answer read(LwM2mPath path, OptionalInt accept) {
        Optional<ManagedObject> object = object(path);
        if (object.isEmpty()) {
            return notFound(path);
        }
        ManagedObject source = object.get();
        int format = accept.orElse(TLV);
        LwM2mNode node;
        if (path.isObject()) {
            node = new LwM2mObject(
                    path.getObjectId(),
                    objects.stream()
                            .filter(each -> each.id() == path.getObjectId())
                            .map(Management::instance)
                            .toList());
        } else if (path.isObjectInstance()) {
            node = instance(source);
        } else {
            Optional<Answer> wrong = notReadable(source, path);
            if (wrong.isPresent()) {
                return wrong.get();
            }
            Optional<LwM2mResource> resource = source.read(path.getResourceId());
            if (resource.isEmpty()) {
                return notFound(path);
            }
            node = resource.get();
            if (path.isResourceInstance()) {
                @Nullable LwM2mNode one = resource.get().isMultiInstances()
                        ? resource.get().getInstances().get(path.getResourceInstanceId())
                        : null;
                if (one == null) {
                    return notFound(path);
                }
                node = one;
            }
            if (accept.isEmpty()
                    && (path.isResourceInstance() || !resource.get().isMultiInstances())) {
                format = resource.get().getType() == Type.OPAQUE ? OPAQUE : TEXT;
            }
        }
        if (!Codecs.writes(format)) {
            return Answer.refused(ResponseCode.NOT_ACCEPTABLE, "content format " + format + " cannot be written here");
        }
        try {
            return Answer.content(Codecs.encode(node, format, path), format);
        } catch (CodecException e) {
            return Answer.refused(ResponseCode.NOT_ACCEPTABLE, path + " cannot be said in content format " + format);
        }
    }

    private static Optional<Answer> notReadable(ManagedObject object, LwM2mPath path) {
        Optional<ResourceModel> model = Codecs.resource(path.getObjectId(), path.getResourceId());
        if (model.isEmpty() || !object.resources().contains(path.getResourceId())) {
            return Optional.of(notFound(path));
        }
        return model.get().operations.isReadable()
                ? Optional.empty()
                : Optional.of(Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, path + " cannot be read"));
    }

    private static LwM2mObjectInstance instance(ManagedObject object) {
        List<LwM2mResource> resources = new ArrayList<>();
        for (int id : object.resources()) {
            object.read(id).ifPresent(resources::add);
        }
        return new LwM2mObjectInstance(object.instance(), resources);
    }

    private Answer discover(LwM2mPath path, ManagedObject object) {
        if (path.isResourceInstance()
                || path.isResource() && !object.resources().contains(path.getResourceId())) {
            return notFound(path);
        }
        List<String> links = new ArrayList<>();
        if (path.isObject()) {
            links.add(link(path, ""));
        }
        for (ManagedObject each : path.isObject() ? objects : List.of(object)) {
            if (each.id() == object.id()) {
                discover(path, each, links);
            }
        }
        return Answer.content(String.join(",", links).getBytes(StandardCharsets.UTF_8), LINK_FORMAT);
    }

    private void discover(LwM2mPath path, ManagedObject object, List<String> links) {
        LwM2mPath instance = new LwM2mPath(object.id(), object.instance());
        if (!path.isResource()) {
            links.add(link(instance, ""));
        }
        for (int id : object.resources()) {
            if (!path.isResource() || path.getResourceId() == id) {
                String dimension = object.read(id)
                        .filter(LwM2mResource::isMultiInstances)
                        .map(multiple -> ";dim=" + multiple.getInstances().size())
                        .orElse("");
                links.add(link(instance.append(id), dimension));
            }
        }
    }

    private String link(LwM2mPath path, String more) {
        return "<" + path + ">" + more + attributes.links(path);
    }

    private Answer put(Request request, LwM2mPath path, ManagedObject object) {
        if (isWriteAttributes(request)) {
            Optional<String> wrong = attributes.write(path, request.getOptions().getUriQuery());
            if (wrong.isPresent()) {
                return Answer.refused(ResponseCode.BAD_REQUEST, wrong.get());
            }
            observations.rhythmChanged();
            return Answer.of(ResponseCode.CHANGED);
        }
        if (path.isObject() || path.isResourceInstance()) {
            return Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, path + " cannot be written");
        }
        return write(request, path, object, path.isObjectInstance() ? Writing.REPLACE : Writing.UPDATE);
    }

    private Answer write(Request request, LwM2mPath path, ManagedObject object, Writing writing) {
        int format = request.getOptions().getContentFormat();
        if (format < 0) {
            format = path.isResource() ? TEXT : TLV;
        }
        if (path.isResource()) {
            Optional<Answer> wrong = notWritable(path);
            if (wrong.isPresent()) {
                return wrong.get();
            }
        }
        if (!Codecs.reads(format)) {
            return Answer.refused(
                    ResponseCode.UNSUPPORTED_CONTENT_FORMAT, "content format " + format + " cannot be read here");
        }
        byte[] body = request.getPayloadSize() == 0 ? new byte[0] : request.getPayload();
        Collection<LwM2mResource> values;
        try {
            values = path.isResource()
                    ? List.of(Codecs.decode(body, format, path, LwM2mResource.class))
                    : Codecs.decode(body, format, path, LwM2mObjectInstance.class)
                            .getResources()
                            .values();
        } catch (CodecException e) {
            return Answer.refused(
                    ResponseCode.BAD_REQUEST, "the body for " + path + " cannot be read: " + e.getMessage());
        }
        for (LwM2mResource value : values) {
            LwM2mPath target = new LwM2mPath(object.id(), object.instance(), value.getId());
            Optional<Answer> wrong = notWritable(target);
            if (wrong.isPresent()) {
                return wrong.get();
            }
            if (value.isMultiInstances()) {
                return Answer.refused(ResponseCode.BAD_REQUEST, target + " has one value, not several");
            }
        }
        Answer answer = object.write(values, writing);
        if (answer.isSuccess()) {
            observations.changed(path);
        }
        return answer;
    }

    private static Optional<Answer> notWritable(LwM2mPath path) {
        Optional<ResourceModel> model = Codecs.resource(path.getObjectId(), path.getResourceId());
        if (model.isEmpty()) {
            return Optional.of(notFound(path));
        }
        return model.get().operations.isWritable()
                ? Optional.empty()
                : Optional.of(Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, path + " cannot be written"));
    }

    private Execution post(Request request, LwM2mPath path, ManagedObject object) {
        if (path.isObjectInstance()) {
            return Execution.of(write(request, path, object, Writing.UPDATE));
        }
        if (!path.isResource()) {
            return Execution.of(Answer.refused(
                    ResponseCode.METHOD_NOT_ALLOWED,
                    "no further instance of object " + path.getObjectId() + " can be made"));
        }
        Optional<ResourceModel> model = Codecs.resource(path.getObjectId(), path.getResourceId());
        if (model.isEmpty() || !object.resources().contains(path.getResourceId())) {
            return Execution.of(notFound(path));
        }
        if (request.getCode() != Code.POST || !model.get().operations.isExecutable()) {
            return Execution.of(Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, path + " cannot be executed"));
        }
        return object.execute(path.getResourceId(), request.getPayloadSize() == 0 ? new byte[0] : request.getPayload());
    }
}
