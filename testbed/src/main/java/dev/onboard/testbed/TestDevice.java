package dev.onboard.testbed;

import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A simulated device in a test; made by {@link OnboardExtension#device}. Used by one test. */
public final class TestDevice {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Workbench bench;
    private final EndpointName endpoint;
    private UnaryOperator<CertificateRecipe> recipe = good -> good;
    private @Nullable CertificateAuthority authority;
    private boolean trusted = true;
    private @Nullable SimulatedDevice device;
    private long since;

    TestDevice(Workbench bench, String endpoint) {
        this.bench = bench;
        this.endpoint = EndpointName.of(endpoint);
    }

    /** What is out of the ordinary in its factory certificate. */
    public TestDevice factoryCertificate(UnaryOperator<CertificateRecipe> change) {
        this.recipe = change;
        return this;
    }

    /** Its factory certificate comes from this CA instead of the testbed's own factory CA. */
    public TestDevice signedBy(CertificateAuthority ca) {
        this.authority = ca;
        return this;
    }

    /** Nobody uploads its CA. */
    public TestDevice withoutTrust() {
        this.trusted = false;
        return this;
    }

    /** Makes the device when it is not made yet, and switches it on. Returns at once. */
    public TestDevice powerOn() {
        List<Event> sofar = bench.timeline();
        since = sofar.isEmpty() ? 0 : sofar.get(sofar.size() - 1).id();
        if (device == null) {
            device = make();
        }
        device.powerOn();
        return this;
    }

    private SimulatedDevice make() {
        CertificateAuthority ca = authority == null ? bench.factoryCa() : authority;
        boolean uploaded = bench.account().trustedCertificates().list().stream()
                .map(TrustedCertificate::certificate)
                .anyMatch(ca.certificate()::equals);
        if (trusted && !uploaded) {
            bench.trust(Service.BOOTSTRAP, ca.chain());
        }
        try {
            Path directory = bench.deviceDirectory(endpoint);
            Files.createDirectories(directory);
            Fleet fleet = bench.fleet().device(endpoint.value()).isPresent() ? bench.anotherFleet() : bench.fleet();
            return fleet.add(
                    bench.bundle(endpoint, ca.issue(recipe.apply(CertificateRecipe.device(endpoint.value())))),
                    directory);
        } catch (IOException e) {
            throw new UncheckedIOException("the directory of '" + endpoint + "' cannot be made", e);
        }
    }

    /** The device itself; throws {@link IllegalStateException} before it was switched on for the first time. */
    public SimulatedDevice device() {
        SimulatedDevice made = device;
        if (made == null) {
            throw new IllegalStateException("'" + endpoint + "' is not made yet; switch it on first");
        }
        return made;
    }

    /** Waits until the device is registered; fails with the timeline when it is not within 20 seconds, or was refused. */
    public TestDevice awaitRegistered() {
        await(
                "registered",
                event -> event.stage() == Stage.REGISTERED
                        && event.party() == Party.LWM2M_SERVER
                        && event.outcome() == Outcome.OK);
        return this;
    }

    /** Waits until somebody refused the device for this reason; fails with the timeline on any other end. */
    public Event assertRefused(String reason) {
        return await(
                "refused: " + reason,
                event -> event.outcome() == Outcome.REFUSED
                        && event.refusedBy().equals(Optional.of(event.party()))
                        && event.reason().equals(Optional.of(reason)));
    }

    private Event await(String what, Predicate<Event> wanted) {
        SimulatedDevice made = device();
        Predicate<Event> mine = event ->
                event.id() > since && event.endpoint().equals(Optional.of(endpoint.value())) && wanted.test(event);
        Predicate<Event> end = event -> event.id() > since
                && event.endpoint().equals(Optional.of(endpoint.value()))
                && event.party() == Party.DEVICE
                && (event.stage() == Stage.FALLBACK
                        || event.stage() == Stage.REGISTERED && made.state() == DeviceState.REGISTERED);
        Optional<Event> first = bench.journal().await(event -> mine.test(event) || end.test(event), SOON);
        Optional<Event> found =
                first.filter(mine).isPresent() ? first : bench.journal().await(mine, Duration.ofSeconds(1));
        return found.orElseThrow(() -> new AssertionError("expected '" + endpoint + "' " + what + ", but it is "
                + made.state().word() + "; " + Timeline.of(bench.timeline())));
    }

    /** What was recorded of this device, oldest first. */
    public List<Event> timeline() {
        return bench.timeline().stream()
                .filter(event -> event.endpoint().equals(Optional.of(endpoint.value())))
                .toList();
    }

    /** The test is over. */
    void forget() {
        if (device != null) {
            device.cutPower();
        }
    }
}
