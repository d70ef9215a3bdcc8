package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that cannot be read is named, with what is the matter, whichever command was given it. */
class InputFileTest {
    private static final String ACCOUNT = "http://127.0.0.1:1";
    private static final String KEY = "ak_0123456789abcdef";

    @TempDir
    private Path folder;

    @Test
    void aFileThatIsNotThere() throws Exception {
        Path nothing = folder.resolve("nothing");
        String said = nothing + " does not exist\n";
        String home = folder.toString();
        assertThat(refused("factory", "ca", "import", nothing.toString(), "--dir", home))
                .isEqualTo("onboard: " + said);
        Path file = Files.writeString(folder.resolve("ca.pem"), "");
        assertThat(refused(
                        "factory",
                        "ca",
                        "import",
                        file.toString(),
                        "--password-file",
                        nothing.toString(),
                        "--dir",
                        home))
                .isEqualTo("onboard: --password-file: " + said);
        assertThat(refused("enrollment", "upload", nothing.toString(), "--api", ACCOUNT, "--api-key", KEY))
                .isEqualTo("onboard: " + said);
        assertThat(refused(
                        "issuer",
                        "add",
                        "one",
                        "--type",
                        "CFSSL_AUTH",
                        "--credentials",
                        nothing.toString(),
                        "--api",
                        ACCOUNT,
                        "--api-key",
                        KEY))
                .isEqualTo("onboard: --credentials: " + said);
    }

    @Test
    void aDirectory() {
        assertThat(refused("factory", "ca", "import", folder.toString(), "--dir", folder.toString()))
                .isEqualTo("onboard: " + folder + " is a directory; a file is expected\n");
        assertThat(refused("enrollment", "upload", folder.toString(), "--api", ACCOUNT, "--api-key", KEY))
                .isEqualTo("onboard: " + folder + " is a directory; a file is expected\n");
    }

    private static String refused(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Onboard.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        assertThat(code).as(out.toString()).isEqualTo(2);
        return err.toString();
    }
}
