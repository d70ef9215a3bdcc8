package dev.onboard.http;

import dev.onboard.account.Query;
import dev.onboard.account.Query.Condition;
import dev.onboard.account.Query.Operator;
import dev.onboard.account.Query.Order;
import dev.onboard.account.Query.Total;
import io.javalin.http.Context;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The query of a list request: {@code limit}, {@code after}, {@code order}, {@code include}, conditions such as
 * {@code name__eq=…}, and the older {@code filter}, which holds such conditions URL-encoded, a bare name meaning equality.
 */
final class QueryText {
    private QueryText() {}

    /** Throws {@link Problem} for a parameter that means nothing. */
    static Query read(Context ctx) {
        List<Condition> conditions = new ArrayList<>();
        Query paging = Query.all();
        for (Map.Entry<String, List<String>> parameter : ctx.queryParamMap().entrySet()) {
            String name = parameter.getKey();
            String value =
                    parameter.getValue().isEmpty() ? "" : parameter.getValue().get(0);
            switch (name) {
                case "limit" -> paging = paging.limit(limit(value));
                case "after" -> paging = value.isEmpty() ? paging : paging.after(value);
                case "order" -> paging = paging.in(order(value));
                case "include" -> paging = value.contains("total_count") ? paging.counted() : paging;
                case "filter" -> conditions.addAll(filter(value));
                default -> conditions.add(condition(name, value));
            }
        }
        return new Query(
                withoutContradictions(conditions),
                paging.order(),
                paging.after(),
                paging.limit(),
                paging.total() == Total.COUNTED ? Total.COUNTED : Total.LEFT_OUT);
    }

    private static int limit(String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw Problem.invalid("limit", "'" + value + "' is not a whole number");
        }
    }

    private static Order order(String value) {
        return switch (value.toUpperCase(Locale.ROOT)) {
            case "ASC", "" -> Order.ASC;
            case "DESC" -> Order.DESC;
            default -> throw Problem.invalid("order", "'" + value + "' is neither ASC nor DESC");
        };
    }

    private static List<Condition> filter(String text) {
        List<Condition> conditions = new ArrayList<>();
        for (String part : text.split("&", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw Problem.invalid("filter", "'" + part + "' is not of the form field=value");
            }
            String name = decoded(part.substring(0, equals));
            String value = decoded(part.substring(equals + 1));
            conditions.add(name.contains("__") ? condition(name, value) : equality(name, value));
        }
        return conditions;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("filter", "'" + text + "' is not URL-encoded: " + e.getMessage());
        }
    }

    private static Condition equality(String field, String value) {
        return new Condition(field, Operator.EQ, List.of(value));
    }

    private static Condition condition(String name, String value) {
        int separator = name.lastIndexOf("__");
        Optional<Operator> operator = separator <= 0 ? Optional.empty() : Operator.of(name.substring(separator + 2));
        if (operator.isEmpty()) {
            throw Problem.invalid(
                    name,
                    "is not a parameter of this list; filter with field__eq, __neq, __in, __nin, __lte, __gte or __like");
        }
        String field = name.substring(0, separator);
        return switch (operator.get()) {
            case IN, NIN ->
                new Condition(field, operator.get(), value.isEmpty() ? List.of() : Arrays.asList(value.split(",", -1)));
            default -> new Condition(field, operator.get(), List.of(value));
        };
    }

    /** One published client asks for a value and excludes it in the same request; it means the former. */
    private static List<Condition> withoutContradictions(List<Condition> conditions) {
        return conditions.stream()
                .filter(condition -> condition.operator() != Operator.NEQ
                        || !conditions.contains(new Condition(condition.field(), Operator.EQ, condition.values())))
                .toList();
    }
}
