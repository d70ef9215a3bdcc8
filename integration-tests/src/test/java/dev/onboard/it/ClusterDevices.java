package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.device.Backoff;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Stage;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Devices in the test's own process that soon do again what did not work. */
final class ClusterDevices implements AutoCloseable {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final Duration LIMIT = Duration.ofMinutes(1);
    /** Whoever does not answer on this machine is asked again soon. */
    static final Transmission SOON = new Transmission(
            Duration.ofMillis(200),
            4,
            Duration.ofMillis(400),
            3,
            Transmission.ConnectionIds.OFF,
            1400,
            Sessions.STANDARD);

    private static final DeviceOptions OPTIONS = DeviceOptions.standard(CLOCK)
            .withBackoff(Backoff.PLATFORM.scaled(0.01))
            .withPatience(Duration.ofSeconds(5));

    private final Path home;
    private final Journal journal;
    private final DtlsThreads threads;
    private final Fleet fleet;

    /** @param home a directory of their own */
    ClusterDevices(Path home, Transmission transmission) throws Exception {
        this.home = home;
        this.journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
        this.threads = DtlsThreads.start("devices");
        this.fleet = Fleet.with(threads, journal, OPTIONS, new SecureRandom())
                .transmission(transmission)
                .build();
    }

    DtlsThreads threads() {
        return threads;
    }

    /** Switches another one on. */
    SimulatedDevice powerOn(DeviceBundle bundle) throws Exception {
        BundleFiles.write(home, bundle);
        SimulatedDevice device =
                fleet.add(bundle, home.resolve(bundle.endpoint().directory()));
        device.powerOn();
        return device;
    }

    /** Waits until each is in this state. */
    void await(DeviceState state) throws Exception {
        assertThat(fleet.await(Set.of(state), LIMIT))
                .as(() -> fleet.count() + "\n" + timeline(""))
                .isEqualTo(Fleet.Reached.ALL);
    }

    /** How often a device came well through a stage. */
    int times(Stage stage, String endpoint) {
        try (Stream<Event> events = journal.events()) {
            return (int) events.filter(event -> event.stage() == stage
                            && event.outcome() == Outcome.OK
                            && event.endpoint().filter(endpoint::equals).isPresent())
                    .count();
        }
    }

    /** The first refusal of a device at a stage, now or within a minute. */
    Event refusal(Stage stage, String endpoint) {
        return journal.await(
                        event -> event.stage() == stage
                                && event.outcome() == Outcome.REFUSED
                                && event.endpoint().filter(endpoint::equals).isPresent(),
                        LIMIT)
                .orElseThrow(() -> new AssertionError("nobody refused " + endpoint + "\n" + timeline(endpoint)));
    }

    /** What happened to a device, or to all of them. */
    String timeline(String endpoint) {
        try (Stream<Event> events = journal.events()) {
            return events.filter(event -> event.endpoint().orElse("").contains(endpoint))
                    .map(Event::toString)
                    .collect(Collectors.joining("\n"));
        }
    }

    @Override
    public void close() {
        fleet.close();
        threads.close();
        journal.close();
    }
}
