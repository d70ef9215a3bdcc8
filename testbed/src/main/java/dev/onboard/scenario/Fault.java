package dev.onboard.scenario;

/**
 * What is wrong in a scenario file.
 *
 * @param file its name as the user gave it
 * @param line counted from 1; 0 when it is not known
 * @param path the field, for example {@code steps[2].trust.certificate}; empty for the whole file
 * @param message one sentence: the value found and what was expected
 */
public record Fault(String file, int line, String path, String message) {
    @Override
    public String toString() {
        return file + (line > 0 ? ":" + line : "") + ": " + (path.isEmpty() ? "" : path + ": ") + message;
    }
}
