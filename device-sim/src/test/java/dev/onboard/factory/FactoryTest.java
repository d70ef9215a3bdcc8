package dev.onboard.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.pki.Verdict;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactoryTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final URI BOOTSTRAP = URI.create("coaps://localhost:5784");

    private final Factory factory = Factory.found("Test factory", CLOCK, RANDOM);
    private final X509Certificate serverCa = CertificateAuthority.root(
                    CertificateRecipe.ca("bootstrap server CA"), CLOCK, RANDOM)
            .certificate();

    @TempDir
    Path directory;

    private FactoryOrder order(String endpoint) {
        return FactoryOrder.of(EndpointName.of(endpoint), BOOTSTRAP, serverCa);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void putsSoManyAuthoritiesAboveADevice(int depth) throws CertificateEncodingException {
        DeviceBundle bundle = factory.make(order("device-" + depth).withChainDepth(depth));

        assertThat(factory.chain(depth)).hasSize(depth);
        assertThat(bundle.credential().chain())
                .as("leaf and intermediates, no root")
                .hasSize(depth);
        List<byte[]> sent = new ArrayList<>();
        for (X509Certificate certificate : bundle.sentCredential().chain()) {
            sent.add(certificate.getEncoded());
        }
        Verdict verdict = TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(List.of(
                        TrustAnchor.authority("root", factory.authority(1).certificate())))
                .build()
                .evaluate(sent, CLOCK.instant());
        assertThat(verdict).isInstanceOf(Verdict.Trusted.class);
        assertThat(((Verdict.Trusted) verdict).path()).hasSize(depth + 1);
    }

    @Test
    void sendsAPartOfTheChainWhenTold() {
        DeviceBundle bundle = factory.make(order("x").withChainDepth(4));
        assertThat(bundle.sentCredential().chain()).hasSize(4);
        assertThat(bundle.withSends(SentChain.leafOnly()).sentCredential().chain())
                .hasSize(1);
        assertThat(bundle.withSends(SentChain.first(3)).sentCredential().chain())
                .hasSize(3);
        assertThatThrownBy(() -> SentChain.first(0)).hasMessageContaining("at least its own, 1, is needed");
    }

    @Test
    void refusesOrdersThatCannotBeMade() {
        assertThatThrownBy(() -> order("x").withChainDepth(0)).hasMessageContaining("chain depth of 0 cannot be made");
        assertThatThrownBy(() -> order("x").withChainDepth(6)).hasMessageContaining("chain depth of 6 cannot be made");
        assertThatThrownBy(() -> FactoryOrder.of(EndpointName.of("x"), URI.create("coap://localhost:5683"), serverCa))
                .hasMessageContaining("'coap://localhost:5683' is not one that a device can use");
    }

    @Test
    void givesEachDeviceAKeyOfItsOwn() {
        DeviceBundle one = factory.make(order("one"));
        DeviceBundle two = factory.make(order("two"));
        assertThat(one.credential().certificate().getPublicKey())
                .isNotEqualTo(two.credential().certificate().getPublicKey());
        assertThat(SubjectName.commonNames(one.credential().certificate())).containsExactly("one");
        assertThat(one.updateAuthenticity()).isEqualTo(two.updateAuthenticity());
        assertThat(one.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void saysInTheJournalWhatItMade() throws IOException {
        try (Journal journal = Journal.open(directory.resolve("events.jsonl"), CLOCK)) {
            factory.make(order("one").withChainDepth(2), journal);
            assertThat(journal.await(e -> e.endpoint().orElse("").equals("one"), Duration.ofSeconds(10)))
                    .hasValueSatisfying(event -> {
                        assertThat(event.stage().word()).isEqualTo("made");
                        assertThat(event.party().word()).isEqualTo("factory");
                        assertThat(event.facts())
                                .containsEntry("issuer", "CN=Test factory intermediate CA 1")
                                .containsEntry("chain_depth", "2");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"device-1", "..", "a/b", "../../up", "urn:dev:mac:0024beffff804ff1", "Gerät 7", "設備"})
    void writesAndReadsBundles(String name) throws IOException {
        DeviceBundle bundle = factory.make(order(name).withChainDepth(3).withSends(SentChain.first(2)));
        Path devices = directory.resolve("devices");

        Path device = BundleFiles.write(devices, bundle);

        assertThat(device.getParent()).isEqualTo(devices);
        assertThat(device.normalize()).isEqualTo(device);
        assertThat(device.getFileName()).hasToString(EndpointName.of(name).directory());
        for (DeviceBundle read : List.of(BundleFiles.read(device), BundleFiles.read(device.resolve("factory")))) {
            assertThat(read.endpoint()).isEqualTo(bundle.endpoint());
            assertThat(read.credential().chain()).isEqualTo(bundle.credential().chain());
            assertThat(read.credential().privateKeyPkcs8())
                    .isEqualTo(bundle.credential().privateKeyPkcs8());
            assertThat(read.serverUri()).isEqualTo(BOOTSTRAP);
            assertThat(read.serverCa()).isEqualTo(serverCa);
            assertThat(read.updateAuthenticity()).isEqualTo(bundle.updateAuthenticity());
            assertThat(read.identity()).isEqualTo(bundle.identity());
            assertThat(read.sends()).isEqualTo(SentChain.first(2));
        }
    }

    @Test
    void keepsTheNamesThatOtherProgramsRelyOn() throws Exception {
        DeviceBundle bundle = factory.make(order("x"));
        Path factoryFiles = BundleFiles.write(directory, bundle).resolve("factory");
        try (var files = Files.list(factoryFiles)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "device.cert.pem",
                            "device.cert.der",
                            "device.key.pem",
                            "device.key.der",
                            "server-ca.cert.pem",
                            "server-ca.cert.der",
                            "update-auth.cert.pem",
                            "update-auth.cert.der",
                            "bundle.json");
        }
        assertThat(Files.readAllBytes(factoryFiles.resolve("device.cert.der")))
                .isEqualTo(bundle.credential().certificate().getEncoded());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(factoryFiles.resolve("device.key.pem"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(factoryFiles.resolve("device.key.der"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(factoryFiles)))
                .isEqualTo("rwx------");
        assertThat(Files.readString(factoryFiles.resolve("bundle.json")))
                .contains("\"server_uri\" : \"coaps://localhost:5784\"")
                .doesNotContain("PRIVATE");
    }

    @Test
    void doesNotMakeADeviceTwice() throws IOException {
        BundleFiles.write(directory, factory.make(order("x")));
        assertThatThrownBy(() -> BundleFiles.write(directory, factory.make(order("x"))))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("already holds a device");
    }

    @Test
    void saysWhatIsWrongWithABundle() throws IOException {
        Path device = BundleFiles.write(directory, factory.make(order("x")));
        Path other = BundleFiles.write(directory, factory.make(order("y")));
        Path files = device.resolve("factory");

        assertRefused(directory.resolve("nobody"), "nobody does not exist");
        assertRefused(directory, "holds no bundle.json");

        Path key = files.resolve("device.key.pem");
        byte[] goodKey = Files.readAllBytes(key);
        Files.copy(other.resolve("factory/device.key.pem"), files.resolve("foreign"));
        Files.write(key, Files.readAllBytes(files.resolve("foreign")));
        assertRefused(device, "device.key.pem");
        Files.write(key, Files.readAllBytes(files.resolve("device.cert.pem")));
        assertRefused(device, "device.key.pem");
        Files.delete(key);
        assertRefused(device, "device.key.pem is missing");
        Files.write(key, goodKey);

        Path ca = files.resolve("server-ca.cert.pem");
        byte[] goodCa = Files.readAllBytes(ca);
        Files.write(ca, goodKey);
        assertRefused(device, "server-ca.cert.pem");
        Files.write(ca, goodCa);

        Path document = files.resolve("bundle.json");
        String good = Files.readString(document);
        Files.writeString(document, good.substring(0, good.length() / 2));
        assertRefused(device, "bundle.json is not JSON");
        Files.writeString(document, good.replace("coaps:", "http:"));
        assertRefused(device, "bundle.json has an unusable server_uri 'http://localhost:5784'");
        Files.writeString(document, good.replace("\"all\"", "\"none\""));
        assertRefused(device, "bundle.json has an unusable sends 'none'");
        Files.writeString(document, good.replace("\"format\" : 1", "\"format\" : 2"));
        assertRefused(device, "bundle.json has format '2'; this program reads '1'");
        Files.writeString(document, good.replace("\"bootstrap\"", "\"magic\""));
        assertRefused(device, "bundle.json has an unusable mode 'magic': not a mode");
        Files.writeString(document, good);
        assertThat(BundleFiles.read(device).endpoint()).hasToString("x");
    }

    private static void assertRefused(Path device, String sentence) {
        assertThatThrownBy(() -> BundleFiles.read(device))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void isTheSameFactoryAfterARestart() throws IOException {
        assertThat(files(directory).exist()).isFalse();
        factory.authority(3);
        files(directory).write(factory);
        assertThat(files(directory).exist()).isTrue();

        Factory again = files(directory).read(CLOCK, RANDOM);

        assertThat(again.chain(3)).isEqualTo(factory.chain(3));
        assertThat(again.updateSigner().certificate())
                .isEqualTo(factory.updateSigner().certificate());
        assertThat(again.make(order("later").withChainDepth(5)).credential().chain())
                .hasSize(5);
        try (var files = Files.list(directory.resolve("ca"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains(
                            "factory-root.cert.pem",
                            "factory-root.cert.der",
                            "factory-root.key.pem",
                            "factory-chain.pem",
                            "factory-intermediate-2.cert.pem");
        }
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("ca/factory-root.key.pem"))))
                .isEqualTo("rw-------");
        Files.delete(directory.resolve("ca/factory-root.cert.pem"));
        assertThatThrownBy(() -> files(directory).read(CLOCK, RANDOM))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("factory-root.cert.pem is missing");
    }

    private static FactoryFiles files(Path directory) {
        return FactoryFiles.of(directory, DeviceMode.BOOTSTRAP);
    }
}
