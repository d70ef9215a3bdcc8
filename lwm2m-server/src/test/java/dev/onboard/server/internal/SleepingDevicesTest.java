package dev.onboard.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.server.OperationException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.leshan.core.LwM2m.LwM2mVersion;
import org.eclipse.leshan.core.peer.IpPeer;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationUpdate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a device in queue mode waits while it sleeps, and goes out in order when it wakes. */
class SleepingDevicesTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Registration QUEUED = builder("1").queueMode(true).build();

    @TempDir
    private Path folder;

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final BlockingQueue<String> presence = new LinkedBlockingQueue<>();
    private final List<String> sent = new ArrayList<>();
    private final List<CompletableFuture<String>> answers = new ArrayList<>();
    private Journal journal;

    @BeforeEach
    void open() throws Exception {
        journal = Journal.open(folder.resolve("events.jsonl"), InstantSource.system());
    }

    @AfterEach
    void close() {
        timers.shutdownNow();
        journal.close();
    }

    private static Registration.Builder builder(String id) {
        return new Registration.Builder(
                        id,
                        "meter",
                        new IpPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)),
                        URI.create("coaps://localhost:1"))
                .lwM2mVersion(LwM2mVersion.V1_1)
                .lastUpdate(new Date(0))
                .lifeTimeInSec(300L);
    }

    private SleepingDevices devices(Duration awake) {
        return new SleepingDevices(awake, timers, InstantSource.system(), journal, new SleepingDevices.Presence() {
            @Override
            public void sleeping(String endpoint) {
                presence.add(endpoint + " sleeps");
            }

            @Override
            public void awake(String endpoint) {
                presence.add(endpoint + " wakes");
            }
        });
    }

    private CompletableFuture<String> ask(SleepingDevices devices, Registration registration, String path) {
        return devices.whenAwake(registration, "read", path, now -> sending(now, path))
                .toCompletableFuture();
    }

    private CompletionStage<String> sending(Registration in, String path) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        sent.add(path + " in " + in.getId());
        answers.add(answer);
        return answer;
    }

    private static RegistrationUpdate update(Registration of) {
        return new RegistrationUpdate(
                of.getId(), of.getClientTransportData(), null, null, null, null, null, null, null, null, null, null);
    }

    private List<Event> told() {
        journal.flush();
        try (Stream<Event> events = journal.events()) {
            return events.toList();
        }
    }

    @Test
    void whatIsAskedOfASleepingDeviceWaitsAndGoesOutInOrderOneAfterTheOther() throws Exception {
        SleepingDevices devices = devices(LONG);
        devices.registered(QUEUED, null, null);
        devices.silent("meter");
        assertThat(presence.poll()).isEqualTo("meter sleeps");
        CompletableFuture<String> first = ask(devices, QUEUED, "/3/0/0");
        ask(devices, QUEUED, "/3/0/1");
        assertThat(sent).isEmpty();
        assertThat(devices.sleep("meter")).hasValueSatisfying(sleep -> {
            assertThat(sleep.waiting()).isEqualTo(2);
            assertThat(sleep.until()).isEqualTo("1970-01-01T00:05:00Z");
        });
        assertThat(told()).hasSize(2).first().satisfies(event -> {
            assertThat(event.facts())
                    .containsEntry("operation", "read")
                    .containsEntry("path", "/3/0/0")
                    .containsEntry("waits_until", "1970-01-01T00:05:00Z");
            assertThat(event.detail())
                    .hasValueSatisfying(detail -> assertThat(detail).contains("the device sleeps"));
        });
        devices.updated(update(QUEUED), QUEUED, QUEUED);
        assertThat(presence.poll()).isEqualTo("meter wakes");
        assertThat(sent).containsExactly("/3/0/0 in 1");
        answers.get(0).complete("ARM");
        assertThat(first.get()).isEqualTo("ARM");
        assertThat(sent).containsExactly("/3/0/0 in 1", "/3/0/1 in 1");
        assertThat(devices.sleep("meter")).isEmpty();
    }

    @Test
    void aDeviceFallsAsleepAfterItsAwakeTimeAndWakesByAnythingItSays() throws Exception {
        SleepingDevices devices = devices(Duration.ofMillis(20));
        devices.registered(QUEUED, null, null);
        assertThat(presence.poll(10, TimeUnit.SECONDS)).isEqualTo("meter sleeps");
        CompletableFuture<String> asked = ask(devices, QUEUED, "/3/0/0");
        devices.heard("meter");
        assertThat(presence.poll(10, TimeUnit.SECONDS)).isEqualTo("meter wakes");
        answers.get(0).complete("ARM");
        assertThat(asked.get()).isEqualTo("ARM");
        assertThat(presence.poll(10, TimeUnit.SECONDS)).isEqualTo("meter sleeps");
    }

    @Test
    void whatWaitsGoesToTheDevicesNextRegistration() {
        SleepingDevices devices = devices(LONG);
        devices.registered(QUEUED, null, null);
        devices.silent("meter");
        ask(devices, QUEUED, "/3/0/0");
        Registration next = builder("2").queueMode(true).build();
        devices.unregistered(QUEUED, List.of(), false, next);
        devices.registered(next, QUEUED, List.of());
        assertThat(sent).containsExactly("/3/0/0 in 2");
    }

    /** A busy server comes to it when the awake time is over again. */
    @Test
    void whatWaitsIsSentToADeviceThatWasHeardThoughItSleepsAgainBeforeTheServerComesToIt() throws Exception {
        BlockingQueue<String> sleeps = new LinkedBlockingQueue<>();
        SleepingDevices devices = new SleepingDevices(
                Duration.ofMillis(1), timers, InstantSource.system(), journal, new SleepingDevices.Presence() {
                    @Override
                    public void sleeping(String endpoint) {
                        sleeps.add(endpoint);
                    }

                    @Override
                    public void awake(String endpoint) {
                        try {
                            presence.add(sleeps.poll(10, TimeUnit.SECONDS) + " sleeps again");
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }
                });
        devices.registered(QUEUED, null, null);
        assertThat(sleeps.poll(10, TimeUnit.SECONDS)).isEqualTo("meter");
        ask(devices, QUEUED, "/3/0/0");
        assertThat(sent).isEmpty();
        devices.updated(update(QUEUED), QUEUED, QUEUED);
        assertThat(presence.poll(10, TimeUnit.SECONDS)).isEqualTo("meter sleeps again");
        assertThat(sent).containsExactly("/3/0/0 in 1");
    }

    @Test
    void whatWaitsIsGivenUpWhenTheRegistrationEnds() {
        SleepingDevices devices = devices(LONG);
        devices.registered(QUEUED, null, null);
        devices.silent("meter");
        CompletableFuture<String> asked = ask(devices, QUEUED, "/3/0/0");
        devices.unregistered(QUEUED, List.of(), true, null);
        assertRefused(asked, "did not wake before its registration ended");
        assertThat(told()).last().satisfies(event -> assertThat(event.reason()).contains("device-asleep"));
        assertThat(sent).isEmpty();
        assertThat(devices.sleep("meter")).isEmpty();
    }

    @Test
    void aServerThatStopsGivesUpWhatWaits() {
        SleepingDevices devices = devices(LONG);
        devices.registered(QUEUED, null, null);
        devices.silent("meter");
        CompletableFuture<String> asked = ask(devices, QUEUED, "/3/0/0");
        devices.close();
        assertRefused(asked, "the LwM2M server stopped");
    }

    @Test
    void noMoreThanAHundredWait() {
        SleepingDevices devices = devices(LONG);
        devices.registered(QUEUED, null, null);
        devices.silent("meter");
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (int i = 0; i < SleepingDevices.MOST_WAITING; i++) {
            asked.add(ask(devices, QUEUED, "/3/0/0"));
        }
        assertThat(asked).noneMatch(CompletableFuture::isDone);
        assertRefused(ask(devices, QUEUED, "/3/0/0"), "100 operations wait");
    }

    @Test
    void aDeviceOfLwM2m10SleepsByItsBindingAndOneWithoutQueueModeNever() {
        SleepingDevices devices = devices(LONG);
        Registration old = builder("1")
                .lwM2mVersion(LwM2mVersion.V1_0)
                .bindingMode(EnumSet.of(BindingMode.U, BindingMode.Q))
                .build();
        devices.registered(old, null, null);
        devices.silent("meter");
        ask(devices, old, "/3/0/0");
        assertThat(sent).isEmpty();
        Registration always = builder("2").queueMode(false).build();
        devices.unregistered(old, List.of(), false, always);
        devices.registered(always, old, List.of());
        assertThat(sent).containsExactly("/3/0/0 in 2");
        devices.silent("meter");
        ask(devices, always, "/3/0/1");
        assertThat(sent).contains("/3/0/1 in 2");
        assertThat(devices.sleep("meter")).isEmpty();
    }

    private static void assertRefused(CompletableFuture<String> asked, String why) {
        assertThat(asked).isCompletedExceptionally();
        assertThatThrownBy(asked::join).cause().isInstanceOfSatisfying(OperationException.class, refused -> {
            assertThat(refused.reason()).isEqualTo("device-asleep");
            assertThat(refused).hasMessageContaining(why);
        });
    }
}
