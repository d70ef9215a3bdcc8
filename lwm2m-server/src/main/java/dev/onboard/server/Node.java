package dev.onboard.server;

import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;

/** What a device answered to a read: a value, or the children of an object, instance or multiple resource by id. */
public sealed interface Node {
    /**
     * One value.
     *
     * @param value a {@link String}, {@link Long}, {@link Double}, {@link Boolean}, {@code byte[]}, {@link Instant}, or for
     *     an object link its text {@code object:instance}
     */
    record Value(Object value) implements Node {}

    /** Children by id. */
    record Children(SortedMap<Integer, Node> byId) implements Node {
        /** One child. */
        public static Children of(Map<Integer, Node> children) {
            return new Children(new java.util.TreeMap<>(children));
        }
    }
}
