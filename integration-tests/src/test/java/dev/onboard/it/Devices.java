package dev.onboard.it;

import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.factory.SentChain;
import dev.onboard.journal.Journal;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Simulated devices in this process, of a factory of their own, for a testbed in another. */
final class Devices implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Factory factory = Factory.found("SDK factory", Servers.CLOCK, Servers.RANDOM);
    private final URI bootstrapUri;
    private final X509Certificate bootstrapServerCa;
    private final Path folder;
    private final Journal journal;
    private final DtlsThreads threads;
    private final Fleet fleet;

    Devices(Cli.Up up, Path folder) throws Exception {
        this.folder = folder;
        bootstrapUri = URI.create(up.endpoints().path("bootstrap_uri").asText());
        bootstrapServerCa = CredentialFiles.readCertificates(
                        up.workDirectory().resolve("ca/bootstrap-server-ca.cert.pem"))
                .get(0);
        journal = Journal.open(folder.resolve("devices.jsonl"), Servers.CLOCK);
        threads = DtlsThreads.start("devices");
        fleet = Fleet.with(threads, journal, DeviceOptions.standard(Servers.CLOCK), Servers.RANDOM)
                .build();
    }

    /** The factory's root, as it is uploaded. */
    String root() {
        return CredentialFiles.pem(factory.chain(1));
    }

    /** A device as the factory makes it. */
    DeviceBundle make(String endpoint) {
        return factory.make(FactoryOrder.of(EndpointName.of(endpoint), bootstrapUri, bootstrapServerCa));
    }

    /** A device that was given a developer certificate instead. */
    DeviceBundle withDeveloperCertificate(String endpoint, Credential developer) {
        return new DeviceBundle(
                EndpointName.of(endpoint),
                DeviceMode.BOOTSTRAP,
                developer,
                bootstrapUri,
                bootstrapServerCa,
                List.of(),
                factory.updateSigner().certificate(),
                DeviceIdentity.simulated(endpoint),
                SentChain.all());
    }

    static String enrollmentIdentity(DeviceBundle bundle) {
        return Fingerprint.enrollmentIdentity(bundle.credential().certificate());
    }

    /** Switches it on; returns when it got there, fails with its story otherwise. */
    void run(DeviceBundle bundle, DeviceState goal) throws Exception {
        Path home = Files.createDirectories(folder.resolve(bundle.endpoint().directory()));
        SimulatedDevice device = fleet.add(bundle, home);
        CompletableFuture<DeviceState> reached = new CompletableFuture<>();
        try (Journal.Subscription watching = fleet.subscribe((changed, state) -> {
            if (changed == device && state == goal) {
                reached.complete(state);
            }
        })) {
            device.powerOn();
            reached.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError(
                    bundle.endpoint() + " is " + device.state() + ", not " + goal + "; " + device.lastFailure(), late);
        }
    }

    @Override
    public void close() throws Exception {
        fleet.shutDown();
        fleet.await(Set.of(DeviceState.OFF), Duration.ofSeconds(3));
        fleet.close();
        threads.close();
        journal.close();
    }
}
