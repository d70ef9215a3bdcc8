package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.journal.Event;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.eclipse.californium.core.coap.BlockOption;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The platform's objects of a device, driven over DTLS as the platform's service drives them. */
class ManifestTest {
    private static final UpdateTarget TARGET = UpdateTarget.of("Onboard", "Simulated device");
    private static final String URI = "https://firmware.example/1";

    @TempDir
    private Path directory;

    private Testbench bench;
    private final byte[] image = image(60_000);

    @BeforeEach
    void register() throws Exception {
        bench = new Testbench(directory);
        bench.device("x").powerOn();
        bench.awaitAll(DeviceState.REGISTERED);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static byte[] image(int size) {
        byte[] image = new byte[size];
        new Random(size).nextBytes(image);
        return image;
    }

    private Manifest manifest(String version) {
        return Manifest.of(TARGET, FirmwareVersion.parse(version), image).withUri(URI);
    }

    private byte[] signed(ManifestFormat format, Manifest manifest, Credential... signers) {
        List<Credential> by = signers.length == 0 ? List.of(bench.factory.updateSigner()) : List.of(signers);
        return SignedManifest.sign(format, manifest, by, image).encoded();
    }

    private Response send(byte[] manifest) throws Exception {
        Request request = new Request(Code.POST);
        request.getOptions().setUriPath("/10252/0/1").setContentFormat(42);
        request.setPayload(manifest);
        return bench.ask("x", request);
    }

    private String read(String path) throws Exception {
        Request request = Request.newGet();
        request.getOptions().setUriPath(path);
        return bench.ask("x", request).getPayloadString();
    }

    private Event told(String action) {
        return bench.event("x", Stage.FIRMWARE, e -> action.equals(e.facts().get("action")));
    }

    /** Serves these octets to whoever asks for the address by Proxy-Uri. */
    private void serve(byte[] octets, Consumer<Integer> onBlock) {
        Consumer<Exchange> usual = bench.lwm2m.script();
        bench.lwm2m.onRequest(exchange -> {
            Request request = exchange.getRequest();
            if (request.getCode() != Code.GET) {
                usual.accept(exchange);
                return;
            }
            boolean ours = request.getOptions().getUriPathString().equals("fw")
                    && URI.equals(request.getOptions().getProxyUri());
            int number = request.getOptions().hasBlock2()
                    ? request.getOptions().getBlock2().getNum()
                    : 0;
            int to = Math.min(octets.length, number * 1024 + 1024);
            Response response = new Response(ours ? ResponseCode.CONTENT : ResponseCode.NOT_FOUND);
            if (ours) {
                response.setPayload(Arrays.copyOfRange(octets, number * 1024, to));
                response.getOptions().setBlock2(new BlockOption(6, to < octets.length, number));
            }
            exchange.sendResponse(response);
            onBlock.accept(number);
        });
    }

    private void awaitRegisteredAfter(Event event) {
        bench.event("x", Stage.REGISTERED, e -> e.id() > event.id());
    }

    @ParameterizedTest
    @CsvSource({"PLATFORM_V1, 100", "PLATFORM_V3, 18"})
    void aManifestIsCarriedOutWithoutBeingAskedAgain(ManifestFormat format, String result) throws Exception {
        assertThat(read("/10252/0/2")).isEqualTo("1");
        assertThat(read("/10252/0/3")).isEqualTo("-1");
        serve(image, number -> {});
        assertThat(send(signed(format, manifest("1.1.0"))).getCode()).isEqualTo(ResponseCode.CHANGED);
        awaitRegisteredAfter(told("installed"));
        assertThat(read("/3/0/3")).isEqualTo("1.1.0");
        assertThat(read("/14/0/0")).isEqualTo("MAIN");
        assertThat(read("/14/0/2")).isEqualTo("1.1.0");
        assertThat(read("/10252/0/2")).isEqualTo("1");
        assertThat(read("/10252/0/3")).isEqualTo(result);
        assertThat(read("/5/0/3")).isEqualTo("0");
        assertThat(read("/5/0/5")).isEqualTo("0");
        assertThat(bench.home("x").resolve("manifest")).doesNotExist();
    }

    /** The server learns vendor and class from the links of the registration. */
    @Test
    void vendorAndClassArePublished() throws Exception {
        assertThat(bench.registered("x").links()).contains("</10252/0>", "</10255/0/3>;v=\"", "</10255/0/4>;v=\"");
        Request request = Request.newGet();
        request.getOptions().setUriPath("/10255/0/3");
        assertThat(bench.ask("x", request).getPayload()).isEqualTo(UpdateTarget.octets(TARGET.vendor()));
    }

    @Test
    void oneUpdateIsUnderWayAtATime() throws Exception {
        serve(image, number -> {
            if (number == 10) {
                bench.fleet.device("x").orElseThrow().cutPower();
            }
        });
        send(signed(ManifestFormat.PLATFORM_V3, manifest("1.1.0")));
        bench.awaitAll(DeviceState.OFF);
        bench.lwm2m.onRequest(withoutFiles(bench.lwm2m.script()));
        bench.fleet.device("x").orElseThrow().powerOn();
        bench.awaitAll(DeviceState.REGISTERED);
        assertThat(read("/10252/0/2")).isEqualTo("4");
        assertThat(read("/5/0/3")).isEqualTo("0");
        assertThat(send(signed(ManifestFormat.PLATFORM_V3, manifest("1.2.0"))).getCode())
                .isEqualTo(ResponseCode.METHOD_NOT_ALLOWED);
        Request address = new Request(Code.PUT);
        address.getOptions().setUriPath("/5/0/1").setContentFormat(0);
        address.setPayload("coaps://localhost/firmware/1");
        assertThat(bench.ask("x", address).getCode()).isEqualTo(ResponseCode.METHOD_NOT_ALLOWED);
    }

    /** A server that does not answer GET: a download stays where it is. */
    private static Consumer<Exchange> withoutFiles(Consumer<Exchange> usual) {
        return exchange -> {
            if (exchange.getRequest().getCode() == Code.GET) {
                exchange.sendAccept();
            } else {
                usual.accept(exchange);
            }
        };
    }

    private enum Fault {
        TAMPERED_IMAGE("wrong-digest", 26, 309),
        CUT_SHORT("wrong-size", 26, 309),
        /** A manifest of version 3 does not say who signed it. */
        FOREIGN_SIGNER("bad-manifest-signature", 23, 208),
        DEVICE_CA("bad-manifest-signature", 23, 208),
        CHANGED("bad-manifest-signature", 23, 207),
        ROLLBACK("rollback", 27, 221),
        SAME_VERSION("rollback", 27, 221),
        OTHER_VENDOR("wrong-vendor", 30, 215),
        OTHER_CLASS("wrong-class", 31, 216),
        PATCH_FOR_ANOTHER("wrong-precursor", 32, 229),
        NO_ADDRESS("invalid-uri", 21, 307),
        NOT_THERE("response-4.04", 21, 307),
        NONSENSE("malformed-manifest", 22, 218);

        private final String reason;
        private final int v3;
        private final int v1;

        Fault(String reason, int v3, int v1) {
            this.reason = reason;
            this.v3 = v3;
            this.v1 = v1;
        }

        String reason(ManifestFormat format) {
            if (format == ManifestFormat.PLATFORM_V1 && (this == FOREIGN_SIGNER || this == DEVICE_CA)) {
                return "unknown-ca";
            }
            return format == ManifestFormat.PLATFORM_V1 && this == CHANGED ? "manifest-changed" : reason;
        }
    }

    private byte[] faulty(ManifestFormat format, Fault fault) {
        Manifest good = manifest("1.1.0");
        byte[] other = image.clone();
        return switch (fault) {
            case TAMPERED_IMAGE -> {
                other[20_000] ^= 1;
                serve(other, number -> {});
                yield signed(format, good);
            }
            case CUT_SHORT -> {
                serve(Arrays.copyOf(image, 59_999), number -> {});
                yield signed(format, good);
            }
            case FOREIGN_SIGNER ->
                signed(
                        format,
                        good,
                        CertificateAuthority.selfSigned(
                                CertificateRecipe.firmwareSigner("Foreign"), Testbench.CLOCK, Testbench.RANDOM));
            case DEVICE_CA -> signed(format, good, bench.factory.authority(1).credential());
            case CHANGED -> {
                byte[] octets = signed(format, good);
                int address = new String(octets, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("example");
                octets[address] ^= 1;
                yield octets;
            }
            case ROLLBACK -> signed(format, manifest("0.9.0"));
            case SAME_VERSION -> signed(format, manifest("1.0.0"));
            case OTHER_VENDOR ->
                signed(
                        format,
                        Manifest.of(UpdateTarget.of("Else", "Simulated device"), FirmwareVersion.parse("1.1.0"), image)
                                .withUri(URI));
            case OTHER_CLASS ->
                signed(
                        format,
                        Manifest.of(UpdateTarget.of("Onboard", "Else"), FirmwareVersion.parse("1.1.0"), image)
                                .withUri(URI));
            case PATCH_FOR_ANOTHER -> signed(format, good.withDelta(Manifest.Delta.of(other, image(10))));
            case NO_ADDRESS -> signed(format, good.withUri(""));
            case NOT_THERE -> {
                serve(image, number -> {});
                yield signed(format, good.withUri("https://firmware.example/2"));
            }
            case NONSENSE -> {
                byte[] octets = signed(format, good);
                yield Arrays.copyOf(octets, octets.length - 1);
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrongIsRefusedWithThePlatformsResultAndOurReason(Fault fault) throws Exception {
        refused(ManifestFormat.PLATFORM_V3, fault, fault.v3);
    }

    @ParameterizedTest
    @EnumSource
    void theSameWithAManifestOfVersion1(Fault fault) throws Exception {
        refused(ManifestFormat.PLATFORM_V1, fault, fault.v1);
    }

    private void refused(ManifestFormat format, Fault fault, int result) throws Exception {
        assertThat(send(faulty(format, fault)).getCode()).isEqualTo(ResponseCode.CHANGED);
        Event refused = told("refused");
        assertThat(refused.reason()).contains(fault.reason(format));
        assertThat(refused.detail()).isPresent();
        assertThat(refused.facts()).containsEntry("result", Integer.toString(result));
        assertThat(read("/10252/0/3")).isEqualTo(Integer.toString(result));
        assertThat(read("/10252/0/2")).isEqualTo("1");
        assertThat(read("/3/0/3")).isEqualTo("1.0.0");
        assertThat(bench.home("x").resolve("package")).doesNotExist();
        assertThat(bench.home("x").resolve("manifest")).doesNotExist();
    }

    /** What lies on the device is changed between the check and the installation. */
    @ParameterizedTest
    @CsvSource({"PLATFORM_V1, 505", "PLATFORM_V3, 40"})
    void whatChangedAfterItsCheckIsNotInstalled(ManifestFormat format, String result) throws Exception {
        serve(image, number -> {});
        send(signed(format, manifest("1.1.0")));
        Event installed = told("installed");
        awaitRegisteredAfter(installed);
        SimulatedDevice device = bench.fleet.device("x").orElseThrow();
        device.cutPower();
        bench.awaitAll(DeviceState.OFF);
        // as it would lie there had the power gone just before the start that installs it
        Path home = bench.home("x");
        Path state = home.resolve("update/state.json");
        Files.writeString(state, Files.readString(state).replace("\"idle\"", "\"updating\""));
        byte[] other = image.clone();
        other[1] ^= 1;
        Files.createDirectory(home.resolve("package"));
        Files.write(home.resolve("package/package.bin"), other);
        Files.createDirectory(home.resolve("manifest"));
        Files.write(home.resolve("manifest/manifest.bin"), signed(format, manifest("1.2.0")));
        device.powerOn();
        Event refused = told("refused");
        assertThat(refused.reason()).contains("wrong-digest");
        awaitRegisteredAfter(refused);
        assertThat(read("/10252/0/3")).isEqualTo(result);
        assertThat(read("/3/0/3")).isEqualTo("1.1.0");
    }

    /** Whatever it was doing when the power went, it ends on the new version. */
    @ParameterizedTest
    @CsvSource({"downloaded", "updating"})
    void aLossOfPowerBeforeTheInstallationIsMadeUpFor(String state) throws Exception {
        serve(image, number -> {});
        send(signed(ManifestFormat.PLATFORM_V3, manifest("1.1.0")));
        awaitRegisteredAfter(told("installed"));
        SimulatedDevice device = bench.fleet.device("x").orElseThrow();
        device.cutPower();
        bench.awaitAll(DeviceState.OFF);
        long before = bench.event("x", Stage.POWER, e -> "cut".equals(e.facts().get("action")))
                .id();
        Path home = bench.home("x");
        Path kept = home.resolve("update/state.json");
        Files.writeString(kept, Files.readString(kept).replace("\"idle\"", '"' + state + '"'));
        Files.createDirectory(home.resolve("package"));
        Files.write(home.resolve("package/package.bin"), image);
        Files.createDirectory(home.resolve("manifest"));
        Files.write(home.resolve("manifest/manifest.bin"), signed(ManifestFormat.PLATFORM_V3, manifest("1.2.0")));
        device.powerOn();
        awaitRegisteredAfter(bench.event(
                "x",
                Stage.FIRMWARE,
                e -> e.id() > before && "installed".equals(e.facts().get("action"))));
        assertThat(read("/3/0/3")).isEqualTo("1.2.0");
        assertThat(read("/10252/0/3")).isEqualTo("18");
    }

    @Test
    void aDownloadGoesOnAfterALossOfPower() throws Exception {
        SimulatedDevice device = bench.fleet.device("x").orElseThrow();
        byte[] large = image(200_000);
        int[] first = {-1};
        serve(large, number -> {
            if (number == 100 && bench.count("x", Stage.POWER) == 1) {
                device.cutPower();
            } else if (bench.count("x", Stage.POWER) > 2 && number > 0 && first[0] < 0) {
                first[0] = number;
            }
        });
        send(signed(
                ManifestFormat.PLATFORM_V3,
                Manifest.of(TARGET, FirmwareVersion.parse("1.1.0"), large).withUri(URI)));
        bench.awaitAll(DeviceState.OFF);
        device.powerOn();
        awaitRegisteredAfter(told("installed"));
        assertThat(first[0]).isGreaterThanOrEqualTo(64);
        assertThat(read("/3/0/3")).isEqualTo("1.1.0");
    }
}
