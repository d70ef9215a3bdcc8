package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.AccountException;
import dev.onboard.account.DeviceState;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaigns.Change;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.ServerAccount;
import dev.onboard.dtls.RawPeer;
import dev.onboard.factory.Disk;
import dev.onboard.http.Rotations;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.cases.CaseCertificates;
import dev.onboard.scenario.Step;
import dev.onboard.server.Content;
import dev.onboard.server.DeviceRequest;
import dev.onboard.server.DeviceRequest.Operation;
import dev.onboard.testbed.Workbench;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Carries out what happens in a scenario to devices that are registered: renewals, rotations, firmware updates, and what
 * somebody does to their flash memory. Used by one thread.
 */
final class LaterLife implements AutoCloseable {
    private static final Duration A_MOMENT = Duration.ofSeconds(3);

    private final Workbench bench;
    private final CaseCertificates certificates;
    private final JsonNode firmware;
    private final Map<Path, ServerAccount> copies = new HashMap<>();
    private final List<RawPeer.Listening> strangers = new ArrayList<>();
    private final Credential signer;
    private boolean byManifest;
    private int campaigns;

    /** @param firmware the field {@code firmware}; missing: everything is good */
    LaterLife(Workbench bench, CaseCertificates certificates, JsonNode firmware) {
        this.bench = bench;
        this.certificates = certificates;
        this.firmware = firmware;
        this.signer = firmware.has("authenticity")
                ? credential(firmware.path("authenticity").asText())
                : bench.firmwareCa().issue(CertificateRecipe.firmwareSigner("Firmware signer"));
    }

    private Credential credential(String id) {
        return Credential.unproven(certificates.key(id).getPrivate(), List.of(certificates.certificate(id)));
    }

    /** The update authenticity certificate that devices have from their factory. */
    X509Certificate authenticity() {
        return firmware.has("authenticity")
                ? certificates.certificate(firmware.path("authenticity").asText())
                : bench.firmwareCa().certificate();
    }

    /** The account writes down a moment later what the journal has told, and renews registered devices alone. */
    void renew(String endpoint) {
        long deadline = System.nanoTime() + A_MOMENT.toNanos();
        while (!isRegistered(endpoint) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        bench.upkeep().renew(endpoint);
    }

    private boolean isRegistered(String endpoint) {
        return bench.account()
                .devices()
                .byEndpoint(endpoint)
                .filter(device -> device.state() == DeviceState.REGISTERED)
                .isPresent();
    }

    /** Throws {@link AccountException} when the account refuses it, and was not to. */
    void rotate(Step.Rotate step) throws IOException {
        if (!step.to().isEmpty()) {
            bench.nextLwm2mCredential(credential(step.to()));
        }
        Rotations rotations = bench.upkeep().rotations();
        try {
            switch (step.turn()) {
                case BEGIN -> rotations.begin(step.subject());
                case FINISH -> rotations.finish(step.subject(), Rotations.Leaving.NOBODY);
                case FORCE_FINISH -> rotations.finish(step.subject(), Rotations.Leaving.STRAGGLERS);
            }
        } catch (AccountException e) {
            if (e.kind().name().toLowerCase(Locale.ROOT).equals(step.answer())) {
                return;
            }
            throw e;
        }
        if (!step.answer().isEmpty()) {
            throw new IOException("the account carried it out, where it was to refuse: " + step.answer());
        }
    }

    /** @param endpoints of the devices concerned */
    void update(Step.Update step, List<String> endpoints) throws IOException {
        FirmwareOrder order = new FirmwareOrder(step.written());
        byte[] octets = order.octets(certificates, signer);
        byManifest = order.format().isPlatform();
        if (step.written().has("source")) {
            String uri = "coaps://localhost:"
                    + stranger(step.written().path("source").asText()) + "/firmware/1";
            for (String endpoint : endpoints) {
                Asked.await("write /5/0/1", bench.lwm2mServer().write(endpoint, "/5/0/1", uri), "");
            }
        } else if (order.way() == FirmwareOrder.Way.DIRECT) {
            DeviceRequest request =
                    DeviceRequest.of(Operation.WRITE, "/5/0/0").with(Content.of("application/octet-stream", octets));
            for (String endpoint : endpoints) {
                if (byManifest) {
                    Asked.await("execute /10252/0/1", bench.lwm2mServer().post(endpoint, "/10252/0/1", octets), "");
                } else {
                    Asked.await("write /5/0/0", bench.lwm2mServer().send(endpoint, request), "");
                }
            }
        } else {
            campaign(order, octets, endpoints);
        }
    }

    /** Where a device says what became of the last firmware that was brought to it. */
    String resultPath() {
        return byManifest ? "/10252/0/3" : "/5/0/5";
    }

    private void campaign(FirmwareOrder order, byte[] octets, List<String> endpoints) {
        bench.upkeep().carryOutCampaigns();
        String name = "campaign " + ++campaigns + " to " + order.version();
        if (byManifest) {
            bench.account().firmwareImages().add("image of " + name, "", order.image());
        }
        String manifest =
                bench.account().firmwareManifests().add(name, "", octets).id();
        List<String> names = new ArrayList<>();
        endpoints.forEach(endpoint -> names.add(URLEncoder.encode(endpoint, StandardCharsets.UTF_8)));
        UpdateCampaign draft = bench.account()
                .updateCampaigns()
                .create(Change.of(
                        name,
                        manifest,
                        "endpoint_name__in=" + String.join(",", names),
                        order.way() == FirmwareOrder.Way.PUSH ? Delivery.PUSH : Delivery.PULL));
        bench.account().updateCampaigns().start(draft.id());
    }

    /** A server of somebody else's, which goes no further than the handshake; its port. */
    private int stranger(String id) throws IOException {
        RawPeer.Listening listening = RawPeer.presenting(
                        List.of(certificates.der(id)), certificates.key(id).getPrivate())
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), report -> {});
        strangers.add(listening);
        return listening.address().getPort();
    }

    /** @param device where the device lives */
    void flash(Step.Hand what, Path device) throws IOException {
        CredentialStore store = new CredentialStore(device, Disk.swift());
        switch (what) {
            case BACK_UP ->
                copies.put(
                        device,
                        store.load()
                                .orElseThrow(() -> new IOException("the device has no LwM2M credentials to back up")));
            case RESTORE -> {
                ServerAccount copy = copies.get(device);
                if (copy == null) {
                    throw new IOException("nothing was backed up that could be restored");
                }
                store.save(copy);
            }
            case TAMPER -> {
                Path kept = device.resolve("package").resolve("package.bin");
                if (!Files.exists(kept)) {
                    throw new IOException("the device keeps no firmware package that could be changed");
                }
                byte[] octets = Files.readAllBytes(kept);
                octets[octets.length / 2] ^= 1;
                Files.write(kept, octets);
            }
        }
    }

    @Override
    public void close() {
        strangers.forEach(RawPeer.Listening::close);
    }
}
