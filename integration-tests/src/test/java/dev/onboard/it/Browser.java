package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.onboard.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Debian's Chromium. What a page complains of, and every request that leaves this machine, fails the test. */
final class Browser implements AutoCloseable {
    /** Where screenshots go. */
    static final Path SCREENSHOTS =
            Path.of(System.getProperty("onboard.root", ".")).resolve("target/screenshots");

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<BrowserContext> contexts = new ArrayList<>();

    private Browser(Playwright playwright, com.microsoft.playwright.Browser chromium) {
        this.playwright = playwright;
        this.chromium = chromium;
    }

    static Browser start() {
        String program = Tool.need("chromium", "chromium", "chromium-browser");
        Path executable = java.util.Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            return new Browser(
                    playwright,
                    playwright
                            .chromium()
                            .launch(new BrowserType.LaunchOptions()
                                    .setExecutablePath(executable)
                                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage"))));
        } catch (RuntimeException e) {
            playwright.close();
            throw e;
        }
    }

    /** An empty page of a reader who likes this theme and has a window of this size. */
    Page page(ColorScheme theme, int width, int height) {
        BrowserContext context = chromium.newContext(new com.microsoft.playwright.Browser.NewContextOptions()
                .setColorScheme(theme)
                .setReducedMotion(ReducedMotion.REDUCE)
                .setViewportSize(width, height)
                .setLocale("en-GB")
                .setTimezoneId("Europe/Helsinki"));
        context.setDefaultTimeout(30_000);
        contexts.add(context);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("status of 4")) {
                complaints.add(message.text() + " at " + message.location());
            }
        });
        page.onPageError(complaints::add);
        page.onRequest(request -> {
            if (!request.url().matches("(https?://localhost:\\d+/.*|data:.*|blob:.*)")) {
                complaints.add("a request to " + request.url());
            }
        });
        return page;
    }

    /** The page of this testbed, with its key. */
    Page open(Testbed testbed, ColorScheme theme) {
        Page page = page(theme, 1360, 900);
        page.navigate(testbed.pageLink().toString());
        page.locator("h1:text-is('Overview')").waitFor();
        return page;
    }

    /** Goes to an address behind the # and waits until nothing is loading any more. */
    static void go(Page page, String hash, String heading) {
        page.evaluate("hash => { location.hash = hash; }", "#" + hash);
        page.locator("h1:text-is('" + heading + "')").waitFor();
        page.waitForFunction("() => !document.querySelector('[aria-busy=true], .skeleton')"
                + " && ![...document.querySelectorAll('p')].some(p => p.textContent === 'Loading…')");
    }

    static void screenshot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve(name + ".png")));
    }

    /** WCAG 2.2 A and AA, as axe checks them. */
    static void assertAccessible(Page page, String where) {
        assertNothingFound(
                new AxeBuilder(page)
                        .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")),
                where);
    }

    /** The contrast of texts alone. */
    static void assertContrast(Page page, String where) {
        assertNothingFound(new AxeBuilder(page).withRules(List.of("color-contrast")), where);
    }

    private static void assertNothingFound(AxeBuilder axe, String where) {
        // the page has no frames of others: what there is of it is judged where it is, without a second page for the
        // sum
        List<Rule> violations = axe.setLegacyMode(true).analyze().getViolations();
        assertThat(violations.stream()
                        .map(rule -> rule.getId() + ": " + rule.getHelp() + "\n"
                                + rule.getNodes().stream()
                                        .limit(5)
                                        .map(node -> "    " + node.getHtml() + "\n      " + node.getFailureSummary())
                                        .collect(Collectors.joining("\n")))
                        .toList())
                .as("axe, %s", where)
                .isEmpty();
    }

    void assertNoComplaint() {
        assertThat(complaints).isEmpty();
    }

    /** Closes the pages; complaints are forgotten. */
    void clear() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
        complaints.clear();
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }

    static {
        try {
            Files.createDirectories(SCREENSHOTS);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
