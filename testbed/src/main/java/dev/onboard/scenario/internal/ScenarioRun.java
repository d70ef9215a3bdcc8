package dev.onboard.scenario.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.Device;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.RevocationReason;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.account.TrustedCertificateChange;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.RawPeer;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateText;
import dev.onboard.pki.Credential;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.TrustRules;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Result.Check;
import dev.onboard.scenario.Result.Observed;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.Step;
import dev.onboard.testbed.Workbench;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One scenario under way: a workbench of its own, its devices, and its steps one after the other. Used by one thread.
 *
 * <p>Longer than a page because it is the whole of what a step means.
 */
final class ScenarioRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Scenario scenario;
    private final CertificateCase.Ready made;
    private final Sent sent;
    private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final MovableClock serverClock;
    private final MovableClock deviceClock;
    private final Workbench bench;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private final java.util.Map<String, String> uploads = new java.util.HashMap<>();

    ScenarioRun(Scenario scenario, Path directory, DtlsThreads threads, SecureRandom random) throws IOException {
        this.scenario = scenario;
        this.made = scenario.certificates().make(() -> start, random);
        this.sent = new Sent(made.chain(), made.certificates().key(scenario.signsWith()));
        boolean deviceJudges = scenario.leg().judge() == Party.DEVICE;
        this.serverClock = new MovableClock(deviceJudges ? start : made.at());
        this.deviceClock = new MovableClock(deviceJudges ? made.at() : start);
        DeviceOptions options = DeviceOptions.standard(deviceClock).withDisk(Disk.swift());
        Workbench.Builder builder = Workbench.in(directory, threads, random).clock(serverClock);
        switch (scenario.leg()) {
            case DEVICE_BOOTSTRAP -> builder.bootstrapRules(made.rules());
            case DEVICE_LWM2M -> builder.lwm2mRules(made.rules());
            case BOOTSTRAP_SERVER -> {
                options = options.withRules(only(dev.onboard.pki.Purpose.BOOTSTRAP_SERVER));
                sent.ordinary().ifPresent(builder::bootstrapCredential);
            }
            case LWM2M_SERVER -> {
                options = options.withRules(only(dev.onboard.pki.Purpose.LWM2M_SERVER));
                sent.ordinary().ifPresent(builder::lwm2mCredential);
            }
            case EVALUATION -> throw new IllegalArgumentException("a scenario without a wire needs no workbench");
        }
        this.bench = builder.devices(options).start();
        for (int i = 1; i <= scenario.devices(); i++) {
            actors.add(actor(i));
        }
    }

    /** The rules of the case where a device judges the server that the scenario is about, the usual ones elsewhere. */
    private TrustRules only(dev.onboard.pki.Purpose purpose) {
        return policy -> policy.purpose() == purpose ? made.rules().apply(policy) : policy;
    }

    /** A device of the scenario: simulated, or a peer that sends what no simulated device would. */
    private sealed interface Actor {
        String endpoint();

        record Simulated(SimulatedDevice device, DeviceBundle bundle, Path directory) implements Actor {
            @Override
            public String endpoint() {
                return device.endpoint();
            }
        }

        record Raw(String endpoint, RawPeer peer, InetSocketAddress server) implements Actor {}
    }

    private Actor actor(int number) throws IOException {
        String suffix = scenario.devices() == 1 ? "" : "-" + number;
        Leg leg = scenario.leg();
        if (leg.judge() != Party.DEVICE) {
            Optional<Credential> ordinary = sent.ordinary();
            Optional<EndpointName> name = endpointName(suffix);
            if (ordinary.isEmpty() || name.isEmpty()) {
                InetSocketAddress server = new InetSocketAddress(
                        java.net.InetAddress.getLoopbackAddress(),
                        (leg == Leg.DEVICE_BOOTSTRAP ? bench.bootstrapUri() : bench.lwm2mUri()).getPort());
                return new Actor.Raw("", RawPeer.presenting(sent.chain(), sent.key().getPrivate()), server);
            }
            return simulated(name.get(), ordinary.get());
        }
        EndpointName name = EndpointName.of("meter-7" + suffix);
        return simulated(
                name,
                bench.factoryCa().issue(dev.onboard.pki.CertificateRecipe.device(name.value())));
    }

    private Actor.Simulated simulated(EndpointName name, Credential credential) throws IOException {
        DeviceBundle bundle = bench.bundle(name, credential);
        Path directory = bench.deviceDirectory(name);
        java.nio.file.Files.createDirectories(directory);
        if (scenario.leg().judge() == Party.DEVICE) {
            bench.trust(
                    scenario.leg().startsAtLwm2m()
                            ? dev.onboard.account.Service.LWM2M
                            : dev.onboard.account.Service.BOOTSTRAP,
                    List.of(bench.factoryCa().certificate()));
        }
        if (scenario.leg().startsAtLwm2m()) {
            new CredentialStore(directory, Disk.swift())
                    .save(
                            scenario.leg() == Leg.LWM2M_SERVER && made.pin().isPresent()
                                    ? bench.serverAccount(
                                            credential,
                                            made.pin().get(),
                                            scenario.certificates().usage(),
                                            scenario.certificates().matching())
                                    : bench.serverAccount(credential));
        }
        return new Actor.Simulated(bench.fleet().add(bundle, directory), bundle, directory);
    }

    private Optional<EndpointName> endpointName(String suffix) {
        String name = made.endpoint().orElseGet(() -> claimed().orElse("meter-7")) + suffix;
        try {
            return Optional.of(EndpointName.of(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no simulated device takes such a name
        }
    }

    private Optional<String> claimed() {
        return sent.ordinary()
                .flatMap(credential -> EndpointIdentity.name(credential.certificate(), NamePolicy.COMMON_NAME_OR_URI));
    }

    /** Carries the steps out. */
    Result run() {
        long begun = System.nanoTime();
        String note = "";
        try {
            for (Step step : scenario.steps()) {
                carryOut(step);
            }
        } catch (IOException | AccountException e) {
            note = "could not be carried out: " + e.getMessage();
            checks.add(new Check("every step can be carried out", false, String.valueOf(e.getMessage())));
        }
        bench.journal().flush();
        List<Event> timeline = bench.timeline();
        boolean met = checks.stream().allMatch(Check::met);
        return new Result(
                scenario,
                met ? Result.Status.AS_EXPECTED : Result.Status.DIFFERENT,
                checks,
                Observations.outcome(timeline, scenario.leg()),
                timeline,
                sent.chain().stream()
                        .map(der -> CertificateText.lines(der, start))
                        .toList(),
                Duration.ofNanos(System.nanoTime() - begun),
                note);
    }
