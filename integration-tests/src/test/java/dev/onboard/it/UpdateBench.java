package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.CampaignDevice;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.Query;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaigns.Change;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceOptions.FirmwareTransport;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.server.UpdateService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Servers with the Update service, and devices that are registered at them. */
final class UpdateBench implements AutoCloseable {
    static final UpdateTarget TARGET = UpdateTarget.of("Onboard", "Simulated device");

    final Servers servers;
    final Factory factory = Factory.found("Update factory", Servers.CLOCK, Servers.RANDOM);
    final Fleet fleet;
    private final DtlsThreads threads;
    private final Optional<URI> plain;
    private UpdateService service;

    UpdateBench(Path folder, int devices) throws Exception {
        this(folder, devices, FirmwareTransport.COAPS);
    }

    /** With devices that fetch firmware so, and a server that offers it. */
    UpdateBench(Path folder, int devices, FirmwareTransport transport) throws Exception {
        this(folder, devices, transport, bundle -> bundle);
    }

    /** With devices to which the factory gives this. */
    UpdateBench(Path folder, int devices, FirmwareTransport transport, UnaryOperator<DeviceBundle> given)
            throws Exception {
        servers = new Servers(folder);
        plain = transport == FirmwareTransport.COAPS
                ? Optional.empty()
                : Optional.of(URI.create("coap://localhost:"
                        + servers.lwm2m
                                .serveFirmware(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                                .getPort()));
        servers.trust(factory.chain(1).toArray(java.security.cert.X509Certificate[]::new));
        service = started();
        threads = DtlsThreads.start("devices");
        fleet = Fleet.with(
                        threads,
                        servers.journal,
                        DeviceOptions.standard(Servers.CLOCK)
                                .withDisk(Disk.swift())
                                .withFirmware(transport),
                        Servers.RANDOM)
                .build();
        Path homes = Files.createDirectories(folder.resolve("devices"));
        for (int i = 1; i <= devices; i++) {
            DeviceBundle bundle = given.apply(factory.make(FactoryOrder.of(
                    EndpointName.of("device-" + i), servers.bootstrapUri(), servers.bootstrapServerCa.certificate())));
            fleet.add(bundle, BundleFiles.write(homes, bundle));
        }
        fleet.powerOn();
        assertThat(fleet.await(Set.of(DeviceState.REGISTERED), Duration.ofSeconds(60 + devices / 5)))
                .as(() -> fleet.count().toString())
                .isEqualTo(Fleet.Reached.ALL);
    }

    private UpdateService started() {
        URI own = URI.create("coaps://localhost:" + servers.lwm2m.address().getPort());
        return plain.isPresent()
                ? UpdateService.start(servers.lwm2m, servers.account, servers.journal, own, plain.get())
                : UpdateService.start(servers.lwm2m, servers.account, servers.journal, own);
    }

    /** Ends the Update service and begins another, which knows what the account knows. */
    void restartService() {
        service.close();
        service = started();
    }

    static byte[] image(int size) {
        byte[] image = new byte[size];
        new Random(size).nextBytes(image);
        return image;
    }

    /** A signed manifest and, apart from it, its image, in the account. */
    FirmwareManifest upload(String version, int size) {
        byte[] image = image(size);
        servers.account.firmwareImages().add("image " + version, "", image);
        return servers.account
                .firmwareManifests()
                .add("manifest " + version, "", sign(version, image).encoded());
    }

    /** The same in this format; a manifest of the platform's names an address on the web. */
    FirmwareManifest upload(ManifestFormat format, String version, int size) {
        byte[] image = image(size);
        Manifest manifest = Manifest.of(TARGET, FirmwareVersion.parse(version), image);
        if (format != ManifestFormat.CMS) {
            servers.account.firmwareImages().add("image " + version, "", image);
        }
        return upload(SignedManifest.sign(
                format,
                format.isPlatform() ? manifest.withUri("https://firmware.example/" + version) : manifest,
                List.of(factory.updateSigner()),
                image));
    }

    FirmwareManifest upload(SignedManifest signed) {
        return servers.account.firmwareManifests().add("manifest", "", signed.encoded());
    }

    SuitEnvelope sign(String version, byte[] image) {
        return SuitEnvelope.sign(
                Manifest.of(TARGET, FirmwareVersion.parse(version), image), List.of(factory.updateSigner()));
    }

    UpdateCampaign start(FirmwareManifest manifest, Delivery delivery) {
        UpdateCampaign draft = servers.account
                .updateCampaigns()
                .create(Change.of("to " + manifest.version(), manifest.id(), "state__eq=registered", delivery));
        return servers.account.updateCampaigns().start(draft.id());
    }

    /** The campaign when it has stopped. */
    UpdateCampaign stopped(UpdateCampaign campaign, Duration atMost) {
        assertThat(servers.journal.await(
                        event -> event.stage() == Stage.FIRMWARE
                                && campaign.id().equals(event.facts().get("campaign"))
                                && "stopped".equals(event.facts().get("phase")),
                        atMost))
                .as(() -> servers.account.updateCampaigns().metrics(campaign.id()) + "\n" + servers.timeline())
                .isPresent();
        return servers.account.updateCampaigns().get(campaign.id()).orElseThrow();
    }

    List<CampaignDevice> devices(UpdateCampaign campaign) {
        return servers.account
                .updateCampaigns()
                .devices(campaign.id(), Query.all().limit(1000))
                .entries();
    }

    /** What a device says of its firmware on its way. */
    Event told(String endpoint, String action) {
        return servers.await(
                action + " of " + endpoint,
                event -> event.stage() == Stage.FIRMWARE
                        && event.endpoint().orElse("").equals(endpoint)
                        && action.equals(event.facts().get("action")));
    }

    @Override
    public void close() throws Exception {
        fleet.close();
        threads.close();
        service.close();
        servers.close();
    }
}
