package dev.onboard.testbed;

import dev.onboard.factory.DeviceMode;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One device's way from its first handshake to its registration, as its own events tell it. Not thread-safe: fed by one
 * reader of the journal.
 */
public final class OnboardingTimes {
    private final String endpoint;
    private final DeviceMode mode;
    private final Map<String, Duration> steps = new LinkedHashMap<>();
    private @Nullable Instant start;
    private @Nullable Instant bootstrapConnected;
    private @Nullable Instant lwm2mConnected;
    private @Nullable Instant registered;
    private @Nullable Event lastProblem;
    private String serial = "";
    private String issuer = "";
    private String factoryIssuer = "";

    /** Of a device that has not begun. */
    public OnboardingTimes(String endpoint, DeviceMode mode) {
        this.endpoint = endpoint;
        this.mode = mode;
    }

    /** The next event about this device. */
    public void see(Event event) {
        if (event.party() == Party.BOOTSTRAP_SERVER || event.party() == Party.LWM2M_SERVER) {
            seeServer(event);
            return;
        }
        if (event.party() != Party.DEVICE) {
            return;
        }
        if (event.outcome() != Outcome.OK) {
            lastProblem = event;
            return;
        }
        Duration took = event.duration().orElse(Duration.ZERO);
        switch (event.stage()) {
            case BOOTSTRAP_HANDSHAKE -> {
                start = event.time().minus(took);
                bootstrapConnected = event.time();
                steps.put("bootstrap-handshake", took);
            }
            case FINISHED -> {
                if (bootstrapConnected != null) {
                    steps.put("bootstrap", Duration.between(bootstrapConnected, event.time()));
                }
            }
            case LWM2M_HANDSHAKE -> {
                if (start == null) {
                    start = event.time().minus(took);
                }
                lwm2mConnected = event.time();
                steps.put("lwm2m-handshake", took);
            }
            case REGISTERED -> {
                // the event's own duration has the wait for a turn and the handshake in it
                if (lwm2mConnected != null) {
                    steps.put("register", Duration.between(lwm2mConnected, event.time()));
                }
                registered = event.time();
                lastProblem = null;
            }
            default -> {
                // no step of its own
            }
        }
    }

    private void seeServer(Event event) {
        if (event.outcome() != Outcome.OK) {
            // the server's own event has the reason; the device often knows only an alert
            lastProblem = event;
            return;
        }
        switch (event.stage()) {
            case ADMISSION -> factoryIssuer = event.facts().getOrDefault("factory_issuer", factoryIssuer);
            case REGISTERED -> {
                serial = event.facts().getOrDefault("serial", serial);
                issuer = event.facts().getOrDefault("issuer", issuer);
                if (mode == DeviceMode.LWM2M) {
                    factoryIssuer = issuer;
                }
            }
            default -> {
                // told by the device
            }
        }
    }

    /** The endpoint name. */
    public String endpoint() {
        return endpoint;
    }

    /** How it came to its registration, or was to. */
    public DeviceMode mode() {
        return mode;
    }

    /** Whether it got to its registration. */
    public boolean isRegistered() {
        return registered != null;
    }

    /** From the first message of its first handshake to its registration; empty while it is not registered. */
    public Optional<Duration> latency() {
        return start == null || registered == null
                ? Optional.empty()
                : Optional.of(Duration.between(start, registered));
    }

    /** Steps by name, in their order. */
    public Map<String, Duration> steps() {
        return steps;
    }

    /** What went wrong last, when it is not registered. */
    public Optional<Event> problem() {
        return Optional.ofNullable(lastProblem);
    }

    /** The issuer of the certificate that its factory gave it, as a server told it. */
    public String factoryIssuer() {
        return factoryIssuer;
    }

    /** The serial number of the LwM2M certificate it registered with, hexadecimal. */
    public String serial() {
        return serial;
    }

    /** The issuer of that certificate. */
    public String issuer() {
        return issuer;
    }
}
