package dev.onboard.factory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.pki.UnreadableFileException;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A JSON object in a file of a device's directory, read field by field; what is missing or unusable is refused with one
 * sentence that names file and field. Immutable.
 */
public final class Document {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode object;

    private Document(Path file, JsonNode object) {
        this.file = file;
        this.object = object;
    }

    /** Reads the file; throws {@link UnreadableFileException} when it is missing or holds no JSON object. */
    public static Document read(Path file) throws IOException {
        PemFiles.existing(file);
        JsonNode document = json(file);
        if (!document.isObject()) {
            throw new UnreadableFileException(file + " holds no JSON object");
        }
        return new Document(file, document);
    }

    /** What the file holds, an object or not; throws {@link UnreadableFileException} when it is not JSON. */
    static JsonNode json(Path file) throws IOException {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new UnreadableFileException(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (CharConversionException e) {
            throw new UnreadableFileException(file + " is not text in UTF-8: " + e.getMessage(), e);
        }
    }

    /** A value that must be there, as text. */
    public String text(String name) throws UnreadableFileException {
        return optional(name)
                .orElseThrow(
                        () -> new UnreadableFileException(file + " has no '" + name + "'; restore or make it again"));
    }

    /** A value that need not be there, as text. */
    public Optional<String> optional(String name) {
        JsonNode value = object.get(name);
        return value == null || !value.isValueNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
    }

    /** An object inside this one. */
    public Document inner(String name) throws UnreadableFileException {
        JsonNode value = object.get(name);
        if (value == null || !value.isObject()) {
            throw new UnreadableFileException(file + " has no object '" + name + "'; restore or make it again");
        }
        return new Document(file, value);
    }

    /** The objects of a list inside this one; none when there is no such list. */
    public List<Document> list(String name) throws UnreadableFileException {
        List<Document> entries = new ArrayList<>();
        for (JsonNode value : object.path(name)) {
            if (!value.isObject()) {
                throw new UnreadableFileException(
                        file + " has '" + value + "' in '" + name + "', which is no object; restore or make it again");
            }
            entries.add(new Document(file, value));
        }
        return entries;
    }

    /** Refuses any other value of this field. */
    public void expect(String name, Object value) throws UnreadableFileException {
        String found = text(name);
        if (!found.equals(value.toString())) {
            throw new UnreadableFileException(
                    file + " has " + name + " '" + found + "'; this program reads '" + value + "'");
        }
    }

    /** A value that must be there and that this parser accepts; it refuses with {@link IllegalArgumentException}. */
    public <T> T parsed(String name, Function<String, T> parser) throws UnreadableFileException {
        String found = text(name);
        try {
            return parser.apply(found);
        } catch (IllegalArgumentException e) {
            throw new UnreadableFileException(
                    file + " has an unusable " + name + " '" + found + "': " + e.getMessage(), e);
        }
    }
}
