package dev.onboard.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.DeliveryOptions;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the page does to devices, certificates and firmware, clicked in a real browser. */
@Timeout(240)
class PageActionsIT extends PageTest {
    private Page deviceOne() {
        make(1, "device-", Optional.empty());
        await("device-1", Stage.REGISTERED, true);
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/devices/device-1", "device-1");
        return page;
    }

    private static Locator badge(Page page, String text) {
        return page.locator(".page-head .badge", new Page.LocatorOptions().setHasText(text));
    }

    private static Locator message(Page page, String text) {
        return page.locator(".toast", new Page.LocatorOptions().setHasText(text));
    }

    private static void write(Page page, String path, String value) {
        page.getByLabel("LwM2M path").fill(path);
        page.getByLabel("Value to write").fill(value);
        button(page, "Write").click();
    }

    /** Resources are read, observed, written and executed. */
    @Test
    void aDeviceIsAskedAndTold() {
        Page page = deviceOne();
        Locator resources = page.locator("#resources");
        page.getByLabel("LwM2M path").fill("/1/0/1");
        button(page, "Observe").click();
        assertThat(resources).containsText("/1/0/1");
        assertThat(resources).containsText("observed");
        write(page, "/1/0/1", "1234");
        assertThat(message(page, "/1/0/1 written")).isVisible();
        assertThat(resources.locator("tbody")).containsText("1234");
        button(page, "Stop observing /1/0/1").click();
        assertThat(button(page, "Observe")).isVisible();
        write(page, "/3/0/0", "Somebody");
        assertThat(page.locator(".toast.bad")).containsText("4.05 METHOD_NOT_ALLOWED");
        page.getByLabel("LwM2M path").fill("/1/0/8");
        button(page, "Execute").click();
        assertThat(message(page, "/1/0/8 executed")).isVisible();
        assertThat(page.locator("#events")).containsText("Registration update");
    }

    /** Suspended and resumed, renewed, revoked and back, reset, forgotten. */
    @Test
    void aDeviceIsSuspendedRenewedRevokedAndForgotten() {
        Page page = deviceOne();
        button(page, "Suspend").click();
        assertThat(badge(page, "suspended")).isVisible();
        button(page, "Resume").click();
        assertThat(badge(page, "suspended")).hasCount(0);
        button(page, "Reboot").click();
        assertThat(badge(page, "Registered")).isVisible();

        Locator issued = page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Issued certificates"));
        assertThat(issued.locator("tbody tr")).hasCount(1);
        button(page, "Renew").click();
        assertThat(message(page, "Renewal began")).isVisible();
        assertThat(issued.locator("tbody tr")).hasCount(2);
        assertThat(badge(page, "Registered")).isVisible();

        button(page, "Revoke…").click();
        button(page, "Revoke").click();
        assertThat(message(page, "Revoked")).isVisible();
        assertThat(page.locator("#events")).containsText("revoked");
        button(page, "Factory reset").click();
        assertThat(issued.locator("tbody tr")).hasCount(3);
        assertThat(badge(page, "Registered")).isVisible();

        button(page, "Switch off").click();
        assertThat(button(page, "Switch on")).isVisible();
        button(page, "Forget…").click();
        button(page, "Forget").click();
        assertThat(page.locator("#record")).containsText("nobody admitted it so far");
        button(page, "Switch on").click();
        button(page, "Bootstrap the device again, for a new certificate").click();
        assertThat(badge(page, "Registered")).isVisible();
    }

    /** An order of more than a hundred goes in parts; what is refused is told in the dialog, where it can be read. */
    @Test
    void anOrderOfManyDevicesGoesInParts() {
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/devices", "Devices");
        button(page, "New devices").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        page.getByLabel("Names begin with").fill("many-");
        page.getByLabel("How many").fill("120");
        page.getByLabel("Switch them on").uncheck();
        page.getByLabel("Mode").selectOption("developer");
        button(page, "Make").click();
        assertThat(dialog.locator(".toast")).containsText("cannot share one developer certificate");
        page.getByLabel("Mode").selectOption("bootstrap");
        button(page, "Make").click();
        assertThat(message(page, "120 devices made")).isVisible();
        assertThat(dialog).hasCount(0);
        assertThat(page.getByText("120 devices", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
    }

    /** The device's own key: who asked for its certificate, and where, is in the picture. */
    @Test
    void anEnrolmentOverEstIsDrawn() {
        startAnew(options -> options.withDelivery(DeliveryOptions.USUAL.withKeys(KeySource.EST)));
        Page page = deviceOne();
        assertThat(page.locator("#sequence")).containsText("EST /.well-known/est/sen");
        assertThat(page.locator("#sequence")).containsText("POST /rd: registered");
        Browser.screenshot(page, "device-est");
    }

    /** A CA is uploaded from a file, looked into, switched off and on; a developer certificate is made and its C file taken. */
    @Test
    void certificatesAreManaged() throws Exception {
        make(1, "device-", Optional.empty());
        Path root = testbed.workDirectory().path().resolve("ca/factory-root.cert.pem");
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/certificates/trusted", "Certificates");
        button(page, "Remove Onboard factory root CA").click();
        button(page, "Remove").click();
        assertThat(page.getByText("Nobody is trusted yet")).isVisible();
        page.getByLabel("Choose a file to trust").setInputFiles(root);
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("Onboard factory root CA");
        Browser.assertAccessible(page, "the upload of a CA");
        button(page, "Upload").click();
        assertThat(message(page, "is trusted for bootstrap")).isVisible();
        button(page, "Deactivate Onboard factory root CA").click();
        assertThat(message(page, "admits nobody from now on")).isVisible();
        button(page, "Activate Onboard factory root CA").click();
        assertThat(message(page, "counts from the next handshake on")).isVisible();

        Browser.go(page, "/certificates/developer", "Certificates");
        page.getByLabel("Name of the developer certificate").fill("my-board");
        button(page, "Make a developer certificate").click();
        assertThat(page.getByText("my-board", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        Download file = page.waitForDownload(() -> button(page, "C file").click());
        assertThat(Files.readString(file.path())).contains("MBED_CLOUD_DEV_");

        Browser.go(page, "/certificates/issuers", "Certificates");
        button(page, "New issuer").click();
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("corporate");
        page.getByLabel("Address", new Page.GetByLabelOptions().setExact(true)).fill("http://127.0.0.1:1");
        page.getByLabel("Authentication key, hexadecimal").fill("0011223344556677");
        button(page, "Store").click();
        assertThat(message(page, "'corporate' is stored")).isVisible();
        button(page, "Verify").click();
        assertThat(page.locator(
                        ".toast", new Page.LocatorOptions().setHasText(Pattern.compile("corporate: .*127.0.0.1"))))
                .isVisible();
    }

    /** A container asks for its password, says when that is wrong, and opens with the right one. */
    @Test
    void aContainerAsksForItsPassword() throws Exception {
        make(1, "meter-", Optional.empty());
        Path factory = testbed.workDirectory().devices().resolve("meter-1/factory");
        Credential device =
                CredentialFiles.readCredential(factory.resolve("device.cert.pem"), factory.resolve("device.key.pem"));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "meter-1",
                device.privateKey(),
                "secret".toCharArray(),
                device.chain().toArray(Certificate[]::new));
        Path file = folder.resolve("meter-1.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "secret".toCharArray());
        }
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/explain", "Explain");
        page.getByLabel("Choose a file").setInputFiles(file);
        page.getByLabel("Password of meter-1.p12").fill("guess");
        button(page, "Open").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("does not open with the password given");
        Browser.assertAccessible(page, "a container with a password");
        page.getByLabel("Password of meter-1.p12").fill("secret");
        button(page, "Open").click();
        assertThat(page.locator("main")).containsText("As a factory certificate, at the bootstrap server");
        assertThat(page.locator("main")).containsText("A private key");
        assertThat(page.getByLabel("Password of meter-1.p12")).hasCount(0);
    }

    /** Image and manifest are uploaded, a campaign made and started, and the device runs it. */
    @Test
    void firmwareIsBroughtToADevice() throws Exception {
        make(1, "device-", Optional.empty());
        await("device-1", Stage.REGISTERED, true);
        Path image = folder.resolve("app.bin");
        Files.write(image, UpdateBench.image(20_000));
        Path manifest = folder.resolve("app.suit");
        try (Cli cli = new Cli(Cli.folder(folder, "home"))) {
            Cli.Result signed = cli.run(
                    "update",
                    "sign",
                    "--image",
                    image,
                    "--version",
                    "1.1.0",
                    "--signer",
                    testbed.workDirectory().path().resolve("update"),
                    "--out",
                    manifest);
            assertThat(signed.exitCode()).as(signed.err()).isZero();
        }
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/update/certificates", "Update");
        assertThat(page.locator("#signers")).containsText("issued by itself");
        Browser.go(page, "/update/images", "Update");
        button(page, "Upload an image").click();
        page.getByLabel("Image", new Page.GetByLabelOptions().setExact(true)).setInputFiles(image);
        button(page, "Upload").click();
        assertThat(page.locator("tbody")).containsText("app.bin");
        Browser.assertAccessible(page, "an image");
        Browser.screenshot(page, "update-image");
        Browser.go(page, "/update/manifests", "Update");
        button(page, "Upload a manifest").click();
        page.locator("#file").setInputFiles(manifest);
        button(page, "Upload").click();
        assertThat(page.locator("tbody")).containsText("1.1.0");
        Browser.assertAccessible(page, "a manifest");
        Browser.go(page, "/update/campaigns", "Update");
        button(page, "New campaign").click();
        page.getByLabel("Name", new Page.GetByLabelOptions().setExact(true)).fill("to 1.1.0");
        button(page, "Make a draft").click();
        page.locator("#campaign").waitFor();
        button(page, "Start").click();
        assertThat(page.locator("#campaign")).containsText("1 updated, 0 failed, 0 pending of 1");
        assertThat(page.locator("#devices")).containsText("device-1");
        Browser.assertAccessible(page, "a campaign");
        Browser.screenshot(page, "update-campaign");
        Browser.go(page, "/devices/device-1", "device-1");
        button(page, "Device /3/0").click();
        assertThat(page.locator("#resources")).containsText("1.1.0");
    }
}
