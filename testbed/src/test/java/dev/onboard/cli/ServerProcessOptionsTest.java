package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers as processes of their own that are started wrongly. */
class ServerProcessOptionsTest {
    @TempDir
    Path folder;

    private String refused(String... arguments) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        assertThat(Onboard.run(writer, writer, arguments)).isEqualTo(2);
        assertThat(folder).as("nothing is left").isEmptyDirectory();
        assertThat(said.toString()).startsWith("onboard: ").doesNotContain("\tat ");
        return said.toString();
    }

    @Test
    void withoutADatabaseNothingCouldBeShared() {
        assertThat(refused("lwm2m-server", "--account-dir", folder.resolve("a").toString(), "--port", "0"))
                .contains("--database is missing", "a SQLite file belongs to one process");
    }

    @Test
    void aServerIsGivenByHostAndPort() {
        assertThat(refused(
                        "bootstrap-server",
                        "--account-dir",
                        folder.resolve("a").toString(),
                        "--database",
                        "jdbc:postgresql://localhost:1/none",
                        "--lwm2m-server",
                        "localhost"))
                .contains("--lwm2m-server: 'localhost' is no address; give HOST:PORT");
    }

    @Test
    void sessionsAndSleepAreBounded() {
        String[] server = {
            "lwm2m-server",
            "--account-dir",
            folder.resolve("a").toString(),
            "--database",
            "jdbc:postgresql://localhost:1/none"
        };
        assertThat(refused(with(server, "--max-sessions", "0"))).contains("--max-sessions 0 serves nobody");
        for (String wrong : new String[] {"0", "-1", "many", "9999999999"}) {
            assertThat(refused(with(server, "--max-refusals", wrong)))
                    .contains("--max-refusals '" + wrong + "' is neither off nor a number of 1 to 1000000");
        }
        assertThat(refused(with(server, "--awake", "0s"))).contains("--awake '0s' leaves no time to be reached");
        assertThat(refused(with(server, "--resumption", "yes"))).contains("--resumption 'yes' is neither on nor off");
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void aRouterIsToldWhereServersAre() {
        assertThat(refused("router", "--port", "0", "--to", "localhost")).contains("--to: 'localhost' is no address");
    }
}
