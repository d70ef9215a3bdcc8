package dev.onboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Puts what a command printed into a document. */
final class Documents {
    private Documents() {}

    /** In place of what stands between the lines {@code <!-- begin NAME -->} and {@code <!-- end NAME -->}. */
    static void replace(Path file, String name, List<String> lines) throws IOException {
        String text = Files.readString(file);
        String begin = "<!-- begin " + name + " -->\n";
        String end = "<!-- end " + name + " -->";
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        if (from < 0 || to < from) {
            throw new BenchException(file + " has no lines '" + begin.strip() + "' and '" + end + "'");
        }
        Files.writeString(
                file,
                text.substring(0, from + begin.length()) + "\n    "
                        + String.join("\n    ", lines).replaceAll("(?m) +$", "") + "\n\n" + text.substring(to));
    }
}
