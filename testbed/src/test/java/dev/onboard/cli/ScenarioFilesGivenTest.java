package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with the files that {@code onboard scenario} is given is said before anything runs. */
class ScenarioFilesGivenTest {
    @TempDir
    private Path folder;

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path file = folder.resolve("nope.yaml");
        String said = "onboard: there is no file " + file + "; 'onboard scenario new NAME' writes one to begin with\n";
        assertThat(refused("validate", file.toString())).isEqualTo(said);
        assertThat(refused("run", file.toString())).isEqualTo(said);
        assertThat(refused("show", file.toString())).isEqualTo(said);
        assertThat(refused("run", "VAL-01", "--baseline", file.toString()))
                .isEqualTo("onboard: --baseline: there is no file " + file + "; --save-baseline writes one\n");
    }

    @Test
    void aReportThatCannotBeWrittenIsRefusedBeforeTheRun() {
        Path file = folder.resolve("nowhere").resolve("report");
        for (String option : new String[] {"--html", "--junit", "--json", "--save-baseline"}) {
            assertThat(refused("run", "VAL-01", option + "=" + file))
                    .isEqualTo("onboard: " + option + " " + file + " cannot be written: there is no folder "
                            + file.getParent() + "\n");
        }
        assertThat(refused("run", "VAL-01", "--html", folder.toString()))
                .isEqualTo("onboard: --html " + folder + " is a folder; give the name of a file\n");
    }

    @Test
    void partiesThatDoNotGoTogetherAreRefused() {
        assertThat(refused("run", "VAL-01", "--device", "mine {bundel}"))
                .isEqualTo("onboard: --device: nothing is filled in for {bundel}; {endpoint}, {bundle}, {uri} are\n");
        assertThat(refused("run", "VAL-01", "--setup", "mine {endpoint}"))
                .isEqualTo(
                        "onboard: --setup is for servers of your own; give --bootstrap-server or --lwm2m-server too\n");
        assertThat(refused("run", "VAL-01", "--device", "mine ${HOME}", "--lwm2m-server", "coaps://localhost:1"))
                .contains("leave nobody of ours to see anything");
    }

    private static String refused(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = new String[arguments.length + 1];
        all[0] = "scenario";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int code = Onboard.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
        assertThat(code).as(out.toString()).isEqualTo(2);
        return err.toString();
    }
}
