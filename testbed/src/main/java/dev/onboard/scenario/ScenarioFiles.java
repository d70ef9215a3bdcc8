package dev.onboard.scenario;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.onboard.scenario.internal.ScenarioReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A user's scenario files, read: one file, or every {@code .yaml}, {@code .yml} and {@code .json} below a folder; and their text. */
public final class ScenarioFiles {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    private ScenarioFiles() {}

    /**
     * The scenarios of a text in YAML or JSON.
     *
     * @param name what they are called
     * @throws InvalidScenarioException with everything that is wrong in it
     */
    public static List<Scenario> parse(String name, String text) throws InvalidScenarioException {
        return new ScenarioReader().read(name, name, text);
    }

    /**
     * The scenarios of a file or folder. The name of each is its path below the folder, without its ending.
     *
     * @throws InvalidScenarioException with everything that is wrong in any of the files
     * @throws IOException when a file cannot be read
     */
    public static List<Scenario> read(Path path) throws IOException, InvalidScenarioException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(path)) {
            try (Stream<Path> found = Files.walk(path)) {
                found.filter(Files::isRegularFile)
                        .filter(file -> file.toString().matches(".*\\.(yaml|yml|json)"))
                        .sorted()
                        .forEach(files::add);
            }
            if (files.isEmpty()) {
                throw new InvalidScenarioException(List.of(
                        new Fault(path.toString(), 0, "", "the folder has no file that ends in .yaml, .yml or .json")));
            }
        } else {
            files.add(path);
        }
        Path absolute = path.toAbsolutePath();
        Path base = Files.isDirectory(path) || absolute.getParent() == null ? absolute : absolute.getParent();
        ScenarioReader reader = new ScenarioReader();
        List<Scenario> scenarios = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        for (Path file : files) {
            String name = base.relativize(file.toAbsolutePath()).toString().replaceFirst("\\.(yaml|yml|json)$", "");
            try {
                scenarios.addAll(reader.read(name, file.toString(), Files.readString(file)));
            } catch (InvalidScenarioException e) {
                faults.addAll(e.faults());
            } catch (CharacterCodingException e) {
                faults.add(new Fault(file.toString(), 0, "", "is not text in UTF-8"));
            }
        }
        if (!faults.isEmpty()) {
            throw new InvalidScenarioException(faults);
        }
        return scenarios;
    }

    /** A scenario's content as a file says it, in YAML. */
    public static String text(JsonNode content) {
        try {
            return YAML.writeValueAsString(content);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a scenario cannot be written", e);
        }
    }
}
