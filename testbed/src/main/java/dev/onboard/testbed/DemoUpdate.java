package dev.onboard.testbed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.account.UpdateCampaigns.Change;
import dev.onboard.account.UpdateCampaigns.Metrics;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code demo --update} shows: a campaign with a good image, and one whose image was changed after it was signed. In the
 * testbed of a demo whose devices are registered.
 */
public final class DemoUpdate {
    private static final int IMAGE = 64 * 1024;
    private static final String GOOD = "1.1.0";
    private static final String TAMPERED = "1.2.0";

    private final Testbed testbed;
    private final SecureRandom random;
    private final ManifestFormat format;

    /** With manifests in this format. */
    public DemoUpdate(Testbed testbed, SecureRandom random, ManifestFormat format) {
        this.testbed = testbed;
        this.random = random;
        this.format = format;
    }

    /**
     * How a campaign of the demo ended.
     *
     * @param version it was to bring
     * @param state of the campaign
     * @param refusal what a device said that did not take it
     */
    public record Ended(String version, String state, Metrics metrics, Optional<Event> refusal) {
        /** As {@code demo --json} has it. */
        void into(ObjectNode document) {
            document.put("version", version)
                    .put("state", state)
                    .put("deployed", metrics.success())
                    .put("refused", metrics.failed())
                    .put("reason", refusal.flatMap(Event::reason).orElse(null))
                    .put("detail", refusal.flatMap(Event::detail).orElse(null));
        }
    }

    /**
     * Both campaigns.
     *
     * @param changed what was changed after it was signed
     */
    public record Report(Ended good, Ended tampered, String changed) {
        /** Whether every device took the good image and none the other. */
        public boolean isAsExpected() {
            return good.metrics().failed() + good.metrics().pending() == 0
                    && good.metrics().success() > 0
                    && tampered.metrics().success() == 0
                    && tampered.metrics().failed() == tampered.metrics().total();
        }

        /** As {@code demo --json} has it. */
        public void into(ObjectNode document) {
            good.into(document.putObject("good"));
            tampered.into(document.putObject("tampered"));
        }

        /** For people. */
        public List<String> lines() {
            return List.of(
                    "update to " + good.version() + ": " + good.metrics().success() + " of "
                            + good.metrics().total() + " devices run it",
                    "update to " + tampered.version() + ", " + changed + " changed after it was signed: "
                            + tampered.metrics().failed() + " of "
                            + tampered.metrics().total() + " devices refused it",
                    "  "
                            + tampered.refusal()
                                    .map(event -> event.reason().orElse("") + ": "
                                            + event.detail().orElse(""))
                                    .orElse("no device refused it"));
        }
    }

    /**
     * Carries both out; returns when they have stopped.
     *
     * @param devices how many take part, for how long it may take
     */
    public Report run(int devices) {
        try {
            Credential signer = signer();
            byte[] image = new byte[IMAGE];
            random.nextBytes(image);
            Account account = testbed.account();
            account.firmwareImages().add("demo " + GOOD, "", image);
            Duration patience = Duration.ofSeconds(120 + devices);
            Ended good = carriedOut(GOOD, sign(signer, GOOD, image).encoded(), patience);
            Ended tampered = carriedOut(TAMPERED, tampered(sign(signer, TAMPERED, image), image), patience);
            return new Report(good, tampered, format.isPlatform() ? "a manifest" : "an image");
        } catch (IOException e) {
            throw new UsageException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private Credential signer() throws IOException {
        Path update = testbed.workDirectory().path().resolve("update");
        return CredentialFiles.readCredential(
                update.resolve("update-auth.cert.pem"), update.resolve("update-auth.key.pem"));
    }

    private SignedManifest sign(Credential signer, String version, byte[] image) {
        DeviceIdentity identity = DeviceIdentity.simulated("");
        Manifest manifest = Manifest.of(
                UpdateTarget.of(identity.manufacturer(), identity.model()), FirmwareVersion.parse(version), image);
        return SignedManifest.sign(
                format,
                format.isPlatform() ? manifest.withUri("/firmware-images/demo-" + version) : manifest,
                List.of(signer),
                image);
    }

    /**
     * What somebody makes of a package on its way: one bit of the image is another. The platform's manifest travels without its
     * image, so it is the manifest that is changed: nobody but its signer can name another image.
     */
    private static byte[] tampered(SignedManifest signed, byte[] image) {
        byte[] octets = signed instanceof SuitEnvelope envelope
                ? envelope.withImage(image).encoded()
                : signed.encoded();
        if (signed.format().isPlatform()) {
            int address = new String(octets, StandardCharsets.ISO_8859_1).indexOf("demo-");
            octets[address] ^= 1;
        } else {
            octets[octets.length / 2] ^= 1;
        }
        return octets;
    }

    private Ended carriedOut(String version, byte[] manifest, Duration patience) {
        Account account = testbed.account();
        FirmwareManifest stored = account.firmwareManifests().add("demo " + version, "", manifest);
        long before = newest();
        UpdateCampaign campaign = account.updateCampaigns()
                .create(Change.of("demo " + version, stored.id(), "state__eq=registered", Delivery.PULL));
        account.updateCampaigns().start(campaign.id());
        testbed.journal()
                .await(
                        event -> event.stage() == Stage.FIRMWARE
                                && campaign.id().equals(event.facts().get("campaign"))
                                && Phase.STOPPED.word().equals(event.facts().get("phase")),
                        patience);
        Optional<Event> refusal;
        try (Stream<Event> events = testbed.journal().events()) {
            refusal = events.filter(event -> event.id() > before
                            && event.stage() == Stage.FIRMWARE
                            && event.party() == Party.DEVICE
                            && event.outcome() != Outcome.OK)
                    .findFirst();
        }
        return new Ended(
                version,
                account.updateCampaigns().get(campaign.id()).orElseThrow().state(),
                account.updateCampaigns().metrics(campaign.id()),
                refusal);
    }

    private long newest() {
        try (Stream<Event> events = testbed.journal().events()) {
            return events.mapToLong(Event::id).max().orElse(0);
        }
    }
}
