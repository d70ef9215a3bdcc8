package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.Query.Condition;
import dev.onboard.account.Query.Operator;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Pages of a table, by time of creation and id, found by their key and never by counting. Only named columns can be
 * compared; values are always parameters.
 *
 * @param table the table; it has the columns {@code created_at} and {@code id}
 * @param what what an entry is, for messages
 * @param columns which fields of a document can be compared, and with which column
 * @param mapper reads an entry
 */
record Listing<T>(String table, String what, Map<String, Column> columns, RowMapper<T> mapper) {
    /** What a column holds. */
    enum Type {
        TEXT,
        NUMBER,
        TIME,
        TRUTH
    }

    /** A column and what it holds. */
    record Column(String name, Type type) {
        static Column text(String name) {
            return new Column(name, Type.TEXT);
        }

        static Column number(String name) {
            return new Column(name, Type.NUMBER);
        }

        static Column time(String name) {
            return new Column(name, Type.TIME);
        }

        static Column truth(String name) {
            return new Column(name, Type.TRUTH);
        }
    }

    Listing {
        columns = Map.copyOf(columns);
    }

    Page<T> page(Handle handle, Query query) {
        List<Object> values = new ArrayList<>();
        String where = where(query, values);
        int conditionValues = values.size();
        String after = "";
        if (query.after().isPresent()) {
            String id = query.after().orElseThrow();
            Long createdAt = handle.createQuery("SELECT created_at FROM " + table + " WHERE id = :id")
                    .bind("id", id)
                    .mapTo(Long.class)
                    .findOne()
                    .orElseThrow(() -> AccountException.invalid(
                            "after",
                            "'" + id + "' is not the id of a " + what + "; give the last id of the page before"));
            after = (where.isEmpty() ? " WHERE " : " AND ") + "(created_at, id) "
                    + (query.order() == Query.Order.ASC ? ">" : "<") + " (?, ?)";
            values.add(createdAt);
            values.add(id);
        }
        String direction = query.order().name();
        String sql = "SELECT * FROM " + table + where + after + " ORDER BY created_at " + direction + ", id "
                + direction + " LIMIT " + (query.limit() + 1);
        List<T> found = select(handle, sql, values).map(mapper).list();
        boolean hasMore = found.size() > query.limit();
        List<T> entries = hasMore ? found.subList(0, query.limit()) : found;
        return new Page<>(
                entries, hasMore, total(handle, query, where, values.subList(0, conditionValues), found.size()));
    }

    private OptionalLong total(Handle handle, Query query, String where, List<Object> values, int found) {
        if (query.after().isEmpty() && found <= query.limit()) {
            return OptionalLong.of(found);
        }
        if (query.total() == Query.Total.LEFT_OUT) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(select(handle, "SELECT count(*) FROM " + table + where, values)
                .mapTo(Long.class)
                .one());
    }

    private static org.jdbi.v3.core.statement.Query select(Handle handle, String sql, List<Object> values) {
        org.jdbi.v3.core.statement.Query select = handle.createQuery(sql);
        for (int i = 0; i < values.size(); i++) {
            select.bind(i, values.get(i));
        }
        return select;
    }

    private String where(Query query, List<Object> values) {
        StringBuilder sql = new StringBuilder();
        for (Condition condition : query.conditions()) {
            sql.append(sql.isEmpty() ? " WHERE " : " AND ").append(compare(condition, values));
        }
        return sql.toString();
    }

    private String compare(Condition condition, List<Object> values) {
        Column column = columns.get(condition.field());
        if (column == null) {
            throw AccountException.invalid(
                    condition.field() + "__" + condition.operator().word(),
                    "a " + what + " cannot be filtered by '" + condition.field() + "'");
        }
        List<String> given = condition.values();
        if (given.isEmpty()) {
            return condition.operator() == Operator.NIN ? "1 = 1" : "1 = 0";
        }
        given.forEach(value -> values.add(value(condition, column, value)));
        String name = column.name();
        return switch (condition.operator()) {
            case EQ -> name + " = ?";
            case NEQ -> "(" + name + " IS NULL OR " + name + " <> ?)";
            case IN -> name + " IN (" + marks(given.size()) + ")";
            case NIN -> "(" + name + " IS NULL OR " + name + " NOT IN (" + marks(given.size()) + "))";
            case LTE -> name + " <= ?";
            case GTE -> name + " >= ?";
            case LIKE -> "lower(" + name + ") LIKE ? ESCAPE '!'";
        };
    }

    private static String marks(int count) {
        return String.join(", ", java.util.Collections.nCopies(count, "?"));
    }

    private Object value(Condition condition, Column column, String value) {
        if (condition.operator() == Operator.LIKE) {
            return "%"
                    + value.toLowerCase(Locale.ROOT)
                            .replace("!", "!!")
                            .replace("%", "!%")
                            .replace("_", "!_") + "%";
        }
        String field = condition.field() + "__" + condition.operator().word();
        return switch (column.type()) {
            case TEXT -> value;
            case NUMBER -> number(field, value);
            case TIME -> time(field, value);
            case TRUTH -> truth(field, value);
        };
    }

    private static Long number(String field, String value) {
        try {
            return Long.valueOf(value);
        } catch (NumberFormatException e) {
            throw AccountException.invalid(field, "'" + value + "' is not a whole number");
        }
    }

    private static Long time(String field, String value) {
        try {
            Instant instant = OffsetDateTime.parse(value).toInstant();
            return StoredTime.of(instant);
        } catch (DateTimeException e) {
            throw AccountException.invalid(field, "'" + value + "' is not a time like 2026-01-31T12:00:00Z");
        }
    }

    private static Boolean truth(String field, String value) {
        if (value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")) {
            return Boolean.valueOf(value);
        }
        throw AccountException.invalid(field, "'" + value + "' is neither true nor false");
    }
}
