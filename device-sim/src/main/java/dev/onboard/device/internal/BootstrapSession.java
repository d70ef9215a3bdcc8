package dev.onboard.device.internal;

import dev.onboard.device.DeviceOptions;
import dev.onboard.device.EnrolmentDialect;
import dev.onboard.device.Failure;
import dev.onboard.device.Failure.Outlook;
import dev.onboard.device.ServerAccount;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.SubjectName;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.OptionSet;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to bootstrap: handshake with the factory certificate, {@code POST /bs}, the server's writes, Bootstrap-Finish.
 * What was written is staged and becomes the device's own at Finish, in the store, before Finish is answered. Thread-safe.
 */
public final class BootstrapSession {
    private static final int LINK_FORMAT = 40;
    /** After Finish was answered, how long the server may still ask again because the answer was lost. */
    private static final Duration LINGER = Duration.ofSeconds(10);

    private final Surroundings surroundings;
    private final DeviceBundle bundle;
    private final DeviceOptions options;
    private final Keeping keeping;
    private final Told told;
    private final Outcome outcome;
    private final Staging staging;
    /** By which the account knows the device; forgotten with the LwM2M credentials. */
    private final Optional<String> deviceId;

    private final long startNanos = System.nanoTime();
    private Surroundings.Timer patience = Surroundings.Timer.NONE;
    private @Nullable Link link;
    private Phase phase = Phase.UNDER_WAY;

    private enum Phase {
        UNDER_WAY,
        FINISHING,
        OVER
    }

    /** Where the device keeps what was delivered. */
    @FunctionalInterface
    public interface Keeping {
        /** Puts this account into the place of the one there was. When this returns, no power cut undoes it. */
        void keep(ServerAccount account) throws IOException;
    }

    /** What came of the attempt; one of them is called, once, unless the session was closed. */
    public interface Outcome {
        /** The account is in the store and Finish was answered. */
        void delivered(ServerAccount account);

        /** Nothing changed on the device. */
        void failed(Failure failure);
    }

    /**
     * @param keeping blocks
     * @param present the account the device has already; it stays until a new one is complete
     */
    public BootstrapSession(
            Surroundings surroundings,
            DeviceBundle bundle,
            DeviceOptions options,
            Keeping keeping,
            Optional<ServerAccount> present,
            Outcome outcome) {
        this.surroundings = surroundings;
        this.bundle = bundle;
        this.options = options;
        this.keeping = keeping;
        this.told = new Told(bundle.endpoint().value());
        this.outcome = outcome;
        this.staging = new Staging(bundle, present);
        this.deviceId = present.flatMap(
                account -> SubjectName.localities(account.credential().certificate()).stream()
                        .findFirst());
    }

    /** Begins; blocks while the host is looked up. */
    public void start() {
        String host = bundle.serverUri().getHost();
        Link opened;
        try {
            opened = Link.open(
                    surroundings,
                    new Link.Target(
                            bundle.endpoint().value(),
                            Party.BOOTSTRAP_SERVER,
                            Stage.BOOTSTRAP_HANDSHAKE,
                            bundle.serverUri(),
                            host,
                            bundle.sentCredential(),
                            surroundings.policies().bootstrapServer(bundle.serverCa(), host, options.rules()),
                            options.clock(),
                            List.of()),
                    this::handle);
        } catch (IOException e) {
            Failure failure = Failure.of(
                    Stage.BOOTSTRAP_HANDSHAKE, "unreachable", String.valueOf(e.getMessage()), Outlook.MAY_PASS);
            surroundings.journal().record(told.of(failure));
            fail(failure);
            return;
        }
        synchronized (this) {
            if (phase == Phase.OVER) {
                opened.close();
                return;
            }
            link = opened;
        }
        opened.sendOverAgain(this::request, Stage.ADMISSION, options.patience(), this::sessionLost, new Link.Reply() {
            @Override
            public void answered(Response response) {
                if (response.isSuccess()) {
                    surroundings.journal().record(told.of(Stage.ADMISSION).took(elapsed()));
                    expectMore();
                } else {
                    Failure refusal = opened.refusal(Stage.ADMISSION, "POST /bs", response);
                    surroundings.journal().record(told.of(refusal).took(elapsed()));
                    fail(refusal);
                }
            }

            @Override
            public void failed(Failure failure) {
                if (!opened.isRecorded(failure)) {
                    surroundings.journal().record(told.of(failure).took(elapsed()));
                }
                fail(failure);
            }
        });
    }

    private Request request() {
        Request request = Request.newPost();
        request.getOptions()
                .addUriPath("bs")
                .addUriQuery("ep=" + bundle.endpoint().value());
        if (bundle.mode() == DeviceMode.DEVELOPER) {
            deviceId.ifPresent(id -> request.getOptions().addUriQuery("iep=" + id));
        }
        options.format().code().ifPresent(code -> request.getOptions().addUriQuery("pct=" + code));
        return request;
    }

    private void sessionLost(Failure failure) {
        surroundings.journal().record(told.of(failure));
    }

    /** Gives the attempt up; nobody is told. */
    public void close() {
        @Nullable Link open = end();
        if (open != null) {
            open.close();
        }
    }

    private synchronized @Nullable Link end() {
        phase = Phase.OVER;
        patience.cancel();
        Link open = link;
        link = null;
        return open;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private void fail(Failure failure) {
        synchronized (this) {
            if (phase == Phase.OVER) {
                return;
            }
        }
        endAfterLastAnswer();
        // not on this thread: it may hold this session's lock
        surroundings.work(() -> outcome.failed(failure));
    }

    private void endAfterLastAnswer() {
        @Nullable Link open = end();
        if (open != null) {
            open.lastWasAnswered();
            surroundings.after(LINGER, () -> open.leave(() -> {}));
        }
    }

    private synchronized void expectMore() {
        if (phase == Phase.UNDER_WAY) {
            patience.cancel();
            patience = surroundings.after(options.patience(), () -> {
                Failure silence = Failure.of(
                        Stage.FINISHED,
                        "timeout",
                        "the bootstrap server neither wrote nor finished for "
                                + options.patience().toMillis() + " ms; what it had written is forgotten",
                        Outlook.MAY_PASS);
                synchronized (this) {
                    if (phase != Phase.UNDER_WAY) {
                        return;
                    }
                }
                surroundings.journal().record(told.of(silence));
                fail(silence);
            });
        }
    }

    private synchronized void handle(Exchange exchange) {
        Request request = exchange.getRequest();
        List<String> segments = request.getOptions().getUriPath();
        boolean finish = request.getCode() == Code.POST && segments.equals(List.of("bs"));
        if (phase != Phase.UNDER_WAY) {
            exchange.sendResponse(Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "this bootstrap session is over")
                    .response());
            return;
        }
        if (finish) {
            finish(exchange);
            return;
        }
        Optional<LwM2mPath> path = Codecs.path(request.getOptions());
        Answer answer = path.isEmpty()
                ? Answer.refused(
                        ResponseCode.NOT_FOUND,
                        "there is no /" + request.getOptions().getUriPathString())
                : operate(request, path.get());
        exchange.sendResponse(answer.response());
        Event.Draft event = told.of(Stage.WRITTEN)
                .fact("operation", operation(request))
                .fact("path", path.map(LwM2mPath::toString).orElse("?"))
                .fact("bytes", Integer.toString(request.getPayloadSize()))
                .fact("answer", answer.code().text);
        if (!answer.isSuccess()) {
            event.refused(Party.DEVICE, "response-" + answer.code().text).detail(answer.sentence());
        }
        surroundings.journal().record(event);
        expectMore();
    }

    private Answer operate(Request request, LwM2mPath path) {
        OptionSet options = request.getOptions();
        return switch (request.getCode()) {
            case PUT ->
                staging.write(
                        path,
                        options.getContentFormat() < 0 ? 11542 : options.getContentFormat(),
                        request.getPayloadSize() == 0 ? new byte[0] : request.getPayload());
            case DELETE -> staging.delete(path);
            case GET ->
                options.getAccept() == LINK_FORMAT
                        ? staging.discover(path)
                        : staging.read(
                                path, options.hasAccept() ? OptionalInt.of(options.getAccept()) : OptionalInt.empty());
            default ->
                Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, request.getCode() + " is no operation of bootstrap");
        };
    }

    private static String operation(Request request) {
        return switch (request.getCode()) {
            case PUT -> "write";
            case DELETE -> "delete";
            case GET -> request.getOptions().getAccept() == LINK_FORMAT ? "discover" : "read";
            default -> request.getCode().name();
        };
    }

    private void finish(Exchange exchange) {
        phase = Phase.FINISHING;
        patience.cancel();
        Delivery delivery = staging.judge(options.clock().instant());
        if (delivery instanceof Delivery.Usable usable) {
            surroundings.work(() -> keep(exchange, usable.account()));
        } else if (delivery instanceof Delivery.Enrolling enrolling && link != null) {
            exchange.sendAccept();
            enrol(exchange, enrolling, link);
        } else if (delivery instanceof Delivery.Unusable unusable) {
            refuse(
                    exchange,
                    ResponseCode.NOT_ACCEPTABLE,
                    Failure.refused(
                            Stage.FINISHED, Party.DEVICE, unusable.reason(), unusable.detail(), Outlook.PERMANENT));
        }
    }

    /** The device's own key and a certificate for it, before Finish is answered. */
    private void enrol(Exchange exchange, Delivery.Enrolling enrolling, Link session) {
        Optional<String> id = exchange.getRequest().getOptions().getUriQuery().stream()
                .filter(item -> item.startsWith("iep="))
                .map(item -> item.substring("iep=".length()))
                .findFirst();
        EnrolmentDialect dialect = id.isPresent() ? EnrolmentDialect.PLATFORM : EnrolmentDialect.RFC9148;
        Enrolment.Outcome outcome = new Enrolment.Outcome() {
            @Override
            public void certified(Credential credential) {
                Delivery delivery = enrolling.with(credential);
                if (delivery instanceof Delivery.Usable usable) {
                    surroundings.work(() -> keep(exchange, usable.account().enrolledIn(dialect)));
                } else if (delivery instanceof Delivery.Unusable unusable) {
                    failed(Failure.refused(
                            Stage.ENROLLED, Party.DEVICE, unusable.reason(), unusable.detail(), Outlook.PERMANENT));
                }
            }

            @Override
            public void failed(Failure failure) {
                refuse(exchange, ResponseCode.NOT_ACCEPTABLE, failure);
            }
        };
        surroundings.work(
                () -> new Enrolment(surroundings, session, bundle, options, told, dialect, id, outcome).start());
    }

    private void keep(Exchange exchange, ServerAccount account) {
        synchronized (this) {
            if (phase == Phase.OVER) {
                return;
            }
        }
        try {
            keeping.keep(account);
        } catch (IOException e) {
            refuse(
                    exchange,
                    ResponseCode.INTERNAL_SERVER_ERROR,
                    Failure.of(
                            Stage.FINISHED,
                            "not-stored",
                            "the LwM2M credentials could not be written: " + e,
                            Outlook.MAY_PASS));
            return;
        }
        synchronized (this) {
            if (phase == Phase.OVER) {
                return;
            }
        }
        surroundings
                .journal()
                .record(account.certificate()
                        .addTo(told.of(Stage.FINISHED).took(elapsed()))
                        .fact("server_uri", account.uri().toString())
                        .fact(
                                "certificate_usage",
                                Integer.toString(account.usage().number())));
        exchange.sendResponse(Answer.of(ResponseCode.CHANGED).response());
        endAfterLastAnswer();
        outcome.delivered(account);
    }

    private void refuse(Exchange exchange, ResponseCode code, Failure failure) {
        exchange.sendResponse(
                Answer.refused(code, failure.reason() + ": " + failure.detail()).response());
        surroundings.journal().record(told.of(failure).took(elapsed()));
        fail(failure);
    }
}
