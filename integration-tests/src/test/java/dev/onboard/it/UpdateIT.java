package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.account.UpdateCampaigns;
import dev.onboard.account.UpdateCampaigns.Change;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Stage;
import dev.onboard.server.Node;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Update campaigns over the real servers: what is uploaded, what devices take and refuse, and what is said of it. */
class UpdateIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private UpdateBench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new UpdateBench(folder, 3);
    }

    @AfterEach
    void stop() throws Exception {
        bench.close();
    }

    private String running(String endpoint) throws Exception {
        Node node = bench.servers
                .lwm2m
                .read(endpoint, "/3/0/3")
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        return ((Node.Value) node).value().toString();
    }

    @ParameterizedTest
    @EnumSource
    void aCampaignBringsFirmwareToEveryDevice(Delivery delivery) throws Exception {
        UpdateCampaign campaign = bench.start(bench.upload("1.1.0", 200_000), delivery);
        UpdateCampaign stopped = bench.stopped(campaign, SOON);
        assertThat(stopped.state()).isEqualTo("deployed");
        assertThat(stopped.autostopReason()).isEqualTo("3 of 3 devices run the firmware, 0 do not");
        assertThat(bench.devices(campaign)).hasSize(3).allMatch(device -> device.state() == State.DEPLOYED);
        assertThat(bench.servers.account.updateCampaigns().metrics(campaign.id()))
                .satisfies(metrics -> assertThat(metrics.success()).isEqualTo(3))
                .satisfies(metrics -> assertThat(metrics.total()).isEqualTo(3));
        for (int i = 1; i <= 3; i++) {
            assertThat(running("device-" + i)).isEqualTo("1.1.0");
        }
        assertThat(bench.told("device-1", "installed").facts()).containsEntry("before", "1.0.0");
    }

    /** The smallest and, with {@code -Pheavy}, the largest that there are to be. */
    @ParameterizedTest
    @EnumSource
    void imagesOfEverySizeArrive(Delivery delivery) throws Exception {
        int version = 1;
        for (int size : Boolean.getBoolean("onboard.heavy")
                ? new int[] {1, 1024, 8 * 1024, 65_536, 32 * 1024 * 1024}
                : new int[] {1, 8 * 1024}) {
            String name = "1." + version++ + ".0";
            long start = System.nanoTime();
            UpdateCampaign stopped =
                    bench.stopped(bench.start(bench.upload(name, size), delivery), Duration.ofMinutes(10));
            assertThat(stopped.state()).as("%d octets: %s", size, stopped).isEqualTo("deployed");
            assertThat(running("device-1")).isEqualTo(name);
            if (size > 1024 * 1024) {
                System.out.printf(
                        "%d MB by %s to 3 devices: %.1f s%n", size >> 20, delivery, (System.nanoTime() - start) / 1e9);
            }
        }
    }

    @Test
    void aTamperedImageIsRefusedByTheDevicesAndNothingOfItIsInstalled() throws Exception {
        byte[] image = UpdateBench.image(50_000);
        byte[] tampered = image.clone();
        tampered[25_000] ^= 1;
        FirmwareManifest manifest = bench.servers
                .account
                .firmwareManifests()
                .add(
                        "tampered",
                        "",
                        bench.sign("1.1.0", image).withImage(tampered).encoded());
        UpdateCampaign campaign = bench.start(manifest, Delivery.PULL);
        UpdateCampaign stopped = bench.stopped(campaign, SOON);
        assertThat(stopped.state()).isEqualTo("autostopped");
        assertThat(bench.devices(campaign)).allSatisfy(device -> {
            assertThat(device.state()).isEqualTo(State.FAILED_CONNECTOR_CHANNEL_UPDATE);
            assertThat(device.result()).isEqualTo(5);
            assertThat(device.reason()).contains("integrity check failed").contains("goes on with 1.0.0");
        });
        assertThat(bench.told("device-2", "refused").reason()).contains("wrong-digest");
        assertThat(running("device-2")).isEqualTo("1.0.0");
    }

    @Test
    void aCampaignGoesOnAfterTheServiceWasStopped() throws Exception {
        UpdateCampaign campaign = bench.start(bench.upload("1.1.0", 400_000), Delivery.PULL);
        bench.told("device-2", "downloading");
        bench.restartService();
        assertThat(bench.stopped(campaign, SOON).state()).isEqualTo("deployed");
        assertThat(bench.devices(campaign)).allMatch(device -> device.state() == State.DEPLOYED);
    }

    @Test
    void devicesThatLoseTheirPowerInTheMiddleEndOnTheNewVersion() throws Exception {
        UpdateCampaign campaign = bench.start(bench.upload("1.1.0", 400_000), Delivery.PULL);
        SimulatedDevice device = bench.fleet.device("device-3").orElseThrow();
        bench.told("device-3", "downloading");
        device.cutPower();
        device.powerOn();
        assertThat(bench.stopped(campaign, SOON).state()).isEqualTo("deployed");
        assertThat(running("device-3")).isEqualTo("1.1.0");
    }

    @Test
    void aCampaignWithoutItsImageStopsAndSaysWhy() throws Exception {
        byte[] image = UpdateBench.image(100);
        FirmwareManifest manifest = bench.servers
                .account
                .firmwareManifests()
                .add("alone", "", bench.sign("1.1.0", image).encoded());
        UpdateCampaign stopped = bench.stopped(bench.start(manifest, Delivery.PULL), SOON);
        assertThat(stopped.state()).isEqualTo("manifestremoved");
        assertThat(stopped.autostopReason()).contains("no firmware image has the SHA-256 " + manifest.imageDigest());
        assertThat(bench.devices(stopped)).isEmpty();
    }

    @Test
    void anApprovalAndATimeAreWaitedFor() throws Exception {
        var campaigns = bench.servers.account.updateCampaigns();
        FirmwareManifest manifest = bench.upload("1.1.0", 1000);
        Change wanted = new Change(
                Optional.of("approved"),
                Optional.empty(),
                Optional.of(manifest.id()),
                Optional.of("endpoint_name__eq=device-1"),
                Optional.of(Delivery.PULL),
                Optional.empty(),
                Optional.of(UpdateCampaign.Approval.REQUIRED),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Instant.now().plusSeconds(1)));
        UpdateCampaign campaign = campaigns.start(campaigns.create(wanted).id());
        assertThat(campaign.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
        Change approval = new Change(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(UpdateCampaign.Approval.NOT_REQUIRED),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(campaigns.change(campaign.id(), approval).phase()).isIn(Phase.TIMED, Phase.STARTING);
        assertThat(bench.stopped(campaign, SOON).state()).isEqualTo("deployed");
        assertThat(bench.devices(campaign)).hasSize(1);
        assertThat(running("device-1")).isEqualTo("1.1.0");
        assertThat(running("device-2")).isEqualTo("1.0.0");
    }

    private void registeredAgain(String endpoint, long after) {
        bench.servers.await(
                endpoint + " again",
                event -> event.id() > after
                        && event.stage() == Stage.REGISTERED
                        && event.endpoint().orElse("").equals(endpoint));
    }

    private Event campaignIs(UpdateCampaign campaign, Phase phase) {
        return bench.servers.await(
                "the campaign " + phase.word(),
                event -> campaign.id().equals(event.facts().get("campaign"))
                        && phase.word().equals(event.facts().get("phase")));
    }

    /** One device was told where the package is, and has lost its power; another one has lost it before. */
    @Test
    void aCampaignThatIsStoppedWaitsForWhoHasBegunAndSendsNothingMore() throws Exception {
        var campaigns = bench.servers.account.updateCampaigns();
        SimulatedDevice out = bench.fleet.device("device-1").orElseThrow();
        SimulatedDevice begun = bench.fleet.device("device-3").orElseThrow();
        out.cutPower();
        UpdateCampaign campaign = bench.start(bench.upload("1.1.0", 2_000_000), Delivery.PULL);
        bench.told("device-2", "downloading");
        bench.told("device-3", "downloading");
        begun.cutPower();
        UpdateCampaign stopping = campaigns.stop(campaign.id());
        assertThat(stopping.phase()).isEqualTo(Phase.STOPPING);
        assertThat(stopping.state()).isEqualTo("stopping");
        long mark = campaignIs(campaign, Phase.STOPPING).id();
        out.powerOn();
        registeredAgain("device-1", mark);
        assertThat(running("device-1")).isEqualTo("1.0.0");
        assertThat(campaigns.get(campaign.id()).orElseThrow().phase()).isEqualTo(Phase.STOPPING);
        begun.powerOn();
        UpdateCampaign stopped = bench.stopped(campaign, SOON);
        assertThat(stopped.state()).isEqualTo("userstopped");
        assertThat(running("device-2")).isEqualTo("1.1.0");
        assertThat(running("device-3")).isEqualTo("1.1.0");
        assertThat(running("device-1")).isEqualTo("1.0.0");
        assertThat(campaigns.metrics(campaign.id())).isEqualTo(new UpdateCampaigns.Metrics(1, 2, 0, 0));
        try (var events = bench.servers.journal.events()) {
            assertThat(events.filter(event -> "sent".equals(event.facts().get("action"))))
                    .extracting(event -> event.endpoint().orElseThrow())
                    .containsExactlyInAnyOrder("device-2", "device-3");
        }
        assertThat(campaigns.archive(campaign.id()).phase()).isEqualTo(Phase.ARCHIVED);
        campaigns.remove(campaign.id());
        assertThat(campaigns.get(campaign.id())).isEmpty();
    }

    @Test
    void aSecondStopEndsACampaignAtOnceAndTheVersionThatRunsStays() throws Exception {
        var campaigns = bench.servers.account.updateCampaigns();
        SimulatedDevice begun = bench.fleet.device("device-3").orElseThrow();
        UpdateCampaign campaign = bench.start(bench.upload("1.1.0", 2_000_000), Delivery.PULL);
        bench.told("device-3", "downloading");
        begun.cutPower();
        assertThat(campaigns.stop(campaign.id()).phase()).isEqualTo(Phase.STOPPING);
        assertThat(campaigns.stop(campaign.id()).phase()).isEqualTo(Phase.STOPPED);
        long mark = campaignIs(campaign, Phase.STOPPED).id();
        begun.powerOn();
        registeredAgain("device-3", mark);
        assertThat(bench.told("device-3", "refused").reason()).contains("response-4.04");
        assertThat(running("device-3")).isEqualTo("1.0.0");
        assertThat(bench.devices(campaign))
                .filteredOn(device -> device.endpoint().equals("device-3"))
                .singleElement()
                .satisfies(device -> assertThat(device.state()).isEqualTo(State.UPDATED_CONNECTOR_CHANNEL));
    }

    @Test
    void devicesThatRunTheFirmwareAlreadyAreSkipped() throws Exception {
        FirmwareManifest manifest = bench.upload("1.1.0", 1000);
        bench.stopped(bench.start(manifest, Delivery.PUSH), SOON);
        UpdateCampaign again = bench.stopped(bench.start(manifest, Delivery.PULL), SOON);
        assertThat(again.state()).isEqualTo("autostopped");
        assertThat(again.autostopReason()).isEqualTo("there was nothing to do: 3 devices were skipped");
        assertThat(bench.servers.account.updateCampaigns().metrics(again.id()))
                .isEqualTo(new UpdateCampaigns.Metrics(0, 0, 0, 3));
        assertThat(bench.devices(again)).hasSize(3).allSatisfy(device -> {
            assertThat(device.state()).isEqualTo(State.ALREADY_DEPLOYED);
            assertThat(device.reason()).isEqualTo("the device ran 1.1.0 before; nothing was sent");
        });
        Event skipped = bench.told("device-2", "skipped");
        assertThat(skipped.outcome()).isEqualTo(Outcome.OK);
        assertThat(skipped.facts()).containsEntry("campaign", again.id());
    }

    @Test
    void theJournalTellsACampaignFromBeginningToEnd() throws Exception {
        UpdateCampaign campaign = bench.start(bench.upload("1.1.0", 1000), Delivery.PUSH);
        bench.stopped(campaign, SOON);
        List<String> actions;
        try (var events = bench.servers.journal.events()) {
            actions = events.filter(event -> event.stage() == Stage.FIRMWARE)
                    .filter(event -> event.endpoint().orElse("device-1").equals("device-1"))
                    .map((Event event) ->
                            event.party().word() + " " + event.facts().get("action")
                                    + Optional.ofNullable(event.facts().get("phase"))
                                            .map(phase -> " " + phase)
                                            .orElse(""))
                    .distinct()
                    .toList();
        }
        assertThat(actions)
                .containsExactly(
                        "lwm2m-server campaign active",
                        "lwm2m-server sent",
                        "device downloaded",
                        "lwm2m-server update",
                        "device updating",
                        "device installed",
                        "lwm2m-server deployed",
                        "lwm2m-server campaign stopped");
    }
}
