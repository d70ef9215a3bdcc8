package dev.onboard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command writes. With {@code --json} standard output carries exactly one JSON document (a stream: one object a
 * line) and everything meant for people goes to standard error.
 */
final class Console {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintWriter out;
    private final PrintWriter err;
    private final Format format;

    /** For whom the output is. */
    enum Format {
        PEOPLE,
        JSON
    }

    private Console(PrintWriter out, PrintWriter err, Format format) {
        this.out = out;
        this.err = err;
        this.format = format;
    }

    static Console of(CommandSpec spec, boolean json) {
        return new Console(
                spec.commandLine().getOut(), spec.commandLine().getErr(), json ? Format.JSON : Format.PEOPLE);
    }

    boolean isJson() {
        return format == Format.JSON;
    }

    /** For people: standard output, or standard error beside a JSON document. */
    void say(String line) {
        (isJson() ? err : out).println(line);
    }

    /** Progress and remarks: always standard error. */
    void note(String line) {
        err.println(line);
    }

    /** The JSON document; does nothing without {@code --json}. */
    void document(JsonNode document) {
        if (isJson()) {
            try {
                out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** One object of a stream, on one line. */
    void line(JsonNode object) {
        out.println(object.toString());
        out.flush();
    }

    static ObjectMapper json() {
        return JSON;
    }
}
