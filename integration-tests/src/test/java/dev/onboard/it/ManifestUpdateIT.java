package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.CampaignDevice;
import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaigns.Change;
import dev.onboard.device.DeviceOptions.FirmwareTransport;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.Patch;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.server.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Campaigns whose manifest is not a SUIT envelope: the platform's by its object 10252, images in CMS by object 5; patches. */
class ManifestUpdateIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private UpdateBench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new UpdateBench(folder, 2);
    }

    @AfterEach
    void stop() throws Exception {
        bench.close();
    }

    private String read(String path) throws Exception {
        Node node =
                bench.servers.lwm2m.read("device-1", path).toCompletableFuture().get(20, TimeUnit.SECONDS);
        return ((Node.Value) node).value().toString();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SUIT")
    void aCampaignBringsFirmwareInEachFormat(ManifestFormat format) throws Exception {
        FirmwareManifest manifest = bench.upload(format, "1.1.0", 120_000);
        UpdateCampaign stopped = bench.stopped(bench.start(manifest, Delivery.PULL), SOON);
        assertThat(stopped.state())
                .as(() -> stopped + "\n" + bench.servers.timeline())
                .isEqualTo("deployed");
        assertThat(bench.devices(stopped)).hasSize(2).allMatch(device -> device.state() == State.DEPLOYED);
        assertThat(read("/3/0/3")).isEqualTo("1.1.0");
        assertThat(read("/14/0/2")).isEqualTo("1.1.0");
        assertThat(read("/10252/0/2")).isEqualTo("1");
        assertThat(read("/10252/0/5")).isEqualTo(manifest.imageDigest());
        assertThat(read("/10252/0/6")).isEqualTo("1001000");
        switch (format) {
            case PLATFORM_V1 -> assertThat(read("/10252/0/3")).isEqualTo("100");
            case PLATFORM_V3 -> assertThat(read("/10252/0/3")).isEqualTo("18");
            default -> assertThat(read("/5/0/5")).isEqualTo("1");
        }
    }

    /** Each refusal has the platform's result and our reason. */
    @ParameterizedTest
    @EnumSource(names = {"PLATFORM_V1", "PLATFORM_V3"})
    void anotherVendorsManifestIsRefused(ManifestFormat format) throws Exception {
        byte[] image = UpdateBench.image(50_000);
        bench.servers.account.firmwareImages().add("of another", "", image);
        Manifest foreign = Manifest.of(UpdateTarget.of("Else", "Else"), FirmwareVersion.parse("1.1.0"), image)
                .withUri("https://firmware.example/x");
        UpdateCampaign stopped = bench.stopped(
                bench.start(
                        bench.upload(
                                SignedManifest.sign(format, foreign, List.of(bench.factory.updateSigner()), image)),
                        Delivery.PULL),
                SOON);
        int result = format == ManifestFormat.PLATFORM_V1 ? 215 : 30;
        assertThat(stopped.state()).isEqualTo("autostopped");
        assertThat(bench.devices(stopped)).allSatisfy(device -> {
            assertThat(device.state()).isEqualTo(State.FAILED_CONNECTOR_CHANNEL_UPDATE);
            assertThat(device.result()).isEqualTo(result);
            assertThat(device.reason()).contains("wrong vendor id").contains("goes on with 1.0.0");
        });
        assertThat(bench.told("device-2", "refused").reason()).contains("wrong-vendor");
        assertThat(read("/10252/0/3")).isEqualTo(Integer.toString(result));
        assertThat(read("/3/0/3")).isEqualTo("1.0.0");
    }

    @Test
    void aPatchIsForTheImageThatRuns() throws Exception {
        byte[] first = UpdateBench.image(90_000);
        bench.stopped(bench.start(bench.upload("1.1.0", first.length), Delivery.PULL), SOON);
        byte[] second = first.clone();
        System.arraycopy(UpdateBench.image(500), 0, second, 40_000, 500);
        FirmwareManifest third = patch("1.2.0", first, second, ManifestFormat.PLATFORM_V3);
        assertThat(third.payload()).isEqualTo(FirmwareManifest.Payload.DELTA);
        assertThat(third.imageSize()).isLessThan(3000);
        UpdateCampaign stopped = bench.stopped(bench.start(third, Delivery.PULL), SOON);
        assertThat(stopped.state()).as(bench.servers::timeline).isEqualTo("deployed");
        assertThat(read("/3/0/3")).isEqualTo("1.2.0");
        // the next one is made for the image before, which does not run any more
        UpdateCampaign refused = bench.stopped(
                bench.start(patch("1.3.0", first, UpdateBench.image(1000), ManifestFormat.SUIT), Delivery.PUSH), SOON);
        assertThat(refused.state()).isEqualTo("autostopped");
        assertThat(bench.told("device-2", "refused").reason()).contains("wrong-precursor");
        assertThat(read("/3/0/3")).isEqualTo("1.2.0");
    }

    private FirmwareManifest patch(String version, byte[] before, byte[] after, ManifestFormat format) {
        byte[] patch = Patch.make(before, after);
        bench.servers.account.firmwareImages().add("patch to " + version, "", patch);
        Manifest manifest = Manifest.of(UpdateBench.TARGET, FirmwareVersion.parse(version), patch)
                .withDelta(Manifest.Delta.of(before, after));
        return bench.upload(SignedManifest.sign(
                format,
                format.isPlatform() ? manifest.withUri("https://firmware.example/" + version) : manifest,
                List.of(bench.factory.updateSigner()),
                patch));
    }

    /**
     * While some devices have the old update authenticity certificate and some the next one. A manifest of version 1 is signed by
     * both; one of version 3 has one signature, so that there are two of them, each in a campaign of its own.
     */
    @ParameterizedTest
    @EnumSource(names = {"PLATFORM_V1", "PLATFORM_V3"})
    void oneAuthenticityCertificateTakesOverFromAnother(ManifestFormat format) throws Exception {
        Credential next = CertificateAuthority.selfSigned(
                CertificateRecipe.firmwareSigner("Next"), Servers.CLOCK, Servers.RANDOM);
        try (UpdateBench mixed = new UpdateBench(
                Files.createDirectories(folder.resolve("mixed")),
                2,
                FirmwareTransport.COAPS,
                bundle -> bundle.endpoint().value().equals("device-2")
                        ? bundle.withUpdateAuthenticity(next.certificate())
                        : bundle)) {
            Credential old = mixed.factory.updateSigner();
            if (format == ManifestFormat.PLATFORM_V1) {
                UpdateCampaign both = mixed.stopped(mixed.start(signed(mixed, format, old, next), Delivery.PULL), SOON);
                assertThat(both.state()).as(mixed.servers::timeline).isEqualTo("deployed");
                assertThat(mixed.devices(both)).hasSize(2).allMatch(device -> device.state() == State.DEPLOYED);
                return;
            }
            UpdateCampaign first = mixed.stopped(mixed.start(signed(mixed, format, old), Delivery.PULL), SOON);
            assertThat(states(mixed, first))
                    .containsEntry("device-1", State.DEPLOYED)
                    .containsEntry("device-2", State.FAILED_CONNECTOR_CHANNEL_UPDATE);
            assertThat(mixed.told("device-2", "refused").reason()).contains("bad-manifest-signature");
            UpdateCampaign second = mixed.stopped(mixed.start(signed(mixed, format, next), Delivery.PULL), SOON);
            assertThat(states(mixed, second))
                    .containsEntry("device-1", State.ALREADY_DEPLOYED)
                    .containsEntry("device-2", State.DEPLOYED);
            assertThat(second.autostopReason()).isEqualTo("1 of 1 devices run the firmware, 0 do not; 1 were skipped");
        }
    }

    private static Map<String, State> states(UpdateBench bench, UpdateCampaign campaign) {
        return bench.devices(campaign).stream()
                .collect(Collectors.toMap(CampaignDevice::endpoint, CampaignDevice::state));
    }

    private static FirmwareManifest signed(UpdateBench bench, ManifestFormat format, Credential... signers) {
        byte[] image = UpdateBench.image(5000);
        bench.servers.account.firmwareImages().add("image", "", image);
        Manifest manifest = Manifest.of(UpdateBench.TARGET, FirmwareVersion.parse("1.1.0"), image)
                .withUri("https://firmware.example/1.1.0");
        return bench.upload(SignedManifest.sign(format, manifest, List.of(signers), image));
    }

    /** The platform's tools choose the devices of a campaign by the ids that the devices themselves published. */
    @Test
    void devicesAreChosenByTheirVendorAndClass() throws Exception {
        String vendor = HexFormat.of().formatHex(UpdateTarget.octets(UpdateBench.TARGET.vendor()));
        String deviceClass = HexFormat.of().formatHex(UpdateTarget.octets(UpdateBench.TARGET.deviceClass()));
        UpdateCampaign campaign = bench.servers
                .account
                .updateCampaigns()
                .create(Change.of(
                        "by class",
                        bench.upload(ManifestFormat.PLATFORM_V3, "1.1.0", 1000).id(),
                        "device_class__eq=" + deviceClass + "&vendor_id__eq=" + vendor,
                        Delivery.PULL));
        bench.servers.account.updateCampaigns().start(campaign.id());
        assertThat(bench.stopped(campaign, SOON).state()).isEqualTo("deployed");
        assertThat(bench.devices(campaign)).hasSize(2);
    }

    @Test
    void aLossOfPowerInTheMiddleEndsOnTheNewVersion() throws Exception {
        FirmwareManifest manifest = bench.upload(ManifestFormat.PLATFORM_V3, "1.1.0", 400_000);
        UpdateCampaign campaign = bench.start(manifest, Delivery.PULL);
        bench.told("device-2", "downloading");
        SimulatedDevice device = bench.fleet.device("device-2").orElseThrow();
        device.cutPower();
        device.powerOn();
        bench.restartService();
        UpdateCampaign stopped = bench.stopped(campaign, SOON);
        assertThat(stopped.state()).as(bench.servers::timeline).isEqualTo("deployed");
        assertThat(bench.devices(campaign)).allMatch(each -> each.state() == State.DEPLOYED);
        try (var events = bench.servers.journal.events()) {
            assertThat(events.filter(event -> event.stage() == Stage.FIRMWARE
                            && "installed".equals(event.facts().get("action"))))
                    .hasSize(2);
        }
    }

    /** Where the server offers it, and to devices that say that they take it. */
    @Test
    void firmwareComesWithoutDtlsWhereBothSidesAreTold() throws Exception {
        try (UpdateBench plain = new UpdateBench(
                Files.createDirectories(folder.resolve("plain")), 1, FirmwareTransport.COAPS_AND_COAP)) {
            UpdateCampaign stopped = plain.stopped(plain.start(plain.upload("1.1.0", 100_000), Delivery.PULL), SOON);
            assertThat(stopped.state()).as(plain.servers::timeline).isEqualTo("deployed");
            assertThat(plain.told("device-1", "downloading").facts().get("uri")).startsWith("coap://localhost:");
        }
    }
}
