package dev.onboard.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.onboard.http.SimulatedDevices.Names;
import dev.onboard.http.SimulatedDevices.Order;
import dev.onboard.http.SimulatedDevices.Power;
import dev.onboard.http.SimulatedDevices.Upload;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Defect;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A testbed for each test, and a browser for all of a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PageTest {
    @TempDir
    Path folder;

    Browser browser;
    Testbed testbed;
    private int beds;

    @BeforeAll
    void startBrowser() {
        PlaywrightAssertions.setDefaultAssertionTimeout(30_000);
        browser = Browser.start();
    }

    @AfterAll
    void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() {
        start(options -> options);
    }

    private void start(UnaryOperator<TestbedOptions> how) {
        testbed = Testbed.start(
                how.apply(TestbedOptions.in(folder.resolve("bed-" + ++beds)).withPorts(0, 0, 0)),
                InstantSource.system(),
                new SecureRandom());
    }

    /** Another testbed in place of the usual one. */
    void startAnew(UnaryOperator<TestbedOptions> how) {
        testbed.close();
        start(how);
    }

    @AfterEach
    void stop() {
        try {
            browser.assertNoComplaint();
        } finally {
            browser.clear();
            testbed.close();
        }
    }

    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator tile(Page page, String label) {
        return page.locator(".tile", new Page.LocatorOptions().setHasText(Pattern.compile("\\d" + label + "$")))
                .locator(".value");
    }

    void make(int count, String prefix, Optional<Defect> defect) {
        testbed.simulated()
                .make(new Order(
                        new Names.Numbered(prefix, count), "bootstrap", 1, defect, Upload.IF_MISSING, Power.ON));
    }

    void await(String endpoint, Stage stage, boolean ok) {
        assertThat(testbed.journal()
                        .await(
                                event -> event.endpoint().equals(Optional.of(endpoint))
                                        && event.stage() == stage
                                        && event.party() != Party.DEVICE
                                        && (event.outcome() == dev.onboard.journal.Outcome.OK) == ok,
                                Duration.ofSeconds(30)))
                .as("%s of %s", stage, endpoint)
                .isPresent();
    }
}
