package dev.onboard.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.scenario.internal.ScenarioReader;
import dev.onboard.scenario.internal.ShippedCases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The scenarios that ship with Onboard: every case of the certificate matrix on every leg, and what only steps, faults of
 * the network or of the delivery can show. Immutable and thread-safe.
 */
public final class Catalogue {
    /** The families in the order of the matrix. */
    public static final List<String> FAMILIES =
            List.of("VAL", "CHN", "NAM", "USE", "ALG", "ENC", "TRU", "REV", "PRO", "PRV", "EST", "ROT", "FWU");

    private static final String FOLDER = "/dev/onboard/scenario/catalogue";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final List<Scenario> scenarios;
    private final Map<String, JsonNode> rows;

    private Catalogue(List<Scenario> scenarios, Map<String, JsonNode> rows) {
        this.scenarios = List.copyOf(scenarios);
        this.rows = Collections.unmodifiableMap(rows);
    }

    /** The shipped catalogue. */
    public static Catalogue shipped() {
        Map<String, JsonNode> rows = new LinkedHashMap<>();
        List<Scenario> all = new ArrayList<>();
        try {
            URI folder = Catalogue.class.getResource(FOLDER).toURI();
            if (folder.getScheme().equals("jar")) {
                try (FileSystem jar = FileSystems.newFileSystem(folder, Map.of())) {
                    read(jar.getPath(FOLDER), rows, all);
                }
            } else {
                read(Path.of(folder), rows, all);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the catalogue cannot be read", e);
        } catch (URISyntaxException | InvalidScenarioException e) {
            throw new IllegalStateException("the shipped catalogue is not in order", e);
        }
        all.sort(Comparator.comparingInt((Scenario scenario) -> FAMILIES.indexOf(scenario.family()))
                .thenComparing(Scenario::row)
                .thenComparing(Catalogue::place));
        return new Catalogue(all, rows);
    }

    /** A row stands before its variants, and variant 9 before variant 10. */
    private static String place(Scenario scenario) {
        return NUMBER.matcher(scenario.id().replace('@', ' '))
                .replaceAll(number -> String.format(Locale.ROOT, "%9s", number.group()));
    }

    private static void read(Path folder, Map<String, JsonNode> rows, List<Scenario> all)
            throws IOException, InvalidScenarioException {
        YAMLMapper yaml = new YAMLMapper();
        yaml.readTree(Files.readString(folder.resolve("rows.yaml")))
                .fields()
                .forEachRemaining(row -> rows.put(row.getKey(), row.getValue()));
        ScenarioReader reader = new ScenarioReader();
        for (String family : CertificateCase.FAMILIES) {
            for (CertificateCase one : CertificateCase.family(family)) {
                all.addAll(ShippedCases.scenarios(one, rows));
            }
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(folder)) {
            found.filter(file -> file.toString().endsWith(".yaml") && !folder.equals(file.getParent()))
                    .sorted()
                    .forEach(files::add);
        }
        for (Path file : files) {
            String name = file.getFileName().toString().replace(".yaml", "").replace("_", "/");
            all.addAll(reader.read(name, name + ".yaml", Files.readString(file)));
        }
        addPending(yaml.readTree(Files.readString(folder.resolve("pending.yaml"))), rows, all);
    }

    /** Rows without a scenario are listed with what has to be there first. */
    private static void addPending(JsonNode pending, Map<String, JsonNode> rows, List<Scenario> all) {
        Set<String> there = all.stream().map(Scenario::row).collect(Collectors.toSet());
        rows.forEach((row, said) -> {
            String what = pending.path(row)
                    .asText(pending.path(row.substring(0, row.indexOf('-'))).asText());
            if (!there.contains(row) && !what.isEmpty()) {
                all.add(ShippedCases.pending(row, said, what));
            }
        });
    }

    /** All of them, by family and row. */
    public List<Scenario> scenarios() {
        return scenarios;
    }

    /** The rows of the matrix, in order, with what is said of each: {@code configuration}, {@code leg}, {@code expected}, {@code because}. */
    public Map<String, JsonNode> rows() {
        return rows;
    }

    /**
     * Those whose id the filter names: an id, a name ({@code VAL-02}), a family ({@code VAL}), a leg ({@code @bootstrap-server}), or a
     * pattern with {@code *}. Letters of either case.
     */
    public List<Scenario> matching(String filter) {
        return matching(scenarios, filter);
    }

    /** As {@link #matching(String)}, of these scenarios. */
    public static List<Scenario> matching(List<Scenario> scenarios, String filter) {
        String wanted = filter.toUpperCase(Locale.ROOT);
        Pattern pattern = Pattern.compile(Stream.of(wanted.split("\\*", -1))
                .map(Pattern::quote)
                .reduce((a, b) -> a + ".*" + b)
                .orElse(""));
        return scenarios.stream()
                .filter(scenario -> {
                    String id = scenario.id().toUpperCase(Locale.ROOT);
                    String name = scenario.name().toUpperCase(Locale.ROOT);
                    return id.equals(wanted)
                            || name.equals(wanted)
                            || name.startsWith(wanted + "/")
                            || scenario.family().toUpperCase(Locale.ROOT).equals(wanted)
                            || wanted.startsWith("@") && id.endsWith(wanted)
                            || wanted.contains("*")
                                    && (pattern.matcher(id).matches()
                                            || pattern.matcher(name).matches());
                })
                .toList();
    }
}
