package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.journal.Journal;
import dev.onboard.scenario.InvalidScenarioException;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioFiles;
import dev.onboard.scenario.ScenarioRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A testbed for JUnit tests: the account, a bootstrap server and an LwM2M server in this process, on free ports, with a PKI
 * of their own.
 *
 * <pre>{@code
 * @RegisterExtension
 * static OnboardExtension onboard = OnboardExtension.create();
 *
 * @Test
 * void anExpiredMeterStaysOut() {
 *     onboard.device("meter-7").factoryCertificate(c -> c.with(Defect.EXPIRED)).powerOn().assertRefused("expired");
 * }
 * }</pre>
 *
 * <p>In a static field one testbed serves all tests of a class; devices are switched off after each test. In an instance
 * field each test has its own. A test fails when its testbed leaves a thread behind. JUnit is an optional dependency of this
 * library. Used by one test at a time.
 */
public final class OnboardExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final Duration THREADS_END_WITHIN = Duration.ofSeconds(10);

    private final UnaryOperator<Workbench.Builder> changes;
    private final List<TestDevice> devices = new ArrayList<>();
    private Set<Thread> before = Set.of();
    private @Nullable Running running;
    private boolean forTheClass;

    private record Running(Path directory, DtlsThreads threads, Workbench bench) {}

    private OnboardExtension(UnaryOperator<Workbench.Builder> changes) {
        this.changes = changes;
    }

    /** A testbed in which everything is good. */
    public static OnboardExtension create() {
        return new OnboardExtension(builder -> builder);
    }

    /** A testbed in which something is out of the ordinary: a server's certificate, the clock, the rules. */
    public static OnboardExtension with(UnaryOperator<Workbench.Builder> changes) {
        return new OnboardExtension(changes);
    }

    /**
     * A device of this name, switched off. Its factory certificate is good, and its CA is uploaded when it is switched on,
     * unless it is told otherwise.
     */
    public TestDevice device(String endpoint) {
        TestDevice device = new TestDevice(bench(), endpoint);
        devices.add(device);
        return device;
    }

    /** The Device Management account: trusted certificates, devices, issued certificates. */
    public Account account() {
        return bench().account();
    }

    /** Every event. */
    public Journal journal() {
        return bench().journal();
    }

    /** The servers and their CAs. */
    public Workbench bench() {
        Running present = running;
        if (present == null) {
            throw new IllegalStateException(
                    "the testbed is not running; put @RegisterExtension on the field that holds the OnboardExtension");
        }
        return present.bench();
    }

    /**
     * The scenarios of a file or folder as dynamic tests, for a method with {@code @TestFactory}. Each runs on a testbed of
     * its own.
     *
     * @throws IllegalArgumentException when a file is not in order; the message lists everything that is wrong
     */
    public Stream<DynamicTest> scenarios(Path path) {
        try {
            return ScenarioFiles.read(path).stream()
                    .map(scenario ->
                            DynamicTest.dynamicTest(scenario.id() + " " + scenario.title(), () -> run(scenario)));
        } catch (IOException | InvalidScenarioException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static void run(Scenario scenario) throws Exception {
        Path directory = Files.createTempDirectory("onboard-scenario-");
        try {
            Result result = new ScenarioRunner(1, 1, directory, false)
                    .run(List.of(scenario), ended -> {})
                    .get(0);
            if (result.status() == Result.Status.DIFFERENT) {
                throw new AssertionError(result.checks().stream()
                        .map(check -> "expected " + check.expected() + "\ncame     " + check.actual())
                        .collect(Collectors.joining("\n", "", "\n" + Timeline.of(result.timeline()))));
            }
        } finally {
            delete(directory);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        forTheClass = true;
        start();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        if (!forTheClass) {
            start();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        devices.forEach(TestDevice::forget);
        devices.clear();
        if (!forTheClass) {
            stop();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        stop();
    }

    private void start() throws IOException {
        before = Thread.getAllStackTraces().keySet();
        Path directory = Files.createTempDirectory("onboard-test-");
        DtlsThreads threads = DtlsThreads.start("test");
        try {
            Workbench bench = changes.apply(Workbench.in(directory, threads, new SecureRandom()))
                    .start();
            running = new Running(directory, threads, bench);
        } catch (IOException | RuntimeException e) {
            threads.close();
            throw e;
        }
    }

    private void stop() throws IOException, InterruptedException {
        Running ended = running;
        running = null;
        if (ended == null) {
            return;
        }
        ended.bench().close();
        ended.threads().close();
        delete(ended.directory());
        long deadline = System.nanoTime() + THREADS_END_WITHIN.toNanos();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("onboard-") && !before.contains(thread)) {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
                if (thread.isAlive()) {
                    throw new AssertionError("the testbed left the thread " + thread.getName() + " behind");
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
