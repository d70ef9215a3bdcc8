package dev.onboard.http;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How long the steps of onboardings take, as the servers' events tell it: what a server did not see is not guessed, so that
 * where the servers are processes of their own each tells its steps. Not thread-safe: fed by one reader of the journal.
 */
final class OnboardingSteps {
    /** Devices that never come to an end are forgotten, the oldest first. */
    private static final int MOST_UNDER_WAY = 100_000;

    private final BiConsumer<Step, Duration> told;
    private final Map<String, Way> underWay = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Way> eldest) {
            return size() > MOST_UNDER_WAY;
        }
    };

    /** A part of an onboarding. */
    enum Step {
        /** The DTLS handshake at the bootstrap server, from the ClientHello with a cookie on. */
        BOOTSTRAP_HANDSHAKE,
        /** {@code POST /bs}: judged and looked up. */
        ADMISSION,
        /** From the admission to the answer to Bootstrap-Finish: the certificate is issued and everything written. */
        DELIVERY,
        /** The DTLS handshake at the LwM2M server. */
        LWM2M_HANDSHAKE,
        /** From the end of that handshake to the registration. */
        REGISTRATION,
        /** From the first message of the first handshake to the registration. */
        ONBOARDING;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** Where a device is. */
    private static final class Way {
        private @Nullable Instant began;
        private @Nullable Instant admitted;
        private @Nullable Instant connected;
    }

    /** @param told of each step that ended well */
    OnboardingSteps(BiConsumer<Step, Duration> told) {
        this.told = told;
    }

    /** How many devices are on their way, as far as is kept. */
    int underWay() {
        return underWay.size();
    }

    void see(Event event) {
        boolean server = event.party() == Party.BOOTSTRAP_SERVER || event.party() == Party.LWM2M_SERVER;
        if (!server || event.outcome() != Outcome.OK) {
            return;
        }
        String endpoint = event.endpoint().orElse("");
        switch (event.stage()) {
            case BOOTSTRAP_HANDSHAKE -> {
                tell(Step.BOOTSTRAP_HANDSHAKE, event);
                Way way = new Way();
                way.began = start(event);
                keep(endpoint, way);
            }
            case ADMISSION -> {
                tell(Step.ADMISSION, event);
                Way way = underWay.computeIfAbsent(endpoint, name -> new Way());
                way.admitted = event.time();
            }
            case FINISHED -> {
                Way way = underWay.get(endpoint);
                if (way != null) {
                    tell(Step.DELIVERY, way.admitted, event.time());
                    way.admitted = null;
                }
            }
            case LWM2M_HANDSHAKE -> {
                tell(Step.LWM2M_HANDSHAKE, event);
                Way way = underWay.getOrDefault(endpoint, new Way());
                if (way.began == null) {
                    way.began = start(event);
                }
                way.connected = event.time();
                keep(endpoint, way);
            }
            case REGISTERED -> {
                Way way = underWay.remove(endpoint);
                if (way != null && way.connected != null) {
                    tell(Step.REGISTRATION, way.connected, event.time());
                    tell(Step.ONBOARDING, way.began, event.time());
                }
            }
            default -> {
                // no step of an onboarding
            }
        }
    }

    private void keep(String endpoint, Way way) {
        if (!endpoint.isEmpty()) {
            underWay.put(endpoint, way);
        }
    }

    private void tell(Step step, Event event) {
        event.duration().ifPresent(took -> told.accept(step, took));
    }

    private void tell(Step step, @Nullable Instant from, Instant to) {
        if (from != null) {
            told.accept(step, Duration.between(from, to));
        }
    }

    private static Instant start(Event event) {
        return event.time().minus(event.duration().orElse(Duration.ZERO));
    }
}
