package dev.onboard.account;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a registration or its update said, by name: for example {@code address}, {@code lifetime} (seconds),
 * {@code version}, {@code binding}, {@code objects}. Immutable.
 */
public record Registration(Map<String, String> facts) {
    /** Nothing is known of it. */
    public static final Registration NONE = new Registration(Map.of());

    public Registration {
        facts = java.util.Collections.unmodifiableMap(new TreeMap<>(facts));
    }

    /** What it said of this. */
    public Optional<String> fact(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    /** And this fact. */
    public Registration with(String name, String value) {
        Map<String, String> more = new TreeMap<>(facts);
        more.put(name, value);
        return new Registration(more);
    }
}
