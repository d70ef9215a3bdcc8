package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Purpose;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.leshan.core.request.ContentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device gets another LwM2M certificate while it still has a good one. */
class RenewalTest {
    private static final CertificateRecipe DEVICE = CertificateRecipe.device("x");

    @TempDir
    Path directory;

    private static void ask(Testbench bench) throws Exception {
        Request trigger = Request.newPost();
        trigger.getOptions().setUriPath("/1/0/9");
        assertThat(bench.ask("x", trigger).getCode()).isEqualTo(ResponseCode.CHANGED);
    }

    /** With what the device registered for the n-th time. */
    private static String serialOfRegistration(Testbench bench, int number) {
        bench.event("x", Stage.REGISTERED, e -> bench.count("x", Stage.REGISTERED) >= number);
        try (var events = bench.journal.events()) {
            return serial(events.filter(e -> e.stage() == Stage.REGISTERED)
                    .skip(number - 1)
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static String serial(Event event) {
        return event.facts().getOrDefault("serial", "");
    }

    private static List<Request> delivering(Testbench bench, Credential credential) throws Exception {
        List<Request> requests = new ArrayList<>(bench.good("x"));
        requests.set(3, Testbench.write("/0/1", ContentFormat.TLV, bench.security(credential)));
        return requests;
    }

    /** Issued a day ago, ends in a day. */
    private static Credential halfOver(CertificateAuthority ca) {
        Instant now = Testbench.CLOCK.instant();
        return ca.issue(DEVICE.withValidity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1))));
    }

    private static Optional<ServerAccount> kept(Testbench bench) throws Exception {
        return new CredentialStore(bench.home("x"), bench.options.disk()).load();
    }

    @Test
    void renewsWhenTheServerAsks() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.device("x").powerOn();
            String first = serialOfRegistration(bench, 1);
            bench.awaitAll(DeviceState.REGISTERED);
            ask(bench);
            Event renewed = bench.event("x", Stage.RENEWED, e -> true);
            assertThat(renewed.outcome()).isEqualTo(Outcome.OK);
            assertThat(renewed.facts()).containsEntry("replaced", first);
            assertThat(serial(renewed))
                    .isNotEqualTo(first)
                    .isEqualTo(kept(bench).orElseThrow().certificate().serial());
            assertThat(bench.home("x").resolve("lwm2m-previous")).doesNotExist();
            bench.awaitAll(DeviceState.REGISTERED);
        }
    }

    @Test
    void renewsOfItselfWhenTheTimeHasComeByItsOwnClock() throws Exception {
        AtomicReference<Instant> time = new AtomicReference<>(Testbench.CLOCK.instant());
        try (Testbench bench = new Testbench(
                directory,
                o -> o.withClock(time::get).withRenewal(RenewalSchedule.at(0.75).checking(Duration.ofMillis(20))))) {
            bench.script = endpoint -> delivering(bench, halfOver(bench.deviceCa));
            bench.device("x").powerOn();
            String first = serialOfRegistration(bench, 1);
            bench.awaitAll(DeviceState.REGISTERED);
            bench.script = bench::good;
            time.updateAndGet(now -> now.plus(Duration.ofHours(11)));
            assertThat(bench.count("x", Stage.FALLBACK)).isZero();
            time.updateAndGet(now -> now.plus(Duration.ofHours(2)));
            Event why = bench.event("x", Stage.FALLBACK, e -> true);
            assertThat(why.facts()).containsEntry("next", "bootstrap");
            assertThat(why.detail().orElse("")).contains(first + " is to be renewed at 75 % of its life");
            Event renewed = bench.event("x", Stage.RENEWED, e -> true);
            assertThat(renewed.outcome()).isEqualTo(Outcome.OK);
            assertThat(renewed.facts()).containsEntry("replaced", first);
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(2);
        }
    }

    @Test
    void goesOnWithTheOldCertificateWhenItMayNotBootstrap() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.device("x").powerOn();
            String first = serialOfRegistration(bench, 1);
            bench.awaitAll(DeviceState.REGISTERED);
            bench.bootstrapAnswer = ResponseCode.FORBIDDEN;
            ask(bench);
            Event failed = bench.event("x", Stage.RENEWED, e -> true);
            assertThat(failed.refusedBy()).contains(Party.BOOTSTRAP_SERVER);
            assertThat(failed.reason()).contains("response-4.03");
            assertThat(failed.detail().orElse("")).contains("goes on with the one it had");
            assertThat(serialOfRegistration(bench, 2)).isEqualTo(first);
        }
    }

    @Test
    void goesOnWithTheOldCertificateWhenNobodyAnswersItsBootstrap() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.device("x").powerOn();
            String first = serialOfRegistration(bench, 1);
            bench.awaitAll(DeviceState.REGISTERED);
            bench.bootstrap.close();
            ask(bench);
            Event failed = bench.event("x", Stage.RENEWED, e -> true);
            assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(failed.reason()).contains("timeout");
            assertThat(serialOfRegistration(bench, 2)).isEqualTo(first);
        }
    }

    @Test
    void takesTheOldCertificateBackWhenTheNewOneIsRefused() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.device("x").powerOn();
            String first = serialOfRegistration(bench, 1);
            bench.awaitAll(DeviceState.REGISTERED);
            Credential foreign = Testbench.authority("Other CA").issue(DEVICE);
            bench.script = endpoint -> delivering(bench, foreign);
            ask(bench);
            Event failed = bench.event("x", Stage.RENEWED, e -> true);
            assertThat(failed.refusedBy()).contains(Party.LWM2M_SERVER);
            assertThat(failed.reason()).contains("alert-unknown-ca");
            assertThat(failed.detail().orElse(""))
                    .contains("the renewed certificate "
                            + foreign.certificate().getSerialNumber().toString(16) + " is refused");
            assertThat(failed.facts()).containsEntry("serial", first);
            assertThat(serialOfRegistration(bench, 2)).isEqualTo(first);
            assertThat(kept(bench).orElseThrow().certificate().serial()).isEqualTo(first);
            assertThat(bench.home("x").resolve("lwm2m-previous")).doesNotExist();
        }
    }

    @Test
    void takesTheOldCertificateBackAlsoAfterAPowerCut() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            String first = serialOfRegistration(bench, 1);
            bench.awaitAll(DeviceState.REGISTERED);
            device.cutPower();
            ServerAccount old = kept(bench).orElseThrow();
            Credential foreign = Testbench.authority("Other CA").issue(DEVICE);
            new CredentialStore(bench.home("x"), bench.options.disk())
                    .renew(new ServerAccount(
                            old.securityInstance(),
                            old.uri(),
                            foreign,
                            old.serverPublicKey(),
                            old.usage(),
                            old.matching(),
                            old.serverName(),
                            old.server()));
            device.powerOn();
            assertThat(bench.event("x", Stage.RENEWED, e -> true).reason()).contains("alert-unknown-ca");
            assertThat(serialOfRegistration(bench, 2)).isEqualTo(first);
            assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(1);
        }
    }

    @Test
    void aDeviceThatIsSureOfAWrongTimeDoesNotBootstrapWithoutEnd() throws Exception {
        Instant late = Testbench.CLOCK.instant().plus(Duration.ofDays(500));
        try (Testbench bench = new Testbench(directory, o -> o.withClock(() -> late))) {
            Instant now = Testbench.CLOCK.instant();
            bench.script = endpoint ->
                    delivering(bench, bench.deviceCa.issue(DEVICE.withValidity(now, now.plus(Duration.ofDays(520)))));
            bench.device("x").powerOn();
            bench.event("x", Stage.RENEWED, e -> bench.count("x", Stage.RENEWED) == 3);
            List<Instant> begun = new ArrayList<>();
            try (var events = bench.journal.events()) {
                events.filter(e -> e.stage() == Stage.FALLBACK).map(Event::time).forEach(begun::add);
            }
            assertThat(begun).hasSizeGreaterThanOrEqualTo(3);
            Duration shortest = bench.options.backoff().shortest();
            assertThat(Duration.between(begun.get(0), begun.get(1))).isGreaterThanOrEqualTo(shortest);
            assertThat(Duration.between(begun.get(1), begun.get(2)))
                    .isGreaterThanOrEqualTo(shortest.multipliedBy(2).minusMillis(1));
        }
    }

    @Test
    void aDeviceInLwM2mModeSaysThatNobodyRenewsItsCertificate() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            Instant now = Testbench.CLOCK.instant();
            bench.lwm2mTrust.set(Testbench.trusting(
                    Purpose.DEVICE_AT_LWM2M, bench.factory.authority(1).certificate()));
            bench.device(bench.factory.make(FactoryOrder.of(
                                    EndpointName.of("x"),
                                    DeviceMode.LWM2M,
                                    bench.lwm2m.uri("localhost"),
                                    bench.lwm2mServerCa.certificate())
                            .withRecipe(
                                    DEVICE.withValidity(now.minus(Duration.ofDays(9)), now.plus(Duration.ofDays(1))))))
                    .powerOn();
            Event said = bench.event("x", Stage.RENEWED, e -> true);
            assertThat(said.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(said.reason()).contains("no-bootstrap-server");
            assertThat(said.detail().orElse("")).contains("give the device a new bundle");
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(bench.count("x", Stage.FALLBACK)).isZero();
            Request trigger = Request.newPost();
            trigger.getOptions().setUriPath("/1/1/9");
            assertThat(bench.ask("x", trigger).getCode().isSuccess()).isFalse();
            assertThat(Files.exists(bench.home("x").resolve("lwm2m"))).isFalse();
            assertThat(BundleFiles.read(bench.home("x")).mode()).isEqualTo(DeviceMode.LWM2M);
        }
    }

    @Test
    void aScheduleIsAPartOfALife() {
        for (double none : new double[] {0, -1, 1.01, Double.NaN}) {
            assertThatThrownBy(() -> RenewalSchedule.at(none)).hasMessageContaining("of a certificate's life");
        }
        CertificateAuthority ca = Testbench.authority("CA");
        Instant from = Instant.parse("2026-01-01T00:00:00Z");
        Credential year = ca.issue(DEVICE.withValidity(from, from.plus(Duration.ofDays(300))));
        assertThat(RenewalSchedule.TWO_THIRDS.due(year.certificate())).isEqualTo(from.plus(Duration.ofDays(200)));
        assertThat(RenewalSchedule.at(1).due(year.certificate())).isEqualTo(from.plus(Duration.ofDays(300)));
        assertThat(RenewalSchedule.NEVER.due(year.certificate())).isEqualTo(Instant.MAX);
    }
}
