package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.Query.Condition;
import dev.onboard.account.Query.Operator;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The devices of a campaign in one text: {@code field__eq=value&…}, URL-encoded; a bare field means equality; an empty text means all. */
final class FilterText {
    private FilterText() {}

    /** Throws {@link AccountException} when the text is of another form. */
    static List<Condition> conditions(String text) {
        List<Condition> conditions = new ArrayList<>();
        for (String part : text.split("&", -1)) {
            if (!part.isEmpty()) {
                conditions.add(condition(part));
            }
        }
        return conditions;
    }

    private static Condition condition(String part) {
        int equals = part.indexOf('=');
        if (equals <= 0) {
            throw invalid("'" + part + "' is not of the form field__eq=value");
        }
        String name;
        String value;
        try {
            name = URLDecoder.decode(part.substring(0, equals), StandardCharsets.UTF_8);
            value = URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid("'" + part + "' is not URL-encoded");
        }
        int separator = name.lastIndexOf("__");
        if (separator <= 0) {
            return new Condition(name, Operator.EQ, List.of(value));
        }
        Optional<Operator> operator = Operator.of(name.substring(separator + 2));
        if (operator.isEmpty()) {
            throw invalid(
                    "'" + name + "' ends with no operator; one of __eq, __neq, __in, __nin, __lte, __gte, __like does");
        }
        boolean several = operator.get() == Operator.IN || operator.get() == Operator.NIN;
        return new Condition(
                name.substring(0, separator),
                operator.get(),
                several ? value.isEmpty() ? List.of() : Arrays.asList(value.split(",", -1)) : List.of(value));
    }

    private static AccountException invalid(String message) {
        return AccountException.invalid("device_filter", message);
    }
}
