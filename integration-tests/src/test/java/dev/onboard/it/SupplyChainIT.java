package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the runnable jar is made of, by its bill of materials in CycloneDX, and that it is made the same twice. */
class SupplyChainIT {
    private static final Path ROOT = Path.of(System.getProperty("onboard.root", ".."));
    private static final Path JAR = ROOT.resolve("testbed/target/onboard.jar");
    private static final Path BILL = ROOT.resolve("testbed/target/onboard.cdx.json");
    private static final Path PAGE = ROOT.resolve("docs/dependencies.md");
    private static final String BEGIN = "<!-- begin dependencies -->\n";
    private static final String END = "<!-- end dependencies -->\n";

    private static final TreeMap<String, String> LICENCES = new TreeMap<>();

    @TempDir
    Path folder;

    @BeforeAll
    static void readTheBill() throws IOException {
        assertThat(BILL)
                .as("made by mvn verify, but not when Maven is offline (-o)")
                .exists();
        for (JsonNode component : new ObjectMapper().readTree(BILL.toFile()).path("components")) {
            if (component.path("group").asText().equals("dev.onboard")) {
                continue;
            }
            List<String> licences = new ArrayList<>();
            for (JsonNode each : component.path("licenses")) {
                JsonNode licence = each.path("license");
                licences.add(
                        each.hasNonNull("expression")
                                ? each.path("expression").asText()
                                : licence.path("id").asText(licence.path("name").asText()));
            }
            LICENCES.put(
                    component.path("group").asText() + ":"
                            + component.path("name").asText() + ":"
                            + component.path("version").asText(),
                    String.join(" or ", licences));
        }
    }

    @Test
    void everythingThatIsShippedIsInTheBillWithItsLicence() throws IOException {
        Set<String> shipped = new TreeSet<>();
        try (JarFile jar = new JarFile(JAR.toFile())) {
            for (JarEntry entry : jar.stream().toList()) {
                if (entry.getName().matches("META-INF/maven/.*/pom\\.properties")) {
                    Properties properties = new Properties();
                    try (InputStream content = jar.getInputStream(entry)) {
                        properties.load(content);
                    }
                    if (!properties.getProperty("groupId").equals("dev.onboard")) {
                        shipped.add(properties.getProperty("groupId") + ":" + properties.getProperty("artifactId") + ":"
                                + properties.getProperty("version"));
                    }
                }
            }
        }
        assertThat(shipped).hasSizeGreaterThan(20);
        shipped.removeAll(LICENCES.keySet());
        String page = Files.readString(PAGE);
        assertThat(shipped)
                .as("what stands within a library is named on the page")
                .allMatch(page::contains);
        assertThat(LICENCES)
                .allSatisfy((component, licence) ->
                        assertThat(licence).as("licence of " + component).isNotBlank());
    }

    @Test
    void thePageListsWhatTheBillLists() throws IOException {
        StringBuilder table = new StringBuilder("| library | version | licence |\n|---|---|---|\n");
        LICENCES.forEach((component, licence) -> {
            int version = component.lastIndexOf(':');
            table.append("| %s | %s | %s |%n"
                    .formatted(component.substring(0, version), component.substring(version + 1), licence));
        });
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        if (Boolean.getBoolean("onboard.write-docs")) {
            page = page.substring(0, begin) + table + page.substring(end);
            Files.writeString(PAGE, page);
            end = page.indexOf(END);
        }

        assertThat(page.substring(begin, end))
                .as("docs/dependencies.md is stale; write it again: mvn verify -pl integration-tests -am -Dtest=NoTest"
                        + " -Dit.test=SupplyChainIT -Dsurefire.failIfNoSpecifiedTests=false -Donboard.write-docs=true")
                .isEqualTo(table.toString());
    }

    @Test
    void noLibraryIsASnapshot() {
        assertThat(LICENCES.keySet()).noneMatch(component -> component.contains("SNAPSHOT"));
    }

    @Test
    void twoBuildsGiveTheSameJar() throws Exception {
        assumeTrue(
                Boolean.getBoolean("onboard.heavy"),
                "skipped: two builds take minutes; run it with mvn -Pheavy verify");
        List<String> digests = new ArrayList<>();
        for (String build : List.of("one", "two")) {
            Path copy = folder.resolve(build);
            copySources(copy);
            Process maven = new ProcessBuilder("mvn", "-B", "-q", "-Dfast", "-pl", "testbed", "-am", "package")
                    .directory(copy.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(build + ".log").toFile())
                    .start();
            assertThat(maven.waitFor())
                    .as(Files.readString(folder.resolve(build + ".log")))
                    .isZero();
            digests.add(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(Files.readAllBytes(copy.resolve("testbed/target/onboard.jar")))));
        }
        assertThat(digests.get(1)).isEqualTo(digests.get(0));
    }

    private static void copySources(Path to) throws IOException {
        try (var files = Files.walk(ROOT)) {
            for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
                Path relative = ROOT.relativize(file);
                boolean made = StreamSupport.stream(relative.spliterator(), false)
                        .anyMatch(part -> part.toString().equals("target")
                                || part.toString().equals(".git")
                                || part.toString().equals("node_modules"));
                if (!made && Files.isDirectory(file)) {
                    Files.createDirectories(to.resolve(relative));
                } else if (!made) {
                    Files.copy(file, to.resolve(relative));
                }
            }
        }
    }
}
