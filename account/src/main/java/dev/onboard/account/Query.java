package dev.onboard.account;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which entries of a list are wanted, and from where on. Immutable.
 *
 * @param conditions all of them must hold; the fields have the names of the platform's documents
 * @param order by time of creation, oldest first by default
 * @param after the id of the last entry of the page before; empty for the first page
 * @param limit entries on a page, {@value #MIN_LIMIT} to {@value #MAX_LIMIT}
 * @param total whether the entries on all pages are counted, which costs time on large lists
 */
public record Query(List<Condition> conditions, Order order, Optional<String> after, int limit, Total total) {
    /** The smallest page. */
    public static final int MIN_LIMIT = 2;
    /** The largest page. */
    public static final int MAX_LIMIT = 1000;
    /** The page when nothing else is said. */
    public static final int DEFAULT_LIMIT = 50;

    /** The direction of a list. */
    public enum Order {
        /** Oldest first. */
        ASC,
        /** Newest first. */
        DESC
    }

    /** Whether all entries are counted. */
    public enum Total {
        COUNTED,
        LEFT_OUT
    }

    /** How a field is compared. */
    public enum Operator {
        EQ,
        NEQ,
        IN,
        NIN,
        LTE,
        GTE,
        /** Contains the text, without regard to case. */
        LIKE;

        /** The suffix in a parameter's name, for example {@code eq} in {@code name__eq}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The operator with this {@link #word()}; empty when there is none. */
        public static Optional<Operator> of(String word) {
            for (Operator operator : values()) {
                if (operator.word().equals(word)) {
                    return Optional.of(operator);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * One condition.
     *
     * @param field the field's name in the document
     * @param operator how it is compared
     * @param values one value; any number for {@link Operator#IN} and {@link Operator#NIN}
     */
    public record Condition(String field, Operator operator, List<String> values) {
        public Condition {
            values = List.copyOf(values);
        }
    }

    /** Throws {@link AccountException} when the limit is out of range. */
    public Query {
        conditions = List.copyOf(conditions);
        if (limit < MIN_LIMIT || limit > MAX_LIMIT) {
            throw AccountException.invalid("limit", limit + " is not in the range " + MIN_LIMIT + " to " + MAX_LIMIT);
        }
    }

    /** Everything, oldest first, the first page. */
    public static Query all() {
        return new Query(List.of(), Order.ASC, Optional.empty(), DEFAULT_LIMIT, Total.LEFT_OUT);
    }

    /** And this field has this value. */
    public Query where(String field, String value) {
        return where(field, Operator.EQ, value);
    }

    /** And this field compares so. */
    public Query where(String field, Operator operator, String... values) {
        List<Condition> more = new ArrayList<>(conditions);
        more.add(new Condition(field, operator, List.of(values)));
        return new Query(more, order, after, limit, total);
    }

    /** In this order. */
    public Query in(Order another) {
        return new Query(conditions, another, after, limit, total);
    }

    /** From after the entry with this id on. */
    public Query after(String id) {
        return new Query(conditions, order, Optional.of(id), limit, total);
    }

    /** With this many entries on a page. */
    public Query limit(int entries) {
        return new Query(conditions, order, after, entries, total);
    }

    /** With the number of entries on all pages. */
    public Query counted() {
        return new Query(conditions, order, after, limit, Total.COUNTED);
    }
}
