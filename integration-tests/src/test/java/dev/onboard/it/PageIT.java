package dev.onboard.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.onboard.account.Account;
import dev.onboard.account.Enrollments.JobKind;
import dev.onboard.account.IssueRequest;
import dev.onboard.account.NewDevice;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Defect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The page in a real browser. Screenshots of each page in both themes are left in {@code target/screenshots}: {@code mvn
 * verify -pl integration-tests -am -Dit.test=PageIT -Dsurefire.failIfNoSpecifiedTests=false} makes them.
 */
@Timeout(240)
class PageIT extends PageTest {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final int PER_SECOND = 200;
    private static final List<String[]> PAGES = List.of(
            new String[] {"/", "Overview", "overview"},
            new String[] {"/devices", "Devices", "devices"},
            new String[] {"/certificates/trusted", "Certificates", "certificates-trusted"},
            new String[] {"/certificates/issued", "Certificates", "certificates-issued"},
            new String[] {"/certificates/issuers", "Certificates", "certificates-issuers"},
            new String[] {"/certificates/developer", "Certificates", "certificates-developer"},
            new String[] {"/certificates/enrollments", "Certificates", "certificates-enrolments"},
            new String[] {"/scenarios", "Scenarios", "scenarios"},
            new String[] {"/update/campaigns", "Update", "update-campaigns"},
            new String[] {"/update/manifests", "Update", "update-manifests"},
            new String[] {"/update/certificates", "Update", "update-certificates"},
            new String[] {"/explain", "Explain", "explain"});

    /** The headings of the pages that hold more when there are more devices. */
    private static final List<String> OTHER_WITH_MANY_DEVICES = List.of("Overview", "Devices");

    /** Open, make ten devices, remove their CA, see the eleventh refused and why, press the button, see it registered. */
    @Test
    void aNewcomersWalk() {
        URI link = testbed.pageLink();
        Page page = browser.page(ColorScheme.LIGHT, 1360, 900);
        page.navigate(link.toString());
        assertThat(page.getByText("No device yet")).isVisible();
        assertThat(page.url()).as("the code is out of the address").doesNotContain("code");

        button(page, "Make ten devices").click();
        button(page, "Make").click();
        assertThat(tile(page, "registered")).hasText("10");

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Certificates"))
                .click();
        button(page, "Remove Onboard factory root CA").click();
        assertThat(page.locator("#cut-off li")).hasCount(10);
        button(page, "Remove").click();
        assertThat(page.getByText("Nobody is trusted yet")).isVisible();

        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Devices").setExact(true))
                .click();
        button(page, "New devices").click();
        page.getByLabel("Upload the factory's CA").uncheck();
        button(page, "Make").click();
        assertThat(page.getByText("11 devices")).isVisible();
        Locator row = page.locator("tbody tr", new Page.LocatorOptions().setHasText("device-11"));
        assertThat(row).containsText("Refused");
        assertThat(row).containsText("unknown ca by the bootstrap server");
        row.getByRole(AriaRole.LINK).click();

        Locator why = page.locator("#why");
        assertThat(why).containsText("Refused by the bootstrap server: unknown ca");
        assertThat(why).containsText("Onboard factory root CA");
        assertThat(why).containsText("48 unknown_ca");
        page.locator("#fix").click();
        assertThat(page.locator(".page-head .badge")).hasText("Registered");
        assertThat(why).hasCount(0);
        assertThat(page.locator("#sequence")).containsText("POST /rd: registered");
        Browser.screenshot(page, "walk-end");

        Page again = browser.page(ColorScheme.LIGHT, 1360, 900);
        again.navigate(link.toString());
        assertThat(again.getByRole(AriaRole.ALERT)).containsText("this link was used before or is too old");
    }

    @Test
    void theKeyIsAskedForAndAWrongOneRefused() throws Exception {
        Page page = browser.page(ColorScheme.LIGHT, 900, 700);
        page.navigate(testbed.running().managementUri() + "/#/devices");
        Browser.assertAccessible(page, "the key's form");
        page.getByLabel("API key").fill("ak_0000000000000000");
        button(page, "Enter").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("the API key is not one of this account");
        page.getByLabel("API key").fill(testbed.running().apiKey());
        button(page, "Enter").click();
        assertThat(page.getByText("No device yet")).isVisible();
        button(page, "Forget the key").click();
        assertThat(page.getByLabel("API key")).isVisible();
    }

    @Test
    void everyPageWithoutDevices() {
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        for (String[] each : PAGES) {
            Browser.go(page, each[0], each[1]);
            Browser.assertAccessible(page, each[2] + " without devices");
            Browser.screenshot(page, each[2] + "-empty");
        }
    }

    @Test
    void everyPageWithFiveDevicesInBothThemes() {
        make(4, "device-", Optional.empty());
        make(1, "meter-", Optional.of(Defect.EXPIRED));
        for (int i = 1; i <= 4; i++) {
            await("device-" + i, Stage.REGISTERED, true);
        }
        await("meter-1", Stage.BOOTSTRAP_HANDSHAKE, false);
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            String name = theme == ColorScheme.LIGHT ? "-light" : "-dark";
            Page page = browser.open(testbed, theme);
            assertThat(tile(page, "registered")).hasText("4");
            assertThat(tile(page, "refused")).hasText("1");
            for (String[] each : PAGES) {
                Browser.go(page, each[0], each[1]);
                accessible(page, theme, each[2] + name);
                Browser.screenshot(page, each[2] + name);
            }
            Browser.go(page, "/devices/meter-1", "meter-1");
            assertThat(page.locator("#why")).containsText("Refused by the bootstrap server: expired");
            accessible(page, theme, "a refused device" + name);
            Browser.screenshot(page, "device-refused" + name);
            Browser.go(page, "/devices/device-1", "device-1");
            assertThat(page.locator("#sequence")).containsText("POST /rd: registered");
            button(page, "Device /3/0").click();
            assertThat(page.locator("#resources")).containsText("Manufacturer");
            page.locator("#certificates details").first().locator("summary").click();
            accessible(page, theme, "a registered device" + name);
            Browser.screenshot(page, "device" + name);
        }
    }

    /** Another theme has other colours and is the same otherwise. */
    private static void accessible(Page page, ColorScheme theme, String where) {
        if (theme == ColorScheme.DARK) {
            Browser.assertContrast(page, where);
        } else {
            Browser.assertAccessible(page, where);
        }
    }

    /** A certificate that ended is exchanged at the factory by the button. */
    @Test
    void aCertificateThatCannotBeTrustedIsExchanged() {
        make(1, "meter-", Optional.of(Defect.EXPIRED));
        await("meter-1", Stage.BOOTSTRAP_HANDSHAKE, false);
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/devices/meter-1", "meter-1");
        button(page, "Have the factory give the device a good certificate").click();
        assertThat(page.locator(".page-head .badge")).hasText("Registered");
        assertThat(page.locator("#certificates")).containsText("What changed");
    }

    private void manyDevices(int count) {
        for (int i = 1; i <= count; i++) {
            String endpoint = "meter-" + i;
            testbed.journal()
                    .record(Event.of(Stage.POWER, Party.DEVICE)
                            .endpoint(endpoint)
                            .fact("action", "on")
                            .fact("mode", "bootstrap"));
            if (i % 40 == 0) {
                testbed.journal()
                        .record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                                .endpoint(endpoint)
                                .refused(Party.BOOTSTRAP_SERVER, i % 80 == 0 ? "expired" : "unknown-ca")
                                .alert(i % 80 == 0 ? 45 : 48));
            } else {
                testbed.journal()
                        .record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER).endpoint(endpoint));
            }
        }
        testbed.journal().flush();
    }

    /** Registration updates of so many devices, none of them a refused one. */
    private void updates(int count) {
        for (int i = 0; i < count; i++) {
            testbed.journal()
                    .record(Event.of(Stage.UPDATED, Party.LWM2M_SERVER).endpoint("meter-" + (i % 40 == 0 ? 1 : i)));
        }
    }

    /** Ten thousand devices and two hundred events a second: what is drawn stays little, and the browser answers. */
    @Test
    void calmWithTenThousandDevices() throws Exception {
        manyDevices(10_000);
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        assertThat(tile(page, "devices")).hasText("10,000");
        assertThat(tile(page, "refused")).hasText("250");
        page.evaluate("() => { window.longest = 0; new PerformanceObserver(list => list.getEntries().forEach(entry =>"
                + " { window.longest = Math.max(window.longest, entry.duration); })).observe({type: 'longtask'}); }");
        for (String[] each : PAGES) {
            updates(100);
            Browser.go(page, each[0], each[1]);
            if (OTHER_WITH_MANY_DEVICES.contains(each[1])) {
                Browser.assertAccessible(page, each[2] + " with 10,000 devices");
            }
        }
        Browser.go(page, "/devices", "Devices");
        assertThat(page.getByText("10,000 devices")).isVisible();
        assertThat(page.locator("tbody tr").count()).as("rows in the document").isLessThan(60);
        Locator box = page.getByRole(AriaRole.REGION, new Page.GetByRoleOptions().setName("Devices"));
        box.evaluate("box => box.scrollTo(0, box.scrollHeight)");
        assertThat(page.getByText("meter-10000", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        assertThat(page.locator("tbody tr").count()).isLessThan(60);
        page.getByLabel("Search by endpoint name").fill("meter-77");
        assertThat(page.getByText("111 devices")).isVisible();
        Browser.go(page, "/devices?phase=refused", "Devices");
        assertThat(page.getByText("250 devices")).isVisible();
        Browser.screenshot(page, "devices-10000");
        Browser.go(page, "/", "Overview");
        page.evaluate("() => { window.longest = 0; }");
        updates(1000);
        assertThat(page.locator("#recent")).containsText("meter-999");
        assertThat(page.locator("#recent li").count()).isLessThanOrEqualTo(12);
        Browser.screenshot(page, "overview-10000");
        double longest = ((Number) page.evaluate("() => window.longest")).doubleValue();
        page.evaluate("() => { window.longest = 0; }");
        int seconds = HEAVY ? 60 : 5;
        driven(seconds);
        assertThat(page.locator("#recent")).containsText("meter-9999");
        double driven = ((Number) page.evaluate("() => window.longest")).doubleValue();
        Files.writeString(
                Browser.SCREENSHOTS.resolve("longest-task.txt"),
                "with 10,000 devices, the longest task of the page: a thousand events at once " + longest + " ms, "
                        + PER_SECOND + " events a second for " + seconds + " s " + driven + " ms\n");
        if (HEAVY) {
            assertThat(Math.max(longest, driven)).as("longest task, ms").isLessThanOrEqualTo(100);
        }
    }

    /** So many events each second, spread over it; the last one is of meter-9999. */
    private void driven(int seconds) throws InterruptedException {
        int ticks = seconds * 20;
        CountDownLatch left = new CountDownLatch(ticks);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try {
            clock.scheduleAtFixedRate(
                    () -> {
                        if (left.getCount() > 0) {
                            updates(PER_SECOND / 20);
                            left.countDown();
                        }
                    },
                    0,
                    50,
                    TimeUnit.MILLISECONDS);
            assertThat(left.await(seconds + 30L, TimeUnit.SECONDS)).isTrue();
        } finally {
            clock.shutdownNow();
        }
        testbed.journal().record(Event.of(Stage.UPDATED, Party.LWM2M_SERVER).endpoint("meter-9999"));
    }

    /** Every tab of certificates, with an account that has ten thousand of each. */
    @Test
    void certificatesOfTenThousandDevices() throws Exception {
        int count = HEAVY ? 10_000 : 2_000;
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(new ECGenParameterSpec("secp256r1"));
        PublicKey key = keys.generateKeyPair().getPublic();
        Account account = testbed.account();
        List<String> identities = new ArrayList<>();
        List<CompletableFuture<?>> issuing = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            account.devices().add(NewDevice.of("meter-" + i));
            issuing.add(account.issue(new IssueRequest("meter-" + i, key)).toCompletableFuture());
            identities.add("A-" + "00:".repeat(30) + "%02X:%02X".formatted(i >> 8, i & 255));
        }
        CompletableFuture.allOf(issuing.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
        account.enrollments().run(JobKind.UPLOAD, identities);
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        String many = "%,d".formatted(count);
        Browser.go(page, "/certificates/issued", "Certificates");
        assertThat(page.getByText(many + " issued")).isVisible();
        assertThat(page.locator("tbody tr").count()).isLessThan(60);
        button(page, "Show more").click();
        page.getByLabel("Search by endpoint name").fill("meter-77");
        assertThat(page.locator("tbody tr").first()).containsText("meter-77");
        Browser.assertAccessible(page, "issued certificates of " + count + " devices");
        Browser.go(page, "/certificates/enrollments", "Certificates");
        assertThat(page.getByText(many + " on the list")).isVisible();
        assertThat(page.locator("tbody tr").count()).isLessThan(60);
        Browser.assertAccessible(page, "an enrolment list of " + count);
        for (String tab : List.of("trusted", "issuers", "developer")) {
            Browser.go(page, "/certificates/" + tab, "Certificates");
        }
    }

    @Test
    void theFirstPaintIsSoonAndLight() throws Exception {
        Page page = browser.page(ColorScheme.LIGHT, 1360, 900);
        page.navigate(testbed.pageLink().toString());
        assertThat(page.getByText("No device yet")).isVisible();
        long octets = ((Number)
                        page.evaluate(
                                "() => performance.getEntriesByType('resource').concat("
                                        + "performance.getEntriesByType('navigation')).reduce((sum, one) => sum + one.transferSize, 0)"))
                .longValue();
        double paint = ((Number) page.evaluate(
                        "() => performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)[0]"))
                .doubleValue();
        Files.writeString(
                Browser.SCREENSHOTS.resolve("first-paint.txt"),
                "first contentful paint " + paint + " ms, " + octets + " octets\n");
        assertThat(octets).as("octets until the overview stands").isBetween(10_000L, 300_000L);
        if (HEAVY) {
            assertThat(paint).as("first contentful paint, ms").isLessThan(1000);
        }
    }

    @Test
    void aNarrowScreenAndTheKeyboard() {
        make(1, "device-", Optional.empty());
        await("device-1", Stage.REGISTERED, true);
        Page page = browser.page(ColorScheme.DARK, 390, 800);
        page.navigate(testbed.pageLink().toString());
        page.locator("h1:text-is('Overview')").waitFor();
        for (String[] each : PAGES) {
            Browser.go(page, each[0], each[1]);
            assertThat((Boolean) page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                    .as("%s fits into 390 pixels", each[0])
                    .isTrue();
        }
        Browser.go(page, "/devices/device-1", "device-1");
        assertThat((Boolean) page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                .isTrue();
        Browser.screenshot(page, "device-narrow");
        button(page, "Pages").click();
        page.getByRole(
                        AriaRole.LINK,
                        new Page.GetByRoleOptions().setName("Devices").setExact(true))
                .first()
                .click();
        page.locator("h1:text-is('Devices')").waitFor();
        button(page, "New devices").focus();
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
        Browser.assertAccessible(page, "a dialog");
        page.keyboard().press("Escape");
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        page.reload();
        page.locator("h1:text-is('Devices')").waitFor();
        page.keyboard().press("Tab");
        assertThat(page.locator(":focus")).hasText("Skip to the content");
        page.keyboard().press("Enter");
        assertThat((String) page.evaluate("() => document.activeElement.id")).isEqualTo("main");
    }

    /** A file dropped onto any page is explained. */
    @Test
    void aDroppedChainIsExplained() throws Exception {
        make(1, "device-", Optional.of(Defect.WRONG_EXTENDED_KEY_USAGE));
        String pem = Files.readString(testbed.workDirectory().devices().resolve("device-1/factory/device.cert.pem"));
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/certificates/issuers", "Certificates");
        page.evaluate(
                "pem => { const data = new DataTransfer(); data.items.add(new File([pem], 'device-1.pem'));"
                        + " document.body.dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: data})); }",
                pem);
        page.locator("h1:text-is('Explain')").waitFor();
        assertThat(page.locator("main")).containsText("As a factory certificate, at the bootstrap server");
        assertThat(page.locator("main")).containsText("wrong extended key usage");
        assertThat(page.locator("main")).containsText("To repair it");
        Browser.assertAccessible(page, "an explanation");
        Browser.screenshot(page, "explain-dropped");
    }

    /** A scenario is written on the page, run for real, looked into, and its report downloaded. */
    @Test
    void aScenarioIsWrittenAndRun() throws Exception {
        Page page = browser.open(testbed, ColorScheme.LIGHT);
        Browser.go(page, "/scenarios/new", "A scenario of your own");
        Locator text = page.getByLabel("Scenario", new Page.GetByLabelOptions().setExact(true));
        String good = text.inputValue();
        text.fill(good + "setup: touch x\n");
        button(page, "Run it").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("line 8");
        Browser.assertAccessible(page, "the editor");
        text.fill(good);
        button(page, "Run it").click();
        assertThat(page.locator("#run")).containsText("1 as expected");
        Browser.assertAccessible(page, "a run");
        Browser.screenshot(page, "scenario-run");
        com.microsoft.playwright.Download baseline =
                page.waitForDownload(() -> button(page, "Baseline").click());
        String before = Files.readString(baseline.path());
        Path changed = folder.resolve("changed.json");
        Files.writeString(changed, before.replace("\"expired\"", "\"unknown-ca\""));
        page.getByLabel("Choose a baseline").setInputFiles(changed);
        assertThat(page.locator("#changes")).containsText("unknown-ca");
        assertThat(page.locator("#changes")).containsText("expired");
        Path none = folder.resolve("none.json");
        Files.writeString(none, "{}");
        page.getByLabel("Choose a baseline").setInputFiles(none);
        assertThat(page.locator(".toast.bad")).containsText("is not a baseline");
        page.getByLabel("Choose a baseline").setInputFiles(baseline.path());
        assertThat(page.locator("#compare")).containsText("Nothing ended otherwise");
        com.microsoft.playwright.Download report =
                page.waitForDownload(() -> button(page, "HTML").click());
        assertThat(Files.readString(report.path())).contains("my-case@device-bootstrap");
        page.locator("#list a").first().click();
        page.locator("h1:text-is('my-case@device-bootstrap')").waitFor();
        assertThat(page.locator("#checks")).containsText("expired");
        assertThat(page.locator("#sequence")).containsText("expired, alert 45");
        Browser.assertAccessible(page, "a result");
        Browser.screenshot(page, "scenario-result");
        Browser.go(page, "/scenarios?filter=VAL-02", "Scenarios");
        assertThat(page.locator("#list tbody tr").first()).containsText("VAL-02");
    }
}
