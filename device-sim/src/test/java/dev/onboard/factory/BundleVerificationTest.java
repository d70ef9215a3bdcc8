package dev.onboard.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.factory.BundleFinding.Level;
import dev.onboard.factory.BundleVerification.Demand;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each code and each warning of the platform's verification that a bundle of ours can call forth. */
class BundleVerificationTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String CERTIFICATE = "mbed.BootstrapDeviceCert";
    private static final String KEY = "mbed.BootstrapDevicePrivateKey";

    @TempDir
    Path directory;

    private final Factory factory = Factory.found("Test factory", CLOCK, RANDOM);
    private final CertificateAuthority ca = CertificateAuthority.root(CertificateRecipe.ca("CA"), CLOCK, RANDOM);
    private Path device;
    private Path files;

    @BeforeEach
    void make() throws IOException {
        device = BundleFiles.write(directory, bundle("x", DeviceMode.BOOTSTRAP));
        files = device.resolve("factory");
    }

    private DeviceBundle bundle(String name, DeviceMode mode) {
        return factory.make(FactoryOrder.of(
                EndpointName.of(name), mode, URI.create("coaps://localhost:5784?aid=account"), ca.certificate()));
    }

    private List<BundleFinding> findings(Demand demand) throws IOException {
        return BundleVerification.of(device, demand, CLOCK.instant());
    }

    /** Item, code (errors alone) and text of each finding, but for the items that a simulated device never has. */
    private List<String> found(Demand demand) throws IOException {
        List<String> found = new ArrayList<>();
        for (BundleFinding finding : findings(demand)) {
            String code =
                    finding.level() == Level.ERROR ? " " + finding.status().number() : "";
            found.add(finding.item() + code + " " + finding.text());
        }
        found.removeIf(each -> each.endsWith("Item not set") && !each.startsWith("mbed.UpdateAuthCert"));
        return found;
    }

    private void assertFound(String item, FactoryStatus status, String text) throws IOException {
        assertThat(found(Demand.TESTBED))
                .as(text)
                .anySatisfy(each -> assertThat(each).startsWith(item + " " + status.number() + " " + text));
    }

    private void assertWarned(String item, String text) throws IOException {
        assertThat(findings(Demand.TESTBED)).as(text).anySatisfy(each -> {
            assertThat(each.item()).isEqualTo(item);
            assertThat(each.text()).startsWith(text);
            assertThat(each.level()).isEqualTo(Level.WARNING);
            assertThat(each.fix()).isNotBlank();
        });
    }

    /** Another text in bundle.json. */
    private void edit(UnaryOperator<String> change) throws IOException {
        Path document = files.resolve("bundle.json");
        String before = Files.readString(document);
        String after = change.apply(before);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(document, after);
    }

    private void replace(Credential credential) throws IOException {
        CredentialFiles.writeCertificates(files.resolve("device.cert"), credential.chain());
        CredentialFiles.writePrivateKey(files.resolve("device.key"), credential.privateKey());
    }

    private Credential issued(UnaryOperator<CertificateRecipe> change) {
        return ca.issue(change.apply(CertificateRecipe.device("x")));
    }

    @Test
    void aGoodBundlePasses() throws IOException {
        assertThat(found(Demand.TESTBED)).isEmpty();
        assertThat(found(Demand.PLATFORM)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "mode, mbed.UseBootstrap",
        "endpoint, mbed.EndpointName",
        "server_uri, mbed.BootstrapServerURI",
        "manufacturer, mbed.Manufacturer",
        "model, mbed.ModelNumber",
        "serial_number, mbed.SerialNumber"
    })
    void whatIsMissingInTheDocumentIsNamed(String field, String item) throws IOException {
        edit(json -> json.replace("\"" + field + "\"", "\"no_" + field + "\""));
        assertFound(item, FactoryStatus.ITEM_NOT_EXIST, "Item does not exist");
    }

    @ParameterizedTest
    @CsvSource({
        "device.cert.pem, mbed.BootstrapDeviceCert",
        "device.key.pem, mbed.BootstrapDevicePrivateKey",
        "server-ca.cert.pem, mbed.BootstrapServerCACert"
    })
    void whatIsMissingAmongTheFilesIsNamed(String file, String item) throws IOException {
        Files.delete(files.resolve(file));
        assertFound(item, FactoryStatus.ITEM_NOT_EXIST, "Item does not exist");
    }

    @Test
    void anEmptyItemIsAnErrorAndAMissingSignerOfFirmwareAWarning() throws IOException {
        edit(json -> json.replaceFirst("(\"endpoint\" : )\"x\"", "$1\"\""));
        Files.delete(files.resolve("update-auth.cert.pem"));
        assertFound("mbed.EndpointName", FactoryStatus.EMPTY_ITEM, "Item empty");
        assertWarned("mbed.UpdateAuthCert", "Item not set");
    }

    @Test
    void aModeThatIsNone() throws IOException {
        edit(json -> json.replace("\"bootstrap\"", "\"magic\""));
        assertFound("mbed.UseBootstrap", FactoryStatus.BOOTSTRAP_MODE_ERROR, "Bootstrap mode value incorrect");
    }

    @Test
    void aUriOfAnotherSchemeAndOneWithoutAnAccount() throws IOException {
        edit(json -> json.replace("coaps://localhost:5784?aid=account", "coaps://localhost:5784"));
        assertWarned("mbed.BootstrapServerURI", "CA identifier wasn't set properly");
        assertThat(found(Demand.PLATFORM))
                .singleElement()
                .asString()
                .startsWith("mbed.BootstrapServerURI 28 URI format");
        edit(json -> json.replace("coaps:", "http:"));
        assertFound("mbed.BootstrapServerURI", FactoryStatus.URI_WRONG_FORMAT, "URI format incorrect");
    }

    @Test
    void aKeyOfAnotherCertificateAndOneThatIsNone() throws IOException {
        CredentialFiles.writePrivateKey(
                files.resolve("device.key"), KeyAlgorithm.P256.generate(RANDOM).getPrivate());
        assertFound(
                KEY,
                FactoryStatus.CERTIFICATE_PUBLIC_KEY_CORRELATION_ERROR,
                "Certificate public key validation failed");
        Files.writeString(files.resolve("device.key.pem"), "key");
        assertFound(KEY, FactoryStatus.KCM_CRYPTO_ERROR, "Private key invalid");
    }

    @Test
    void anExtendedKeyUsageWithoutClientAuthAndSomethingThatIsNoCertificate() throws IOException {
        replace(issued(recipe -> recipe.withExtendedKeyUsage("1.3.6.1.5.5.7.3.1")));
        assertFound(CERTIFICATE, FactoryStatus.INVALID_CERTIFICATE, "Certificate invalid: the extended key usage");
        Files.writeString(files.resolve("device.cert.pem"), "certificate");
        assertFound(CERTIFICATE, FactoryStatus.INVALID_CERTIFICATE, "Certificate invalid");
    }

    @Test
    void aNameThatIsNotTheEndpointName() throws IOException {
        replace(ca.issue(CertificateRecipe.device("y")));
        assertFound(CERTIFICATE, FactoryStatus.INVALID_LWM2M_CN_ATTR, "Certificate CN attribute invalid");
    }

    @Test
    void inLwM2mModeThePlatformWantsTheAccountInTheCertificate() throws IOException {
        device = BundleFiles.write(directory, bundle("l", DeviceMode.LWM2M));
        assertThat(found(Demand.TESTBED)).isEmpty();
        assertThat(found(Demand.PLATFORM)).singleElement().asString().startsWith("mbed.LwM2MDeviceCert 14 ");
        files = device.resolve("factory");
        replace(ca.issue(CertificateRecipe.device("l").withOrganizationalUnit("account")));
        assertThat(found(Demand.PLATFORM)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"device", "server-ca", "update-auth"})
    void anExpiredCertificateOneOfTheFutureAndOneThatEndsSoon(String which) throws IOException {
        String item = which.equals("device")
                ? CERTIFICATE
                : which.equals("server-ca") ? "mbed.BootstrapServerCACert" : "mbed.UpdateAuthCert";
        Instant now = CLOCK.instant();
        put(which, now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));
        assertFound(item, FactoryStatus.EXPIRED_CERTIFICATE, "Certificate is expired");
        put(which, now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(9000)));
        assertWarned(item, "Certificate validity cannot be checked");
        put(which, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(3000)));
        assertWarned(item, "Certificate validity is less than 10 years");
    }

    private void put(String which, Instant from, Instant until) throws IOException {
        if (which.equals("device")) {
            replace(issued(recipe -> recipe.withValidity(from, until)));
        } else {
            X509Certificate made = CertificateAuthority.root(
                            CertificateRecipe.ca("short").withValidity(from, until), CLOCK, RANDOM)
                    .certificate();
            CredentialFiles.writeCertificates(files.resolve(which + ".cert"), List.of(made));
        }
    }

    @Test
    void aChainInTheWrongOrderAndOneThatIsTooLong() throws IOException {
        DeviceBundle deep = factory.make(FactoryOrder.of(
                        EndpointName.of("x"), URI.create("coaps://localhost:5784?aid=account"), ca.certificate())
                .withChainDepth(4));
        List<X509Certificate> chain = new ArrayList<>(deep.credential().chain());
        CredentialFiles.writePrivateKey(
                files.resolve("device.key"), deep.credential().privateKey());
        CredentialFiles.writeCertificates(files.resolve("device.cert"), chain);
        assertThat(found(Demand.TESTBED)).isEmpty();
        CredentialFiles.writeCertificates(
                files.resolve("device.cert"), List.of(chain.get(0), chain.get(2), chain.get(1), chain.get(3)));
        assertFound(CERTIFICATE, FactoryStatus.KCM_ERROR, "Chain validation error: certificate 0 was not signed");
        chain.addAll(List.of(ca.certificate(), ca.certificate()));
        CredentialFiles.writeCertificates(files.resolve("device.cert"), chain);
        assertFound(CERTIFICATE, FactoryStatus.KCM_ERROR, "Invalid number of certificates in the chain: 6, at most 5");
    }

    @Test
    void anotherCurveAndACertificateThatSignedItself() throws IOException {
        replace(issued(recipe -> recipe.withKey(KeyAlgorithm.P384)));
        assertFound(CERTIFICATE, FactoryStatus.KCM_CRYPTO_ERROR, "Curve unsupported");
        replace(CertificateAuthority.root(CertificateRecipe.device("x"), CLOCK, RANDOM)
                .credential());
        assertWarned(CERTIFICATE, "Certificate is self signed");
    }

    @Test
    void whatADeveloperDeviceMay() throws IOException {
        edit(json -> json.replace("\"bootstrap\"", "\"developer\""));
        replace(ca.issue(CertificateRecipe.device("shared").withExtendedKeyUsage("1.3.6.1.5.5.7.3.1")));
        assertThat(found(Demand.TESTBED))
                .as("neither its name nor its extended key usage is looked at")
                .isEmpty();
    }

    @Test
    void whereThereIsNoBundleItSaysSo() {
        assertThatThrownBy(() -> BundleVerification.of(directory, Demand.TESTBED, CLOCK.instant()))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("holds no bundle.json");
    }

    @Test
    void theNumbersAreThoseOfThePlatform() {
        assertThat(FactoryStatus.INVALID_CERTIFICATE.number()).isEqualTo(10);
        assertThat(FactoryStatus.BUNDLE_ERROR.number()).isEqualTo(20);
        assertThat(FactoryStatus.ITEM_NOT_EXIST.number()).isEqualTo(25);
        assertThat(FactoryStatus.NOT_SUPPORTED.number()).isEqualTo(37);
    }
}
