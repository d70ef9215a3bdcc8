package dev.onboard.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.CryptoProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where figures were measured. */
final class Machine {
    private Machine() {}

    static String sentence() {
        return "Java " + System.getProperty("java.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors (" + processor() + "), "
                + System.getProperty("os.name") + ", elliptic curves by " + CryptoProvider.inUse()
                + " (stock: Java's own)";
    }

    static ObjectNode json() {
        return Json.object()
                .put("java", System.getProperty("java.version"))
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("processor", processor())
                .put("system", System.getProperty("os.name"));
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
