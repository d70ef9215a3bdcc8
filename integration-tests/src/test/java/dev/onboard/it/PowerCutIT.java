package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.DeviceState;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.RevocationReason;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.ServerAccount;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.testbed.Workbench;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power goes while a device renews over EST: a process of its own is killed when it has the new certificate and has not
 * yet been able to use it. Which files a cut may leave at any write is shown by the tests of the store.
 */
class PowerCutIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String NAME = "meter-7";

    @TempDir
    Path folder;

    private DtlsThreads threads;
    private Workbench bench;
    private HandshakeGate gate;
    private Cli cli;
    private Path device;

    @BeforeEach
    void start() throws Exception {
        cli = new Cli(Cli.folder(folder, "home"));
        threads = DtlsThreads.start("power-cut");
        bench = Workbench.in(Cli.folder(folder, "work"), threads, new SecureRandom())
                .keys(KeySource.EST)
                .ways(uri -> uri, this::throughTheGate)
                .start();
        bench.trust(Service.BOOTSTRAP, bench.factoryCa().chain());
        device = BundleFiles.write(
                folder.resolve("devices"),
                bench.bundle(EndpointName.of(NAME), bench.factoryCa().issue(CertificateRecipe.device(NAME))));
        Process first = cli.onboarded(device);
        awaitState(DeviceState.REGISTERED);
        cutDuringARenewal(first);
    }

    private URI throughTheGate(URI server) {
        try {
            gate = HandshakeGate.before(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
            return URI.create("coaps://localhost:" + gate.port());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The device and the journal know it before the account has written it down. */
    private void awaitState(DeviceState state) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (bench.account()
                .devices()
                .byEndpoint(NAME)
                .filter(known -> known.state() == state)
                .isEmpty()) {
            assertThat(System.nanoTime()).as("%s", bench.timeline()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private void cutDuringARenewal(Process running) throws Exception {
        gate.shut();
        bench.upkeep().renew(NAME);
        assertThat(gate.awaitTurnedAway(SOON.toSeconds()))
                .as("the device tried to use what it got; %s", bench.timeline())
                .isTrue();
        running.destroyForcibly().waitFor();
        gate.open();
        assertThat(issued()).hasSize(2);
        assertThat(store().load().map(PowerCutIT::serial)).contains(serial(1));
        assertThat(store().previous().map(PowerCutIT::serial)).contains(serial(0));
    }

    @AfterEach
    void stop() throws Exception {
        cli.close();
        bench.close();
        gate.close();
        threads.close();
    }

    private CredentialStore store() {
        return new CredentialStore(device, Disk.swift());
    }

    private List<IssuedCertificate> issued() {
        return bench.account().issuedCertificates().byEndpoint(NAME);
    }

    private String serial(int number) {
        return issued().get(number).serial();
    }

    private static String serial(ServerAccount account) {
        return account.certificate().serial();
    }

    /** Switched on again, it registers with this certificate, without a bootstrap, and keeps nothing else. */
    private void comesBackWith(int number) throws Exception {
        long mark = bench.timeline().get(bench.timeline().size() - 1).id();
        cli.good("device", "run", "--bundle", device, "--exit-when", "registered");
        Predicate<Event> later = event -> event.id() > mark;
        assertThat(bench.timeline())
                .filteredOn(later)
                .anyMatch(event -> event.stage() == Stage.LWM2M_HANDSHAKE
                        && event.party() == Party.LWM2M_SERVER
                        && event.outcome() == Outcome.OK
                        && serial(number).equals(event.facts().get("serial")))
                .noneMatch(event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE);
        assertThat(store().load().map(PowerCutIT::serial)).contains(serial(number));
        assertThat(store().previous()).isEmpty();
    }

    @Test
    void theNewCertificateIsUsedWhenThePowerIsBack() throws Exception {
        comesBackWith(1);
        assertThat(device.resolve("lwm2m-previous")).doesNotExist();
        try (var files = Files.list(device)) {
            assertThat(files.map(file -> file.getFileName().toString())).contains("factory", "lwm2m");
        }
    }

    @Test
    void theOldOneIsRestoredWhenTheNewOneIsRefused() throws Exception {
        bench.account().issuedCertificates().revoke(serial(1), RevocationReason.KEY_COMPROMISE);
        comesBackWith(0);
        assertThat(bench.timeline())
                .anyMatch(event -> event.stage() == Stage.LWM2M_HANDSHAKE
                        && event.party() == Party.LWM2M_SERVER
                        && event.reason().equals(Optional.of("revoked")));
    }
}
