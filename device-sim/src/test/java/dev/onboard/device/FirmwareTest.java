package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.device.internal.Firmware;
import dev.onboard.device.internal.FirmwareStore;
import dev.onboard.device.internal.Surroundings;
import dev.onboard.device.internal.Told;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.CutDisk;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.Disk;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Stage;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.manifest.UpdateTrust;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.RevocationList;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
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

/** The Firmware Update object of a device, driven over DTLS. */
class FirmwareTest {
    private static final UpdateTarget TARGET = UpdateTarget.of("Onboard", "Simulated device");

    @TempDir
    private Path directory;

    private Testbench bench;

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

    private byte[] packageOf(String version, int size, Credential... signers) {
        byte[] image = image(size);
        List<Credential> by = signers.length == 0 ? List.of(bench.factory.updateSigner()) : List.of(signers);
        return SuitEnvelope.sign(Manifest.of(TARGET, FirmwareVersion.parse(version), image), by)
                .withImage(image)
                .encoded();
    }

    private Response push(byte[] octets) throws Exception {
        Request request = new Request(Code.PUT);
        request.getOptions().setUriPath("/5/0/0").setContentFormat(42);
        request.setPayload(octets);
        return bench.ask("x", request);
    }

    private ResponseCode writeUri(String uri) throws Exception {
        Request request = new Request(Code.PUT);
        request.getOptions().setUriPath("/5/0/1").setContentFormat(0);
        request.setPayload(uri);
        return bench.ask("x", request).getCode();
    }

    private ResponseCode update() throws Exception {
        Request request = new Request(Code.POST);
        request.getOptions().setUriPath("/5/0/2");
        return bench.ask("x", request).getCode();
    }

    private String read(String path) throws Exception {
        Request request = Request.newGet();
        request.getOptions().setUriPath(path);
        return bench.ask("x", request).getPayloadString();
    }

    private Event told(String action) {
        return bench.event("x", Stage.FIRMWARE, e -> action.equals(e.facts().get("action")));
    }

    private void awaitState(String state) throws Exception {
        long deadline = System.nanoTime() + Testbench.SOON.toNanos();
        String now;
        do {
            now = read("/5/0/3");
            assertThat(System.nanoTime())
                    .as(() -> "state " + state + "\n" + bench.timeline())
                    .isLessThan(deadline);
        } while (!now.equals(state));
    }

    /** Update, and the registration after it. */
    private void updated() throws Exception {
        long before = bench.event("x", Stage.FIRMWARE, e -> true).id();
        assertThat(update()).isEqualTo(ResponseCode.CHANGED);
        long updating = bench.event(
                        "x",
                        Stage.FIRMWARE,
                        e -> e.id() > before && "updating".equals(e.facts().get("action")))
                .id();
        bench.event("x", Stage.REGISTERED, e -> e.id() > updating);
    }

    /** Serves these octets block by block, and says which blocks were asked for. */
    private Queue<Integer> serve(byte[] octets, String etag, Consumer<Integer> onBlock) {
        Queue<Integer> asked = new ConcurrentLinkedQueue<>();
        Consumer<Exchange> usual = bench.lwm2m.script();
        bench.lwm2m.onRequest(exchange -> {
            Request request = exchange.getRequest();
            if (request.getCode() != Code.GET) {
                usual.accept(exchange);
                return;
            }
            int number = request.getOptions().hasBlock2()
                    ? request.getOptions().getBlock2().getNum()
                    : 0;
            asked.add(number);
            int from = number * 1024;
            int to = Math.min(octets.length, from + 1024);
            Response response = new Response(ResponseCode.CONTENT);
            response.setPayload(Arrays.copyOfRange(octets, from, to));
            response.getOptions().setBlock2(new BlockOption(6, to < octets.length, number));
            response.getOptions().addETag(etag.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            exchange.sendResponse(response);
            onBlock.accept(number);
        });
        return asked;
    }

    private URI file() {
        return URI.create(bench.lwm2m.uri("localhost") + "/firmware/1");
    }

    @Test
    void aPushedPackageIsInstalledAtTheNextStart() throws Exception {
        assertThat(update()).isEqualTo(ResponseCode.METHOD_NOT_ALLOWED);
        assertThat(push(packageOf("1.1.0", 200_000)).getCode()).isEqualTo(ResponseCode.CHANGED);
        assertThat(told("downloaded").facts()).containsEntry("version", "1.1.0");
        awaitState("2");
        assertThat(read("/5/0/7")).isEqualTo("1.1.0");
        assertThat(read("/3/0/3")).isEqualTo("1.0.0");
        assertThat(push(packageOf("1.2.0", 100)).getCode()).isEqualTo(ResponseCode.METHOD_NOT_ALLOWED);
        updated();
        assertThat(read("/3/0/3")).isEqualTo("1.1.0");
        assertThat(read("/5/0/3")).isEqualTo("0");
        assertThat(read("/5/0/5")).isEqualTo("1");
        assertThat(told("installed").facts()).containsEntry("before", "1.0.0");
        assertThat(bench.home("x").resolve("package")).doesNotExist();
    }

    @Test
    void aPackageIsFetchedFromTheServer() throws Exception {
        Queue<Integer> asked = serve(packageOf("1.1.0", 150_000), "a", number -> {});
        assertThat(writeUri(file().toString())).isEqualTo(ResponseCode.CHANGED);
        told("downloaded");
        awaitState("2");
        assertThat(read("/5/0/1")).isEqualTo(file().toString());
        assertThat(asked).doesNotHaveDuplicates().hasSizeGreaterThan(146);
        assertThat(writeUri("")).isEqualTo(ResponseCode.CHANGED);
        awaitState("0");
        assertThat(read("/5/0/5")).isEqualTo("0");
        assertThat(update()).isEqualTo(ResponseCode.METHOD_NOT_ALLOWED);
    }

    @Test
    void aDownloadGoesOnAfterALossOfPower() throws Exception {
        SimulatedDevice device = bench.fleet.device("x").orElseThrow();
        byte[] octets = packageOf("1.1.0", 300_000);
        Queue<Integer> asked = serve(octets, "a", number -> {
            if (number == 200 && device.state() == DeviceState.REGISTERED && bench.count("x", Stage.POWER) == 1) {
                device.cutPower();
            }
        });
        writeUri(file().toString());
        bench.awaitAll(DeviceState.OFF);
        int before = asked.size();
        device.powerOn();
        told("downloaded");
        assertThat(asked.stream().skip(before).filter(number -> number > 0).min(Integer::compare))
                .hasValueSatisfying(first -> assertThat(first).isGreaterThanOrEqualTo(64));
    }

    /** What a server that was killed and started again does: nothing, to whoever comes with an old session. */
    @Test
    void aDownloadGoesOnInANewSessionWhenTheServerHasForgottenTheOldOne() throws Exception {
        Queue<Integer> asked = serve(packageOf("1.1.0", 300_000), "a", number -> {
            if (number == 100 && bench.count("x", Stage.LWM2M_HANDSHAKE) == 1) {
                bench.lwm2m.forgetSessions();
            }
        });
        writeUri(file().toString());
        long registered = bench.event("x", Stage.REGISTERED, e -> true).id();
        bench.event("x", Stage.LWM2M_HANDSHAKE, e -> e.id() > registered);
        bench.event("x", Stage.UPDATED, e -> e.id() > registered && e.outcome() == Outcome.OK);
        told("downloaded");
        assertThat(asked.stream().filter(number -> number == 0)).hasSize(1);
        assertThat(bench.count("x", Stage.REGISTERED)).isEqualTo(1);
        assertThat(bench.fleet.device("x").orElseThrow().state()).isEqualTo(DeviceState.REGISTERED);
    }

    @Test
    void aDownloadOfAChangedFileBeginsAnew() throws Exception {
        SimulatedDevice device = bench.fleet.device("x").orElseThrow();
        serve(packageOf("1.1.0", 300_000), "a", number -> {
            if (number == 200 && bench.count("x", Stage.POWER) == 1) {
                device.cutPower();
            }
        });
        writeUri(file().toString());
        bench.awaitAll(DeviceState.OFF);
        serve(packageOf("1.2.0", 300_000), "b", number -> {});
        device.powerOn();
        assertThat(told("downloaded").facts()).containsEntry("version", "1.2.0");
    }

    @ParameterizedTest
    @CsvSource({
        "coap://localhost/x,        9, unsupported-protocol",
        "nonsense,                  7, invalid-uri",
        "coaps://no-such-host.invalid/x, 7, unreachable",
    })
    void anAddressThatIsNoGoodIsSaidSo(String uri, String result, String reason) throws Exception {
        assertThat(writeUri(uri)).isEqualTo(ResponseCode.CHANGED);
        Event refused = told("refused");
        assertThat(refused.reason()).contains(reason);
        awaitState("0");
        assertThat(read("/5/0/5")).isEqualTo(result);
    }

    @Test
    void aFileThatIsNotThereIsAnInvalidAddress() throws Exception {
        Consumer<Exchange> usual = bench.lwm2m.script();
        bench.lwm2m.onRequest(exchange -> {
            if (exchange.getRequest().getCode() == Code.GET) {
                exchange.sendResponse(new Response(ResponseCode.NOT_FOUND));
            } else {
                usual.accept(exchange);
            }
        });
        writeUri(file().toString());
        assertThat(told("refused").reason()).contains("response-4.04");
        awaitState("0");
        assertThat(read("/5/0/5")).isEqualTo("7");
    }

    /** FWU-02 and FWU-03: the bootstrap server's CA is not the one in the Security object of the LwM2M server. */
    @Test
    void aServerOfAnotherCaIsNotFetchedFrom() throws Exception {
        writeUri(bench.bootstrap.uri("127.0.0.1") + "/firmware/1");
        assertThat(told("refused").reason()).contains("unknown-ca");
        awaitState("0");
        assertThat(read("/5/0/5")).isEqualTo("4");
    }

    private enum Fault {
        TAMPERED,
        CUT_SHORT,
        FOREIGN_SIGNER,
        DEVICE_CA,
        NO_CODE_SIGNING,
        ROLLBACK,
        SAME_VERSION,
        OTHER_VENDOR,
        OTHER_CLASS,
        NO_PACKAGE,
        IMAGE_ALONE
    }

    private byte[] faulty(Fault fault) {
        byte[] image = image(5000);
        byte[] good = packageOf("1.1.0", 5000);
        Credential own = bench.factory.updateSigner();
        FirmwareVersion version = FirmwareVersion.parse("1.1.0");
        switch (fault) {
            case TAMPERED -> good[good.length - 100] ^= 1;
            case CUT_SHORT -> {
                return SuitEnvelope.sign(Manifest.of(TARGET, version, image), List.of(own))
                        .withImage(Arrays.copyOf(image, 4999))
                        .encoded();
            }
            case FOREIGN_SIGNER -> {
                return packageOf(
                        "1.1.0",
                        5000,
                        CertificateAuthority.selfSigned(
                                CertificateRecipe.firmwareSigner("Foreign"), Testbench.CLOCK, Testbench.RANDOM));
            }
            case DEVICE_CA -> {
                return packageOf("1.1.0", 5000, bench.factory.authority(1).credential());
            }
            case NO_CODE_SIGNING -> {
                return packageOf("1.1.0", 5000, bench.deviceCa.issue(CertificateRecipe.device("x")));
            }
            case ROLLBACK -> {
                return packageOf("0.9.0", 5000);
            }
            case SAME_VERSION -> {
                return packageOf("1.0.0", 5000);
            }
            case OTHER_VENDOR -> {
                return SuitEnvelope.sign(
                                Manifest.of(UpdateTarget.of("Else", "Simulated device"), version, image), List.of(own))
                        .withImage(image)
                        .encoded();
            }
            case OTHER_CLASS -> {
                return SuitEnvelope.sign(Manifest.of(UpdateTarget.of("Onboard", "Else"), version, image), List.of(own))
                        .withImage(image)
                        .encoded();
            }
            case NO_PACKAGE -> {
                return SuitEnvelope.sign(Manifest.of(TARGET, version, image), List.of(own))
                        .encoded();
            }
            case IMAGE_ALONE -> {
                return image;
            }
        }
        return good;
    }

    @ParameterizedTest
    @CsvSource({
        "TAMPERED,        5, wrong-digest",
        "CUT_SHORT,       5, wrong-size",
        "FOREIGN_SIGNER,  5, unknown-ca",
        "DEVICE_CA,       5, unknown-ca",
        "NO_CODE_SIGNING, 5, unknown-ca",
        "ROLLBACK,        8, rollback",
        "SAME_VERSION,    8, rollback",
        "OTHER_VENDOR,    6, wrong-vendor",
        "OTHER_CLASS,     6, wrong-class",
        "NO_PACKAGE,      6, payload-missing",
        "IMAGE_ALONE,     6, malformed-manifest",
    })
    void aPackageThatIsNoGoodIsRefusedForItsReason(Fault fault, String result, String reason) throws Exception {
        assertThat(push(faulty(fault)).getCode()).isEqualTo(ResponseCode.CHANGED);
        Event refused = told("refused");
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused.reason()).contains(reason);
        assertThat(refused.facts()).containsEntry("result", result).containsEntry("running", "1.0.0");
        awaitState("0");
        assertThat(read("/5/0/5")).isEqualTo(result);
        assertThat(read("/3/0/3")).isEqualTo("1.0.0");
        assertThat(update()).isEqualTo(ResponseCode.METHOD_NOT_ALLOWED);
        assertThat(bench.home("x").resolve("package")).doesNotExist();
    }

    /** FWU-12: what lies on the device is changed between the check and the installation. */
    @Test
    void aPackageThatChangedAfterItsCheckIsNotInstalled() throws Exception {
        push(packageOf("1.1.0", 5000));
        told("downloaded");
        awaitState("2");
        Path file = bench.home("x").resolve("package/package.bin");
        byte[] octets = Files.readAllBytes(file);
        octets[octets.length - 7] ^= 1;
        Files.write(file, octets);
        updated();
        Event refused = told("refused");
        assertThat(refused.reason()).contains("wrong-digest");
        assertThat(read("/5/0/3")).isEqualTo("2");
        assertThat(read("/5/0/5")).isEqualTo("8");
        assertThat(read("/3/0/3")).isEqualTo("1.0.0");
    }

    @Test
    void aPackageThatIsDownloadedOutlivesALossOfPower() throws Exception {
        push(packageOf("1.1.0", 5000));
        told("downloaded");
        SimulatedDevice device = bench.fleet.device("x").orElseThrow();
        device.cutPower();
        bench.awaitAll(DeviceState.OFF);
        device.powerOn();
        bench.awaitAll(DeviceState.REGISTERED);
        assertThat(read("/5/0/3")).isEqualTo("2");
        assertThat(read("/5/0/7")).isEqualTo("1.1.0");
        assertThat(read("/3/0/3")).isEqualTo("1.0.0");
    }

    /** The rotation of the update authenticity certificate: it comes with firmware that its predecessor signed. */
    @Test
    void firmwareBringsTheNextUpdateAuthenticityCertificate() throws Exception {
        Credential next = CertificateAuthority.selfSigned(
                CertificateRecipe.firmwareSigner("Next updates"), Testbench.CLOCK, Testbench.RANDOM);
        byte[] image = image(3000);
        byte[] handOver = SuitEnvelope.sign(
                        Manifest.of(TARGET, FirmwareVersion.parse("1.1.0"), image)
                                .withSuccessors(List.of(next.certificate())),
                        List.of(bench.factory.updateSigner()))
                .withImage(image)
                .encoded();
        push(handOver);
        awaitState("2");
        updated();
        push(packageOf("1.2.0", 100));
        assertThat(told("refused").reason()).contains("unknown-ca");
        awaitState("0");
        push(packageOf("1.2.0", 100, bench.factory.updateSigner(), next));
        awaitState("2");
        assertThat(bench.home("x").resolve("update/update-auth.cert.pem")).exists();
    }

    /** A list of revoked signers that was put beside what the factory gave counts from the next package on. */
    @Test
    void aRevokedSignerIsRefused() throws Exception {
        CertificateAuthority root =
                CertificateAuthority.root(CertificateRecipe.ca("Firmware root"), Testbench.CLOCK, Testbench.RANDOM);
        Credential signer = root.issue(CertificateRecipe.firmwareSigner("Updates 2026"));
        byte[] image = image(3000);
        push(SuitEnvelope.sign(
                        Manifest.of(TARGET, FirmwareVersion.parse("1.1.0"), image)
                                .withSuccessors(List.of(root.certificate())),
                        List.of(bench.factory.updateSigner()))
                .withImage(image)
                .encoded());
        awaitState("2");
        updated();
        Instant now = Testbench.CLOCK.instant();
        Files.write(
                bench.home("x").resolve("factory/update-auth.crl"),
                root.sign(RevocationList.of(1, now.minusSeconds(60), now.plusSeconds(3600))
                        .withRevoked(signer.certificate(), now.minusSeconds(30), RevocationList.Cause.KEY_COMPROMISE)));
        push(packageOf("1.2.0", 100, signer));
        assertThat(told("refused").reason()).contains("revoked");
        awaitState("0");
        assertThat(read("/5/0/5")).isEqualTo("5");
        push(packageOf("1.3.0", 100, root.issue(CertificateRecipe.firmwareSigner("Updates 2027"))));
        awaitState("2");
    }

    /** Between any two operations on the disk: the old version or the new one, and a device that can be updated. */
    @Test
    void aLossOfPowerWhileInstallingLeavesTheOldVersionOrTheNew() throws Exception {
        push(packageOf("1.1.0", 5000));
        told("downloaded");
        awaitState("2");
        SimulatedDevice device = bench.fleet.device("x").orElseThrow();
        device.cutPower();
        bench.awaitAll(DeviceState.OFF);
        Path home = bench.home("x");
        Path state = home.resolve("update/state.json");
        Files.writeString(state, Files.readString(state).replace("\"downloaded\"", "\"updating\""));
        DeviceBundle bundle = dev.onboard.factory.BundleFiles.read(home);
        int cuts = 0;
        boolean whole = false;
        while (!whole) {
            Path copy = directory.resolve("copy-" + cuts);
            copy(home, copy);
            try {
                booted(bundle, new FirmwareStore(copy, new CutDisk(cuts)));
                whole = true;
            } catch (CutDisk.PowerCut e) {
                cuts++;
            }
            assertThat(booted(bundle, new FirmwareStore(copy, Disk.swift()))).isEqualTo("1.1.0");
            assertThat(Files.readString(copy.resolve("update/state.json"))).contains("\"idle\"");
        }
        assertThat(cuts).isGreaterThan(5);
    }

    /** The platform's devices take the certificate for its key; a strict one holds against its clock what it installs. */
    @ParameterizedTest
    @CsvSource({"IGNORED, 1.1.0, idle", "REFUSED, 1.0.0, downloaded"})
    void aSignerThatHasEndedIsWhatTheDeviceIsToldToMakeOfIt(UpdateTrust.Expiry expiry, String version, String state)
            throws Exception {
        push(packageOf("1.1.0", 5000));
        told("downloaded");
        awaitState("2");
        bench.fleet.device("x").orElseThrow().cutPower();
        bench.awaitAll(DeviceState.OFF);
        Path home = bench.home("x");
        Path file = home.resolve("update/state.json");
        Files.writeString(file, Files.readString(file).replace("\"downloaded\"", "\"updating\""));
        InstantSource later = InstantSource.offset(Testbench.CLOCK, Duration.ofDays(40 * 366));
        DeviceBundle bundle = dev.onboard.factory.BundleFiles.read(home);
        assertThat(booted(bundle, new FirmwareStore(home, Disk.swift()), expiry, later))
                .isEqualTo(version);
        assertThat(Files.readString(file)).contains('"' + state + '"');
        if (expiry == UpdateTrust.Expiry.REFUSED) {
            assertThat(bench.event("copy", Stage.FIRMWARE, e -> e.outcome() != Outcome.OK)
                            .reason())
                    .contains("expired");
        }
    }

    private String booted(DeviceBundle bundle, FirmwareStore store) {
        return booted(bundle, store, UpdateTrust.Expiry.REFUSED, Testbench.CLOCK);
    }

    private String booted(DeviceBundle bundle, FirmwareStore store, UpdateTrust.Expiry expiry, InstantSource clock) {
        Surroundings surroundings = new Surroundings(
                bench.journal,
                bench.threads,
                java.util.List.of(InetAddress.getLoopbackAddress()),
                Transmission.STANDARD,
                Runnable::run,
                Testbench.RANDOM,
                1);
        Firmware firmware = new Firmware(surroundings, new Told("copy"), bundle, expiry, clock, store);
        firmware.boot();
        return firmware.version();
    }

    private static void copy(Path from, Path to) throws Exception {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
