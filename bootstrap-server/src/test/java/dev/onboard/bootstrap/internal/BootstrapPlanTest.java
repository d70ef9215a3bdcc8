package dev.onboard.bootstrap.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.bootstrap.Delivery;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.StaticModel;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mEncoder;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapWriteRequest;
import org.eclipse.leshan.core.request.ContentFormat;
import org.junit.jupiter.api.Test;

/** What real clients accept of a bootstrap. */
class BootstrapPlanTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ONE_BLOCK = 1024;

    @Test
    void theSecurityInstanceOfALongNameFitsOneBlock() {
        CertificateAuthority deviceCa =
                CertificateAuthority.root(CertificateRecipe.ca("LwM2M device CA"), CLOCK, RANDOM);
        for (int i = 0; i < 20; i++) {
            Credential lwm2m = deviceCa.issue(CertificateRecipe.device("e".repeat(32))
                    .withOrganizationalUnit("0".repeat(32))
                    .withLocality("0".repeat(32)));
            BootstrapWriteRequest write =
                    (BootstrapWriteRequest) plan(lwm2m, "").get(2);
            assertThat(encoded(write)).hasSizeLessThanOrEqualTo(ONE_BLOCK);
        }
    }

    @Test
    void theBootstrapServersOwnInstanceIsNeverWritten() {
        assertThat(securityPath("</>,</0/0>,</1/0>;ssid=1")).isEqualTo("/0/1");
        assertThat(securityPath("</0/0>;ssid=1,</0/1>")).isEqualTo("/0/0");
        assertThat(securityPath("</0/0>,</0/1>")).as("two that could be it").isEqualTo("/0/2");
        assertThat(securityPath("")).as("no answer to Discover").isEqualTo("/0/0");
    }

    @Test
    void theServerObjectIsInstanceZeroAndWhole() {
        BootstrapWriteRequest server =
                (BootstrapWriteRequest) plan(credential(), "").get(3);
        assertThat(server.getPath().toString()).isEqualTo("/1/0");
        assertThat(((LwM2mObjectInstance) server.getNode()).getResources()).containsKeys(0, 1, 6, 7);
    }

    @Test
    void twoServersHaveAnAccountEachAndAccessControl() {
        Credential lwm2m = credential();
        CertificateAuthority serverCa =
                CertificateAuthority.root(CertificateRecipe.ca("LwM2M server CA"), CLOCK, RANDOM);
        List<LwM2mServerAccount> servers = List.of(
                new LwM2mServerAccount(
                        URI.create("coaps://one:5684"), serverCa.certificate(), 1, Duration.ofMinutes(5)),
                new LwM2mServerAccount(
                        URI.create("coaps://two:5684"), serverCa.certificate(), 2, Duration.ofMinutes(5)));
        List<BootstrapDownlinkRequest<?>> requests = BootstrapPlan.of(
                        Delivery.of(lwm2m, servers), ContentFormat.TLV, List.of())
                .requests();
        assertThat(requests.stream()
                        .map(request -> request.getClass().getSimpleName() + " " + request.getPath())
                        .toList())
                .containsExactly(
                        "BootstrapDeleteRequest /0",
                        "BootstrapDeleteRequest /1",
                        "BootstrapDeleteRequest /2",
                        "BootstrapWriteRequest /0/0",
                        "BootstrapWriteRequest /1/0",
                        "BootstrapWriteRequest /0/1",
                        "BootstrapWriteRequest /1/1",
                        "BootstrapWriteRequest /2/0",
                        "BootstrapWriteRequest /2/1",
                        "BootstrapWriteRequest /2/2",
                        "BootstrapWriteRequest /2/3",
                        "BootstrapWriteRequest /2/4",
                        "BootstrapWriteRequest /2/5",
                        "BootstrapWriteRequest /2/6",
                        "BootstrapWriteRequest /2/7",
                        "BootstrapFinishRequest null");
        LwM2mObjectInstance device = (LwM2mObjectInstance) ((BootstrapWriteRequest) requests.get(9)).getNode();
        assertThat(device.getResource(0).getValue()).isEqualTo(3L);
        assertThat(device.getResource(2).getValue(1))
                .as("the first server may do all")
                .isEqualTo(15L);
        assertThat(device.getResource(2).getValue(2)).as("the second may read").isEqualTo(1L);
        assertThat(encoded((BootstrapWriteRequest) requests.get(9))).isNotEmpty();
    }

    private static String securityPath(String links) {
        return plan(credential(), links).get(2).getPath().toString();
    }

    private static Credential credential() {
        return CertificateAuthority.root(CertificateRecipe.ca("LwM2M device CA"), CLOCK, RANDOM)
                .issue(CertificateRecipe.device("meter-7"));
    }

    private static List<BootstrapDownlinkRequest<?>> plan(Credential lwm2m, String links) {
        CertificateAuthority serverCa =
                CertificateAuthority.root(CertificateRecipe.ca("LwM2M server CA"), CLOCK, RANDOM);
        LwM2mServerAccount server = new LwM2mServerAccount(
                URI.create("coaps://localhost:5684"), serverCa.certificate(), 1, Duration.ofMinutes(5));
        try {
            List<Link> discovered = links.isEmpty()
                    ? List.of()
                    : Arrays.asList(new LenientLinks().parseCoreLinkFormat(links.getBytes(StandardCharsets.UTF_8)));
            return BootstrapPlan.of(Delivery.of(lwm2m, List.of(server)), ContentFormat.TLV, discovered)
                    .requests();
        } catch (org.eclipse.leshan.core.link.LinkParseException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] encoded(BootstrapWriteRequest write) {
        return new DefaultLwM2mEncoder()
                .encode(
                        write.getNode(),
                        ContentFormat.TLV,
                        write.getPath(),
                        new StaticModel(ObjectLoader.loadDefault()));
    }
}
