package dev.onboard.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.manifest.ManifestFormat;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a device lacks of the objects by which firmware comes to it. */
class ProcedureTest {
    private static final Procedure V1 = new ManifestObject(ManifestFormat.PLATFORM_V1);
    private static final Procedure V3 = new ManifestObject(ManifestFormat.PLATFORM_V3);
    private static final Procedure OMA = new FirmwareObject();

    private static Registered with(String root, String... paths) {
        return new Registered(
                "1",
                "d",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                "1.1",
                Duration.ofMinutes(5),
                Instant.EPOCH,
                Instant.EPOCH,
                false,
                "U",
                root,
                Map.of(),
                Arrays.stream(paths).map(path -> new Link(path, Map.of())).toList());
    }

    @Test
    void aDeviceWithAllItsObjectsLacksNothing() {
        Registered all = with("/", "/", "/3/0", "/5/0", "/14/0", "/10252/0", "/10255/0/3");
        assertThat(OMA.missing(all)).isEmpty();
        assertThat(V1.missing(all)).isEmpty();
        assertThat(V3.missing(all)).isEmpty();
        assertThat(V3.missing(with("/lwm2m", "/lwm2m", "/lwm2m/14/0", "/lwm2m/10252", "/lwm2m/10255/0")))
                .isEmpty();
    }

    @Test
    void whatIsMissingIsNamedWithItsPurpose() {
        assertThat(OMA.missing(with("/", "/3/0", "/50/0")))
                .contains(
                        "the device registered without object 5 (Firmware Update, which takes the package); nothing was"
                                + " sent. Bring it the image in a manifest of another format");
        Registered without14 = with("/", "/3/0", "/5/0", "/10252/0", "/10255/0");
        assertThat(V1.missing(without14)).isEmpty();
        assertThat(V3.missing(without14))
                .hasValueSatisfying(
                        reason -> assertThat(reason)
                                .startsWith(
                                        "the device registered without object 14 (Software Component, which says which version"));
        assertThat(V3.missing(with("/", "/1/0", "/14/0")))
                .hasValueSatisfying(reason -> assertThat(reason)
                        .contains("without object 10252 (Firmware Manifest")
                        .contains(" and 10255 (Device Metadata"));
    }
}
