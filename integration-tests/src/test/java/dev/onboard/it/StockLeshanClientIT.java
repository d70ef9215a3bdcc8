package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaigns;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.server.Node;
import dev.onboard.server.UpdateService;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.leshan.client.LeshanClient;
import org.eclipse.leshan.client.LeshanClientBuilder;
import org.eclipse.leshan.client.californium.endpoint.CaliforniumClientEndpointsProvider;
import org.eclipse.leshan.client.californium.endpoint.coaps.CoapsClientProtocolProvider;
import org.eclipse.leshan.client.engine.DefaultRegistrationEngineFactory;
import org.eclipse.leshan.client.object.Device;
import org.eclipse.leshan.client.object.Security;
import org.eclipse.leshan.client.object.Server;
import org.eclipse.leshan.client.resource.ObjectsInitializer;
import org.eclipse.leshan.core.LwM2mId;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An unmodified Leshan client, as our users bring it, is onboarded by our servers. */
class StockLeshanClientIT {
    private static final ULong TRUST_ANCHOR = ULong.valueOf(2);

    @TempDir
    Path folder;

    private Servers servers;
    private final CertificateAuthority factoryCa = Servers.ca("Factory CA");

    @BeforeEach
    void start() throws Exception {
        servers = new Servers(folder);
    }

    @AfterEach
    void stop() {
        servers.close();
    }

    @Test
    void itBootstrapsRegistersWithItsNewIdentityAndIsRead() throws Exception {
        servers.trust(factoryCa.certificate());
        onboard("meter-7", engine -> {});
        Event registered = servers.await("registration", at(Stage.REGISTERED, Party.LWM2M_SERVER)::test);
        assertThat(registered.outcome()).isEqualTo(Outcome.OK);
        assertThat(registered.endpoint()).contains("meter-7");
        assertThat(registered.facts().get("issuer")).contains("LwM2M device CA");
    }

    @Test
    void senMlIsWrittenToAClientThatPrefersIt() throws Exception {
        servers.trust(factoryCa.certificate());
        onboard("meter-7", engine -> engine.setPreferredContentFormat(ContentFormat.SENML_CBOR));
        servers.await("registration", at(Stage.REGISTERED, Party.LWM2M_SERVER)::test);
    }

    @Test
    void aClientOfAnUnknownFactoryIsRefusedWithTheReason() throws Exception {
        LeshanClient client = client("meter-7", engine -> {});
        client.start();
        try {
            Event refused = servers.await(
                    "refusal",
                    event -> event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                            && event.party() == Party.BOOTSTRAP_SERVER
                            && event.outcome() == Outcome.REFUSED);
            assertThat(refused.reason()).contains("unknown-ca");
            assertThat(refused.alert()).hasValue(48);
            assertThat(refused.endpoint()).contains("meter-7");
        } finally {
            client.destroy(false);
        }
    }

    /** It has no object by which firmware comes to it, whatever the format. */
    @ParameterizedTest
    @CsvSource({
        "SUIT, '5 (Firmware Update, which takes the package)'",
        "PLATFORM_V1, '10252 (Firmware Manifest, which takes the platform''s manifests) and 10255'",
        "PLATFORM_V3, '14 (Software Component, which says which version of it runs) and 10252'"
    })
    void aCampaignSkipsItAndSaysWhatItLacks(ManifestFormat format, String lacks) throws Exception {
        servers.trust(factoryCa.certificate());
        LeshanClient client = client("meter-7", engine -> {});
        client.start();
        try (UpdateService service = UpdateService.start(
                servers.lwm2m,
                servers.account,
                servers.journal,
                URI.create("coaps://localhost:" + servers.lwm2m.address().getPort()))) {
            servers.await("registration", at(Stage.REGISTERED, Party.LWM2M_SERVER)::test);
            byte[] image = UpdateBench.image(100);
            Manifest manifest = Manifest.of(UpdateTarget.of("Acme", "Meter"), FirmwareVersion.parse("1.1.0"), image);
            servers.account.firmwareImages().add("image", "", image);
            String id = servers.account
                    .firmwareManifests()
                    .add(
                            "manifest",
                            "",
                            SignedManifest.sign(
                                            format,
                                            format.isPlatform() ? manifest.withUri("/image") : manifest,
                                            List.of(CertificateAuthority.selfSigned(
                                                    CertificateRecipe.firmwareSigner("Signer"),
                                                    Servers.CLOCK,
                                                    Servers.RANDOM)),
                                            image)
                                    .encoded())
                    .id();
            UpdateCampaigns campaigns = servers.account.updateCampaigns();
            String campaign = campaigns
                    .create(UpdateCampaigns.Change.of("c", id, "endpoint_name__eq=meter-7", Delivery.PULL))
                    .id();
            campaigns.start(campaign);
            Event skipped = servers.await(
                    "skip", event -> "skipped".equals(event.facts().get("action")));
            assertThat(skipped.refusedBy()).contains(Party.LWM2M_SERVER);
            assertThat(skipped.reason()).contains("object-missing");
            assertThat(skipped.detail().orElse(""))
                    .contains("the device registered without object " + lacks)
                    .contains("nothing was sent");
            servers.await("end", event -> "stopped".equals(event.facts().get("phase")));
            assertThat(campaigns.metrics(campaign)).isEqualTo(new UpdateCampaigns.Metrics(0, 0, 0, 1));
            assertThat(campaigns.get(campaign).orElseThrow().state()).isEqualTo("autostopped");
        } finally {
            client.destroy(true);
        }
    }

    private void onboard(String endpoint, Consumer<DefaultRegistrationEngineFactory> engine) throws Exception {
        LeshanClient client = client(endpoint, engine);
        client.start();
        try {
            servers.await("registration", at(Stage.REGISTERED, Party.LWM2M_SERVER)::test);
            Node manufacturer =
                    servers.lwm2m.read(endpoint, "/3/0/0").toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(manufacturer).isEqualTo(new Node.Value("Acme"));
        } finally {
            client.destroy(true);
        }
        servers.await("deregistration", at(Stage.DEREGISTERED, Party.LWM2M_SERVER)::test);
    }

    private static java.util.function.Predicate<Event> at(Stage stage, Party party) {
        return event -> event.stage() == stage && event.party() == party;
    }

    private LeshanClient client(String endpoint, Consumer<DefaultRegistrationEngineFactory> engine) throws Exception {
        Credential factory = factoryCa.issue(CertificateRecipe.device(endpoint));
        ObjectsInitializer objects = new ObjectsInitializer();
        objects.setInstancesForObject(
                LwM2mId.SECURITY,
                Security.x509Bootstrap(
                        servers.bootstrapUri().toString(),
                        factory.certificate().getEncoded(),
                        factory.privateKey().getEncoded(),
                        servers.bootstrapServerCa.certificate().getEncoded(),
                        TRUST_ANCHOR,
                        "localhost"));
        objects.setClassForObject(LwM2mId.SERVER, Server.class);
        objects.setInstancesForObject(LwM2mId.DEVICE, new Device("Acme", "Meter", "7"));
        DefaultRegistrationEngineFactory engineFactory = new DefaultRegistrationEngineFactory();
        engine.accept(engineFactory);
        return new LeshanClientBuilder(endpoint)
                .setObjects(objects.createAll())
                .setRegistrationEngineFactory(engineFactory)
                .setEndpointsProviders(
                        new CaliforniumClientEndpointsProvider.Builder(new CoapsClientProtocolProvider()).build())
                .build();
    }
}
