package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.UpdateCampaign.Autostop;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.account.UpdateCampaign.Strategy;
import dev.onboard.account.UpdateCampaigns.Change;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Firmware and campaigns in the database, whichever it is. */
class UpdateCampaignsTest {
    @TempDir
    private Path work;

    private OpenAccount open;

    @BeforeEach
    void start() throws Exception {
        open = OpenAccount.in(work);
    }

    @AfterEach
    void stop() {
        open.close();
    }

    private static byte[] image(int size) {
        byte[] image = new byte[size];
        new Random(size).nextBytes(image);
        return image;
    }

    private SuitEnvelope signed(byte[] image) {
        return SuitEnvelope.sign(
                Manifest.of(UpdateTarget.of("Acme", "Meter"), FirmwareVersion.parse("1.1.0"), image),
                List.of(CertificateAuthority.selfSigned(
                        CertificateRecipe.firmwareSigner("Signer"), open.clock, OpenAccount.RANDOM)));
    }

    @Test
    void aCampaignIsOverWhenEveryDeviceHasEnded() {
        Account account = open.account;
        for (int i = 0; i < 1100; i++) {
            account.devices().add(NewDevice.of("d" + i));
        }
        byte[] image = image(100_000);
        assertThat(account.firmwareImages().add("image", "", image).size()).isEqualTo(image.length);
        FirmwareManifest manifest =
                account.firmwareManifests().add("m", "", signed(image).encoded());
        assertThat(account.firmwareManifests().list(Query.all()).entries()).containsExactly(manifest);
        UpdateCampaign campaign =
                account.updateCampaigns().create(Change.of("c", manifest.id(), "name__neq=none", Delivery.PUSH));
        account.updateCampaigns().start(campaign.id());
        UpdateCampaign active = account.updateCampaigns().takeDevices(campaign.id());
        assertThat(active.phase()).isEqualTo(Phase.ACTIVE);
        assertThat(account.updateCampaigns().packageOf(active))
                .isEqualTo(signedAs(account, manifest).withImage(image).encoded());
        List<CampaignDevice> devices = account.updateCampaigns().open(campaign.id());
        assertThat(devices).hasSize(1100);

        account.updateCampaigns().record(devices.get(0), CampaignDevice.State.DEPLOYED, 1, "");
        account.updateCampaigns().record(devices.get(0), CampaignDevice.State.PENDING, 0, "an end is an end");
        assertThat(account.updateCampaigns().settle(campaign.id()).phase()).isEqualTo(Phase.ACTIVE);
        open.reopen();
        UpdateCampaigns again = open.account.updateCampaigns();
        assertThat(again.underWay()).extracting(UpdateCampaign::id).containsExactly(campaign.id());
        assertThat(again.metrics(campaign.id())).isEqualTo(new UpdateCampaigns.Metrics(1099, 1, 0, 0));
        for (CampaignDevice device : again.open(campaign.id())) {
            again.record(device, CampaignDevice.State.FAILED_CONNECTOR_CHANNEL_UPDATE, 5, "no");
        }
        UpdateCampaign stopped = again.settle(campaign.id());
        assertThat(stopped.state()).isEqualTo("autostopped");
        assertThat(stopped.autostopReason()).isEqualTo("1 of 1100 devices run the firmware, 1099 do not");
        assertThat(again.devices(campaign.id(), Query.all().where("deployment_state", "deployed"))
                        .entries())
                .hasSize(1);
    }

    private UpdateCampaign active(Strategy strategy, Autostop autostop, double percent) {
        byte[] image = image(100);
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        FirmwareManifest manifest = open.account
                .firmwareManifests()
                .add("m", "", signed(image).withImage(image).encoded());
        UpdateCampaign draft = campaigns.create(new Change(
                Optional.of("c"),
                Optional.empty(),
                Optional.of(manifest.id()),
                Optional.of("name__neq=none"),
                Optional.empty(),
                Optional.of(strategy),
                Optional.empty(),
                Optional.of(autostop),
                Optional.of(percent),
                Optional.empty()));
        campaigns.start(draft.id());
        return campaigns.takeDevices(draft.id());
    }

    @Test
    void aCampaignStopsAtThePercentageThatIsAskedFor() {
        for (int i = 0; i < 4; i++) {
            open.account.devices().add(NewDevice.of("d" + i));
        }
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        UpdateCampaign half = active(Strategy.ONE_SHOT, Autostop.ON, 50);
        UpdateCampaign never = active(Strategy.ONE_SHOT, Autostop.OFF, 50);
        for (UpdateCampaign campaign : List.of(half, never)) {
            List<CampaignDevice> devices = campaigns.open(campaign.id());
            campaigns.record(devices.get(0), CampaignDevice.State.DEPLOYED, 1, "");
            assertThat(campaigns.settle(campaign.id()).phase()).isEqualTo(Phase.ACTIVE);
            campaigns.record(devices.get(1), CampaignDevice.State.DEPLOYED, 1, "");
        }
        UpdateCampaign stopped = campaigns.settle(half.id());
        assertThat(stopped.state()).isEqualTo("autostopped");
        assertThat(stopped.autostopReason()).isEqualTo("2 of 4 devices run the firmware, as many as asked for");
        assertThat(campaigns.settle(never.id()).phase()).isEqualTo(Phase.ACTIVE);
    }

    @Test
    void aCampaignThatIsStoppedWaitsForTheDevicesThatHaveBegunAlone() {
        for (int i = 0; i < 4; i++) {
            open.account.devices().add(NewDevice.of("d" + i));
        }
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        List<Phase> told = new CopyOnWriteArrayList<>();
        Runnable unsubscribe = campaigns.subscribe(campaign -> told.add(campaign.phase()));
        String id = active(Strategy.ONE_SHOT, Autostop.ON, 100).id();
        List<CampaignDevice> devices = campaigns.open(id);
        campaigns.record(devices.get(0), CampaignDevice.State.DEPLOYED, 1, "");
        assertThat(campaigns.begin(devices.get(1))).isTrue();
        assertThat(campaigns.begin(devices.get(2))).isTrue();
        campaigns.record(devices.get(2), CampaignDevice.State.UPDATED_CONNECTOR_CHANNEL, 0, "");

        UpdateCampaign stopping = campaigns.stop(id);
        assertThat(stopping.phase()).isEqualTo(Phase.STOPPING);
        assertThat(stopping.state()).isEqualTo("stopping");
        assertThat(stopping.stoppingAt()).isPresent();
        assertThat(stopping.stoppedAt()).isEmpty();
        assertThat(campaigns.begin(devices.get(3))).isFalse();
        assertThat(campaigns.open(id)).extracting(CampaignDevice::endpoint).containsExactly("d1", "d2");
        assertThat(campaigns.underWay()).extracting(UpdateCampaign::id).contains(id);
        assertThatThrownBy(() -> campaigns.remove(id)).hasMessageContaining("the campaign is stopping");

        campaigns.record(devices.get(1), CampaignDevice.State.FAILED_CONNECTOR_CHANNEL_UPDATE, 5, "no");
        assertThat(campaigns.settle(id).phase()).isEqualTo(Phase.STOPPING);
        campaigns.record(devices.get(2), CampaignDevice.State.DEPLOYED, 1, "");
        UpdateCampaign stopped = campaigns.settle(id);
        assertThat(stopped.phase()).isEqualTo(Phase.STOPPED);
        assertThat(stopped.state()).isEqualTo("userstopped");
        assertThat(stopped.stoppingAt()).isEqualTo(stopping.stoppingAt());
        assertThat(stopped.stoppedAt()).isPresent();
        assertThat(campaigns.metrics(id)).isEqualTo(new UpdateCampaigns.Metrics(1, 2, 1, 0));
        assertThatThrownBy(() -> campaigns.stop(id)).hasMessageContaining("not under way");
        assertThat(told).containsExactly(Phase.STARTING, Phase.ACTIVE, Phase.STOPPING, Phase.STOPPED);
        unsubscribe.run();
    }

    @Test
    void aSecondStopEndsAtOnceAndACampaignThatHasSentNothingEndsAtTheFirst() {
        open.account.devices().add(NewDevice.of("d"));
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        String begun = active(Strategy.ONE_SHOT, Autostop.ON, 100).id();
        campaigns.begin(campaigns.open(begun).get(0));
        assertThat(campaigns.stop(begun).phase()).isEqualTo(Phase.STOPPING);
        assertThat(campaigns.stop(begun).phase()).isEqualTo(Phase.STOPPED);
        assertThat(campaigns.metrics(begun)).isEqualTo(new UpdateCampaigns.Metrics(1, 0, 0, 0));
        String idle = active(Strategy.ONE_SHOT, Autostop.ON, 100).id();
        assertThat(campaigns.stop(idle).phase()).isEqualTo(Phase.STOPPED);
    }

    /** Devices that are gone do not hold up what stops. */
    @Test
    void aCampaignThatIsStoppingDoesNotWaitForWhoIsGone() throws Exception {
        open.account.devices().add(NewDevice.of("left"));
        OpenAccount.get(open.account.devices().registered("left", Registration.NONE));
        Device removed = open.account.devices().add(NewDevice.of("removed"));
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        String id = active(Strategy.ONE_SHOT, Autostop.ON, 100).id();
        campaigns.open(id).forEach(campaigns::begin);
        assertThat(campaigns.stop(id).phase()).isEqualTo(Phase.STOPPING);
        open.account.devices().remove(removed.id());
        assertThat(campaigns.settle(id).phase()).isEqualTo(Phase.STOPPING);
        OpenAccount.get(open.account.devices().deregistered("left"));
        assertThat(campaigns.settle(id).phase()).isEqualTo(Phase.STOPPED);
        assertThat(campaigns.metrics(id)).isEqualTo(new UpdateCampaigns.Metrics(1, 0, 1, 0));
    }

    @Test
    void devicesForWhichNothingIsDoneAreSkippedAndCountForNothing() {
        for (int i = 0; i < 4; i++) {
            open.account.devices().add(NewDevice.of("d" + i));
        }
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        String id = active(Strategy.ONE_SHOT, Autostop.ON, 50).id();
        List<CampaignDevice> devices = campaigns.open(id);
        campaigns.record(devices.get(0), CampaignDevice.State.ALREADY_DEPLOYED, 0, "it ran it");
        campaigns.record(devices.get(1), CampaignDevice.State.NOT_SENT, 0, "without object 14");
        assertThat(campaigns.settle(id).phase()).isEqualTo(Phase.ACTIVE);
        campaigns.begin(devices.get(3));
        campaigns.record(devices.get(2), CampaignDevice.State.DEPLOYED, 1, "");
        UpdateCampaign stopping = campaigns.settle(id);
        assertThat(stopping.phase()).isEqualTo(Phase.STOPPING);
        assertThat(stopping.autostopReason()).isEqualTo("1 of 2 devices run the firmware, as many as asked for");
        campaigns.record(devices.get(3), CampaignDevice.State.DEPLOYED, 1, "");
        assertThat(campaigns.settle(id).state()).isEqualTo("autostopped");
        assertThat(campaigns.metrics(id)).isEqualTo(new UpdateCampaigns.Metrics(0, 2, 0, 2));
        assertThat(campaigns.metrics(id).total()).isEqualTo(4);
        assertThat(campaigns
                        .devices(id, Query.all().where("deployment_state", "deployed"))
                        .entries())
                .extracting(CampaignDevice::endpoint)
                .containsExactlyInAnyOrder("d0", "d2", "d3");

        String again = active(Strategy.ONE_SHOT, Autostop.ON, 100).id();
        campaigns
                .open(again)
                .forEach(device -> campaigns.record(device, CampaignDevice.State.ALREADY_DEPLOYED, 0, "it ran it"));
        UpdateCampaign stopped = campaigns.settle(again);
        assertThat(stopped.state()).isEqualTo("autostopped");
        assertThat(stopped.autostopReason()).isEqualTo("there was nothing to do: 4 devices were skipped");
    }

    @Test
    void aContinuousCampaignTakesWhoComesLater() {
        open.account.devices().add(NewDevice.of("early"));
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        UpdateCampaign shot = active(Strategy.ONE_SHOT, Autostop.ON, 100);
        UpdateCampaign continuous = active(Strategy.CONTINUOUS, Autostop.ON, 100);
        open.account.devices().add(NewDevice.of("late"));
        campaigns.takeDevices(shot.id());
        campaigns.takeDevices(continuous.id());
        assertThat(campaigns.open(shot.id()))
                .extracting(CampaignDevice::endpoint)
                .containsExactly("early");
        assertThat(campaigns.open(continuous.id()))
                .extracting(CampaignDevice::endpoint)
                .containsExactly("early", "late");
        campaigns
                .open(continuous.id())
                .forEach(device -> campaigns.record(device, CampaignDevice.State.DEPLOYED, 1, ""));
        assertThat(campaigns.settle(continuous.id()).phase()).isEqualTo(Phase.ACTIVE);
    }

    /** The platform's manifest goes to the devices as it is; its image is what it says is at its address. */
    @Test
    void aManifestOfThePlatformsTravelsAlone() {
        open.account.devices().add(NewDevice.of("d"));
        byte[] image = image(500);
        Manifest said = Manifest.of(UpdateTarget.of("Acme", "Meter"), FirmwareVersion.parse("1.1.0"), image)
                .withUri("https://firmware.example/1");
        byte[] signed = SignedManifest.sign(
                        ManifestFormat.PLATFORM_V3,
                        said,
                        List.of(CertificateAuthority.selfSigned(
                                CertificateRecipe.firmwareSigner("Signer"), open.clock, OpenAccount.RANDOM)),
                        image)
                .encoded();
        FirmwareManifest manifest = open.account.firmwareManifests().add("m", "", signed);
        assertThat(manifest.format()).isEqualTo(ManifestFormat.PLATFORM_V3);
        assertThat(manifest.uri()).isEqualTo(said.uri());
        open.account.firmwareImages().add("i", "", image);
        UpdateCampaigns campaigns = open.account.updateCampaigns();
        UpdateCampaign draft = campaigns.create(Change.of("c", manifest.id(), "name__neq=none", Delivery.PULL));
        assertThat(campaigns.imageAt(said.uri())).isEmpty();
        campaigns.start(draft.id());
        UpdateCampaign active = campaigns.takeDevices(draft.id());
        assertThat(campaigns.packageOf(active)).isEqualTo(signed);
        assertThat(campaigns.imageAt(said.uri())).contains(image);
        assertThat(campaigns.imageAt("https://firmware.example/2")).isEmpty();
        campaigns.stop(draft.id());
        assertThat(campaigns.imageAt(said.uri())).isEmpty();
    }

    private static SuitEnvelope signedAs(Account account, FirmwareManifest manifest) {
        try {
            return SuitEnvelope.read(
                    account.firmwareManifests().content(manifest.id()).orElseThrow());
        } catch (dev.onboard.manifest.UnreadableManifestException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anUploadInPiecesSurvivesARestart() {
        byte[] image = image(10_000);
        FirmwareImages images = open.account.firmwareImages();
        String job = images.begin("large", "").id();
        images.append(job, java.util.Arrays.copyOf(image, 6000));
        open.reopen();
        open.now.set(open.clock.instant().plusSeconds(1));
        images = open.account.firmwareImages();
        images.append(job, java.util.Arrays.copyOfRange(image, 6000, 10_000));
        images.append(job, new byte[0]);
        String made = images.job(job).orElseThrow().imageId().orElseThrow();
        assertThat(images.content(made)).contains(image);
        images.remove(made);
        assertThat(images.list(Query.all()).entries()).isEmpty();
        assertThatThrownBy(() -> open.account.firmwareImages().remove(made))
                .hasMessageContaining("there is no firmware image");
    }
}
