package dev.onboard.http.connect;

import dev.onboard.account.Account;
import dev.onboard.account.ApiKeys;
import dev.onboard.account.Device;
import dev.onboard.http.connect.ConnectedDevices.Connection;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import io.javalin.websocket.WsConfig;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The Connect API. Thread-safe; holds no thread of its own. */
public final class Connect implements AutoCloseable {
    /** The request attribute with the id of the API key that the gate found. */
    public static final String KEY_ATTRIBUTE = "onboard.api-key-id";
    /** The id of the key that the testbed made at its first start. */
    public static final String FIRST_KEY = "first";
    /** Where a WebSocket is opened. */
    public static final String SOCKET_PATH = "/v2/notification/websocket-connect";
    /** The name before an API key among a WebSocket's sub-protocols. */
    public static final String SOCKET_KEY = "pelion_";

    private final Account account;
    private final ConnectedDevices devices;
    private final Channels channels;
    private final Subscriptions subscriptions;
    private final EndpointDocuments endpoints;
    private final SubscriptionDocuments subscribing;
    private final NotificationDocuments notifications;
    private final SocketDocuments sockets;
    private final Journal.Subscription registrations;

    /**
     * Starts to follow registrations.
     *
     * @param timer ends polls that found nothing
     * @param workers for what must not be done on the journal's thread
     */
    public Connect(
            Account account,
            Journal journal,
            InstantSource clock,
            ConnectedDevices devices,
            ScheduledExecutorService timer,
            Executor workers) {
        this.account = account;
        this.devices = devices;
        this.channels = new Channels(clock, timer);
        this.subscriptions = new Subscriptions(devices, channels);
        Caller caller = new Caller(account, devices);
        this.endpoints = new EndpointDocuments(caller, new Requests(devices, channels, new ValueCache(clock)));
        this.subscribing = new SubscriptionDocuments(caller, subscriptions, channels);
        this.notifications = new NotificationDocuments(channels, subscriptions);
        this.sockets = new SocketDocuments(channels);
        InOrder<Event> inOrder = new InOrder<>(workers, this::registrationChanged);
        this.registrations = journal.subscribe(event -> {
            if (isRegistration(event)) {
                inOrder.accept(event);
            }
        });
    }

    private boolean isRegistration(Event event) {
        return event.party() == Party.LWM2M_SERVER
                && event.outcome() != Outcome.REFUSED
                && (event.stage() == Stage.REGISTERED
                        || event.stage() == Stage.UPDATED
                        || event.stage() == Stage.DEREGISTERED);
    }

    private void registrationChanged(Event event) {
        String endpoint = event.endpoint().orElse("");
        Optional<Connection> connection = devices.connection(endpoint);
        subscriptions.registrationIs(endpoint, connection.map(Connection::registration));
        if (!channels.isAnybodyThere() && !subscriptions.hasRules()) {
            return;
        }
        Optional<Device> known = account.devices().byEndpoint(endpoint);
        if (known.isEmpty()) {
            return;
        }
        Device device = known.get();
        if (event.stage() == Stage.DEREGISTERED) {
            channels.putAll(Notice.ended(
                    event.outcome() == Outcome.OK ? "de-registrations" : "registrations-expired", device.id()));
        } else if (connection.isPresent()) {
            channels.putAll(Notice.registration(
                    event.stage() == Stage.REGISTERED ? "registrations" : "reg-updates",
                    device.id(),
                    endpoint,
                    device.labels().endpointType(),
                    connection.get()));
            subscriptions.apply(device, connection.get());
        }
    }

    /** Called now and then. */
    public void beat() {
        Set<String> keys =
                account.apiKeys().list().stream().map(ApiKeys.Entry::id).collect(Collectors.toSet());
        channels.beat(key -> key.equals(FIRST_KEY) || keys.contains(key), subscriptions::forget);
    }

    /** What registered devices have, and requests to them. */
    public EndpointDocuments endpoints() {
        return endpoints;
    }

    /** Who is told which values. */
    public SubscriptionDocuments subscriptions() {
        return subscribing;
    }

    /** How answers and notifications are fetched. */
    public NotificationDocuments notifications() {
        return notifications;
    }

    /** What is done with sockets at {@link #SOCKET_PATH}. */
    public Consumer<WsConfig> socket() {
        return sockets::configure;
    }

    /** Ends all channels. */
    @Override
    public void close() {
        registrations.close();
        channels.close();
    }
}
