package dev.onboard.http;

import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.DeviceState;
import dev.onboard.dtls.TurnedAway;
import dev.onboard.explain.Refusals;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import io.javalin.http.Context;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /metrics} in the text format of Prometheus. What is counted comes from the journal, from the start of this process
 * on; what stands is asked where it stands, at each scrape. No label has an endpoint name or anything else that a device
 * chooses. Thread-safe.
 */
final class Metrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
    /** A reason is an id of this program's; should ever more of them come up, the rest is counted together. */
    private static final int MOST_REASONS = 250;

    private static final String OTHER = "other";
    private static final double[] SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final Set<String> reasons = ConcurrentHashMap.newKeySet();
    private final Account account;
    private final Counter events;
    private final Counter handshakes;
    private final Counter refusals;
    private final Histogram steps;
    private final Histogram issuing;
    private final OnboardingSteps onboardings;
    private final Journal.Subscription subscription;

    Metrics(Account account, Journal journal, Vitals vitals, Readiness readiness, IntSupplier http) {
        this.account = account;
        events = Counter.builder()
                .name("onboard_events_total")
                .help("Events of the journal, by step, by who tells it and by how it ended.")
                .labelNames("stage", "party", "outcome")
                .register(registry);
        handshakes = Counter.builder()
                .name("onboard_handshakes_total")
                .help("DTLS handshakes that ended at a server; reason is empty for those that succeeded.")
                .labelNames("server", "result", "reason")
                .register(registry);
        refusals = Counter.builder()
                .name("onboard_refusals_total")
                .help(
                        "Steps that were refused or failed, as the party tells it that knows why; refused_by is nobody when it"
                                + " failed.")
                .labelNames("stage", "refused_by", "reason")
                .register(registry);
        steps = Histogram.builder()
                .name("onboard_step_seconds")
                .help("How long the steps of onboardings took, as the servers tell it.")
                .labelNames("step")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
        issuing = Histogram.builder()
                .name("onboard_issue_seconds")
                .help("How long the certificate issuer took for an LwM2M certificate, by how it ended.")
                .labelNames("outcome")
                .classicOnly()
                .classicUpperBounds(SECONDS)
                .register(registry);
        for (OnboardingSteps.Step step : OnboardingSteps.Step.values()) {
            steps.initLabelValues(step.word());
        }
        for (Outcome outcome : Outcome.values()) {
            issuing.initLabelValues(outcome.word());
        }
        for (Party server : List.of(Party.BOOTSTRAP_SERVER, Party.LWM2M_SERVER)) {
            if (vitals.servers().containsKey(server.word())) {
                handshakes.initLabelValues(server.word(), Outcome.OK.word(), "");
            }
        }
        onboardings = new OnboardingSteps(
                (step, took) -> steps.labelValues(step.word()).observe(seconds(took)));
        standing(vitals, readiness, journal, http);
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        ProcessMetrics.builder().register(registry);
        subscription = journal.subscribe(this::see);
    }

    private void standing(Vitals vitals, Readiness readiness, Journal journal, IntSupplier http) {
        gauge("onboard_devices", "Devices in the account's directory, by state.", "state", this::devices);
        gauge(
                "onboard_dtls_sessions",
                "Open DTLS sessions.",
                "server",
                each -> vitals.servers()
                        .forEach((name, server) -> each.call(server.sessions().getAsInt(), name)));
        gauge(
                "onboard_dtls_connections",
                "Open DTLS sessions, and handshakes whose peer has proved its address (RFC 6347, 4.2.1).",
                "server",
                each -> vitals.servers()
                        .forEach(
                                (name, server) -> each.call(server.connections().getAsInt(), name)));
        CounterWithCallback.builder()
                .name("onboard_client_hellos_dropped_total")
                .help("ClientHellos that got no answer, by why.")
                .labelNames("server", "reason")
                .callback(each -> vitals.servers().forEach((name, server) -> {
                    TurnedAway dropped = server.turnedAway().get();
                    each.call(dropped.forSessions(), name, "too-many-sessions");
                    each.call(dropped.forRefusals(), name, "too-many-refusals");
                }))
                .register(registry);
        gauge("onboard_queue_depth", "How much waits, by where it waits.", "queue", each -> {
            each.call(journal.backlog(), "journal");
            each.call(account.backlog(), "account-writer");
            each.call(http.getAsInt(), "http");
            vitals.queues().forEach((name, queue) -> each.call(queue.getAsInt(), name));
        });
        gauge(
                "onboard_ready",
                "1 while it works, as /readyz says it.",
                "check",
                each -> readiness
                        .checks()
                        .forEach(check -> each.call(check.problem().isEmpty() ? 1 : 0, check.name())));
    }

    private void gauge(
            String name, String help, String label, java.util.function.Consumer<GaugeWithCallback.Callback> callback) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback)
                .register(registry);
    }

    /** Left out while the database does not answer, which {@code onboard_ready} says. */
    private void devices(GaugeWithCallback.Callback each) {
        try {
            Map<DeviceState, Long> counts = account.devices().count();
            for (DeviceState state : DeviceState.values()) {
                each.call(counts.getOrDefault(state, 0L), state.word());
            }
        } catch (AccountException e) {
            LOG.warn("devices cannot be counted: {}", e.getMessage());
        }
    }

    /** On the journal's thread. */
    private void see(Event event) {
        events.labelValues(
                        event.stage().word(),
                        event.party().word(),
                        event.outcome().word())
                .inc();
        onboardings.see(event);
        boolean handshake = event.stage() == Stage.BOOTSTRAP_HANDSHAKE || event.stage() == Stage.LWM2M_HANDSHAKE;
        if (handshake && event.party() != Party.DEVICE) {
            handshakes
                    .labelValues(event.party().word(), event.outcome().word(), reason(event))
                    .inc();
        }
        if (event.stage() == Stage.ISSUED) {
            event.duration()
                    .ifPresent(
                            took -> issuing.labelValues(event.outcome().word()).observe(seconds(took)));
        }
        if (event.outcome() != Outcome.OK && event.stage() != Stage.FALLBACK && !Refusals.isHearsay(event)) {
            refusals.labelValues(
                            event.stage().word(),
                            event.refusedBy().map(Party::word).orElse("nobody"),
                            reason(event))
                    .inc();
        }
    }

    private String reason(Event event) {
        String reason = event.reason().orElse("");
        if (reason.isEmpty() || reasons.contains(reason)) {
            return reason;
        }
        return reasons.size() < MOST_REASONS && reasons.add(reason) ? reason : OTHER;
    }

    private static double seconds(Duration duration) {
        return Math.max(0, duration.toNanos() / 1e9);
    }

    void answer(Context ctx) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(16_384);
        try {
            writer.write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("metrics cannot be written into memory", e);
        }
        ctx.contentType(writer.getContentType())
                .header("Cache-Control", "no-store")
                .result(text.toByteArray());
    }

    @Override
    public void close() {
        subscription.close();
    }
}
