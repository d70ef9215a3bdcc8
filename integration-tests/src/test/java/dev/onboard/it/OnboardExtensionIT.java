package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.onboard.pki.Defect;
import dev.onboard.testbed.OnboardExtension;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The JUnit extension, as the example project uses it and where it has to fail. */
class OnboardExtensionIT {
    private static final Path EXAMPLE = Path.of(System.getProperty("onboard.root", ".."), "examples", "junit");

    @RegisterExtension
    static OnboardExtension onboard = OnboardExtension.create();

    @TempDir
    static Path folder;

    @Test
    void theExampleProjectCompilesAndItsTestsPass() throws Exception {
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "-proc:none",
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(
                                    EXAMPLE.resolve("src/test/java/com/example/meters/MetersTest.java")))
                    .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
        System.setProperty("scenarios", EXAMPLE.resolve("scenarios").toString());
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        ClassLoader tests = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests, "com.example.meters.MetersTest"))
                                .build(),
                        summary);
        TestExecutionSummary outcome = summary.getSummary();
        assertThat(outcome.getFailures().stream()
                        .map(failure -> failure.getException().toString())
                        .toList())
                .isEmpty();
        assertThat(outcome.getTestsSucceededCount()).isEqualTo(4);
    }

    @Test
    void aFailureShowsTheTimeline() {
        assertThatThrownBy(() -> onboard.device("meter-1").powerOn().assertRefused("expired"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected 'meter-1' refused: expired, but it is registered")
                .hasMessageContaining("the journal says:")
                .hasMessageContaining("bootstrap-handshake bootstrap-server ok 'meter-1'");
        assertThatThrownBy(() -> onboard.device("meter-2")
                        .factoryCertificate(certificate -> certificate.with(Defect.EXPIRED))
                        .powerOn()
                        .awaitRegistered())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expired alert 45");
    }
}
