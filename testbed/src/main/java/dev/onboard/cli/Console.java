package dev.onboard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command writes. With {@code --json} standard output carries exactly one JSON document (a stream: one object a
 * line) and everything meant for people goes to standard error.
 */
final class Console {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintWriter out;
    private final Consumer<String> notes;
    private final Format format;

    /** For whom the output is. */
    enum Format {
        PEOPLE,
        JSON
    }

    private Console(PrintWriter out, Consumer<String> notes, Format format) {
        this.out = out;
        this.notes = notes;
        this.format = format;
    }

    static Console of(CommandSpec spec, boolean json) {
        return new Console(
                spec.commandLine().getOut(), spec.commandLine().getErr()::println, json ? Format.JSON : Format.PEOPLE);
    }

    /** The same; what goes to standard error otherwise goes there. */
    Console noting(Consumer<String> there) {
        return new Console(out, there, format);
    }

    boolean isJson() {
        return format == Format.JSON;
    }

    /** For people: standard output, or standard error beside a JSON document. */
    void say(String line) {
        if (isJson()) {
            notes.accept(line);
        } else {
            out.println(line);
        }
    }

    /** Progress and remarks: always standard error. */
    void note(String line) {
        notes.accept(line);
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
