package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.RevocationReason;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.Delivery;
import dev.onboard.device.Backoff;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.RenewalSchedule;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.testbed.Workbench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LwM2M credentials that no longer work: the device returns to bootstrap with its factory certificate, and is registered again. */
class FallbackIT {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The platform's, a thousand times as fast, and with a limit that a test can reach. */
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(300));

    @TempDir
    private Path folder;

    private final EndpointName endpoint = EndpointName.of("meter-7");
    private final CertificateAuthority foreign =
            CertificateAuthority.root(CertificateRecipe.ca("Foreign CA"), InstantSource.system(), RANDOM);
    /** What bootstraps deliver in place of what the account issued. */
    private volatile Optional<CertificateAuthority> signer = Optional.empty();

    private volatile Duration ahead = Duration.ZERO;
    private DtlsThreads threads;
    private Workbench bench;
    private SimulatedDevice device;

    @BeforeEach
    void start() throws Exception {
        threads = DtlsThreads.start("fallback");
        bench = Workbench.in(folder, threads, RANDOM)
                .clock(() -> Instant.now().plus(ahead))
                .devices(DeviceOptions.standard(InstantSource.system())
                        .withDisk(Disk.swift())
                        .withRenewal(RenewalSchedule.NEVER)
                        .withBackoff(BACKOFF))
                .delivering((name, issued, servers) -> Delivery.of(
                        signer.map(ca -> ca.issue(CertificateRecipe.device(name)))
                                .orElse(issued),
                        servers))
                .start();
        bench.trust(Service.BOOTSTRAP, bench.factoryCa().chain());
        Files.createDirectories(bench.deviceDirectory(endpoint));
        device = bench.fleet()
                .add(
                        bench.bundle(endpoint, bench.factoryCa().issue(CertificateRecipe.device(endpoint.value()))),
                        bench.deviceDirectory(endpoint));
    }

    @AfterEach
    void stop() {
        bench.close();
        threads.close();
    }

    private Event await(String what, Predicate<Event> condition) {
        return bench.journal()
                .await(condition, PATIENCE)
                .orElseThrow(() -> new AssertionError("no " + what + " in\n" + bench.timeline()));
    }

    private List<Event> events(Predicate<Event> condition) {
        return bench.timeline().stream().filter(condition).toList();
    }

    private static Predicate<Event> at(Stage stage, Party party, Outcome outcome) {
        return event -> event.stage() == stage && event.party() == party && event.outcome() == outcome;
    }

    private static final Predicate<Event> REGISTERED = at(Stage.REGISTERED, Party.LWM2M_SERVER, Outcome.OK);

    /** The serial numbers that the device registered with, when there are so many registrations. */
    private List<String> registrations(int count) throws Exception {
        await(count + " registrations", event -> events(REGISTERED).size() >= count);
        assertThat(bench.fleet().await(Set.of(DeviceState.REGISTERED), PATIENCE))
                .isEqualTo(Fleet.Reached.ALL);
        return events(REGISTERED).stream()
                .map(event -> event.facts().getOrDefault("serial", ""))
                .toList();
    }

    /** The device was refused once, came back to bootstrap once, and has another certificate. */
    private void assertCameBack(String reason, String why) throws Exception {
        List<String> serials = registrations(2);
        assertThat(serials).hasSize(2).doesNotHaveDuplicates();
        assertThat(events(at(Stage.ADMISSION, Party.BOOTSTRAP_SERVER, Outcome.OK)))
                .hasSize(2);
        List<Event> fallbacks = events(event -> event.stage() == Stage.FALLBACK);
        assertThat(fallbacks).hasSize(1);
        Event fallback = fallbacks.get(0);
        assertThat(fallback.reason()).contains(reason);
        assertThat(fallback.facts()).containsEntry("next", "bootstrap").containsEntry("failures", "1");
        assertThat(Long.parseLong(fallback.facts().getOrDefault("in_ms", "")))
                .isBetween(BACKOFF.shortest().toMillis(), BACKOFF.longest().toMillis() + 1);
        Event refusal = events(event -> event.party() == Party.LWM2M_SERVER && event.outcome() == Outcome.REFUSED)
                .get(0);
        assertThat(refusal.reason()).contains(why);
        assertThat(onDevice()).isEqualTo(serials.get(1));
    }

    private String onDevice() throws Exception {
        return new CredentialStore(bench.deviceDirectory(endpoint), Disk.swift())
                .load()
                .orElseThrow()
                .certificate()
                .serial();
    }

    @Test
    void credentialsThatExpired() throws Exception {
        bench.account().setCertificateLife(Duration.ofHours(1));
        device.powerOn();
        registrations(1);
        device.cutPower();
        bench.account().setCertificateLife(Duration.ofDays(30));
        ahead = Duration.ofHours(2);
        device.powerOn();
        assertCameBack("alert-certificate-expired", "expired");
    }

    @Test
    void credentialsThatWereRevoked() throws Exception {
        device.powerOn();
        String serial = registrations(1).get(0);
        bench.account().issuedCertificates().revoke(serial, RevocationReason.KEY_COMPROMISE);
        await("end of the session", event -> event.stage() == Stage.SESSION_CLOSED);
        device.reboot();
        assertCameBack("alert-certificate-revoked", "revoked");
    }

    @Test
    void credentialsFromABackupAfterTheDeviceCameWithNewerOnes() throws Exception {
        device.powerOn();
        registrations(1);
        CredentialStore store = new CredentialStore(bench.deviceDirectory(endpoint), Disk.swift());
        var backup = store.load().orElseThrow();
        device.factoryReset();
        registrations(2);
        device.cutPower();
        store.save(backup);
        device.powerOn();
        List<String> serials = registrations(3);
        Event refusal = events(at(Stage.REGISTERED, Party.LWM2M_SERVER, Outcome.REFUSED))
                .get(0);
        assertThat(refusal.reason()).contains("superseded");
        Event fallback = events(event -> event.stage() == Stage.FALLBACK).get(0);
        assertThat(fallback.reason()).contains("response-4.00");
        assertThat(fallback.detail().orElse("")).contains("superseded");
        assertThat(serials).doesNotHaveDuplicates();
        assertThat(onDevice()).isEqualTo(serials.get(2));
    }

    @Test
    void credentialsThatTheDiskLost() throws Exception {
        device.powerOn();
        registrations(1);
        device.cutPower();
        Files.write(bench.deviceDirectory(endpoint).resolve("lwm2m/device.cert.pem"), new byte[] {0, 1, 2});
        device.powerOn();
        assertThat(registrations(2)).doesNotHaveDuplicates();
        Event fallback = events(event -> event.stage() == Stage.FALLBACK).get(0);
        assertThat(fallback.reason()).contains("credentials-unreadable");
        assertThat(fallback.detail().orElse("")).contains("device.cert.pem").contains("the device bootstraps anew");
    }

    @Test
    void aCertificateOfACaThatTheLwM2mServerDoesNotTrustIsTriedEverMoreSlowlyAndTheJournalSaysWhatToDo()
            throws Exception {
        signer = Optional.of(foreign);
        device.powerOn();
        await("fifth attempt", event -> "5".equals(event.facts().get("failures")));
        List<Event> fallbacks = events(event -> event.stage() == Stage.FALLBACK);
        for (int i = 0; i < 5; i++) {
            Event fallback = fallbacks.get(i);
            assertThat(fallback.refusedBy()).contains(Party.LWM2M_SERVER);
            assertThat(fallback.reason()).contains("alert-unknown-ca");
            assertThat(fallback.facts()).containsEntry("next", "bootstrap");
            long wait = Long.parseLong(fallback.facts().getOrDefault("in_ms", ""));
            assertThat(wait)
                    .as("wait " + (i + 1))
                    .isBetween(
                            Math.min(
                                    BACKOFF.shortest().toMillis() << i,
                                    BACKOFF.limit().toMillis()),
                            BACKOFF.limit().toMillis());
        }
        assertThat(fallbacks.get(4).facts()).containsEntry("in_ms", "300");
        assertThat(fallbacks.get(4).detail().orElse(""))
                .contains("the credentials of 5 bootstraps in a row")
                .contains("CN=Foreign CA")
                .contains("trust that CA for the service lwm2m");
        assertThat(events(at(Stage.LWM2M_HANDSHAKE, Party.LWM2M_SERVER, Outcome.REFUSED)))
                .isNotEmpty()
                .allSatisfy(refusal -> assertThat(refusal.reason()).contains("unknown-ca"));

        signer = Optional.empty();
        registrations(1);
    }
}
