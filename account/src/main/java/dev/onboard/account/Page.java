package dev.onboard.account;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A part of a list.
 *
 * @param entries in the order that was asked for
 * @param hasMore whether entries follow
 * @param total entries on all pages; present when it was asked for, or when this page is all there is
 */
public record Page<T>(List<T> entries, boolean hasMore, OptionalLong total) {
    public Page {
        entries = List.copyOf(entries);
    }

    /** The same part with each entry turned into something else. */
    public <U> Page<U> map(Function<? super T, ? extends U> function) {
        return new Page<>(entries.stream().<U>map(function).toList(), hasMore, total);
    }
}
