package dev.onboard.scenario.internal;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.onboard.scenario.Fault;
import dev.onboard.scenario.InvalidScenarioException;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A file as it was written: its content, and the line of each field. YAML 1.1 without anchors and tags; JSON is YAML.
 *
 * @param file its name as the user gave it
 * @param content its content
 * @param lines by JSON Pointer
 */
record Written(String file, JsonNode content, Map<String, Integer> lines) {
    /** Larger than any scenario, and small enough to be read by hand. */
    private static final int LONGEST = 1 << 20;

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    /** @throws InvalidScenarioException when the text is no YAML */
    static Written read(String file, String text) throws InvalidScenarioException {
        if (text.length() > LONGEST) {
            throw invalid(file, 0, "has " + text.length() + " characters; a scenario has at most " + LONGEST);
        }
        try {
            LoaderOptions limits = new LoaderOptions();
            limits.setMaxAliasesForCollections(0);
            limits.setAllowDuplicateKeys(false);
            Node root = new Yaml(limits).compose(new StringReader(text));
            if (root == null) {
                throw invalid(file, 0, "is empty; a scenario has at least title, because and expect");
            }
            Map<String, Integer> lines = new HashMap<>();
            mark(root, "", lines);
            return new Written(file, YAML.readTree(text), lines);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw invalid(file, line, "is not YAML: " + e.getProblem());
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw invalid(file, place == null ? 0 : place.getLineNr(), "is not YAML: " + e.getOriginalMessage());
        } catch (IOException | RuntimeException e) {
            throw invalid(file, 0, "cannot be read: " + e.getMessage());
        }
    }

    private static InvalidScenarioException invalid(String file, int line, String message) {
        return new InvalidScenarioException(List.of(new Fault(file, line, "", message)));
    }

    private static void mark(Node node, String at, Map<String, Integer> lines) {
        lines.putIfAbsent(at, node.getStartMark().getLine() + 1);
        if (node instanceof MappingNode map) {
            for (NodeTuple entry : map.getValue()) {
                if (entry.getKeyNode() instanceof ScalarNode key) {
                    String place = at + "/" + key.getValue().replace("~", "~0").replace("/", "~1");
                    lines.put(place, key.getStartMark().getLine() + 1);
                    mark(entry.getValueNode(), place, lines);
                }
            }
        } else if (node instanceof SequenceNode list) {
            for (int i = 0; i < list.getValue().size(); i++) {
                mark(list.getValue().get(i), at + "/" + i, lines);
            }
        }
    }

    /** A fault at this JSON Pointer. */
    Fault fault(String pointer, String message) {
        String known = pointer;
        while (!lines.containsKey(known) && !known.isEmpty()) {
            known = known.substring(0, known.lastIndexOf('/'));
        }
        return new Fault(file, lines.getOrDefault(known, 0), path(pointer), message);
    }

    private static final Pattern INDEX = Pattern.compile("/([0-9]+)(?=/|$)");

    /** {@code /steps/2/trust} as {@code steps[2].trust}. */
    private static String path(String pointer) {
        String dotted = INDEX.matcher(pointer).replaceAll("[$1]").replace('/', '.');
        return (dotted.startsWith(".") ? dotted.substring(1) : dotted)
                .replace("~1", "/")
                .replace("~0", "~");
    }
}
