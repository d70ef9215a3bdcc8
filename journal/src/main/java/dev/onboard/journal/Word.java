package dev.onboard.journal;

import java.util.Locale;

/** An enum constant that is written as a lower-case word with hyphens: {@code BOOTSTRAP_SERVER} is {@code bootstrap-server}. */
interface Word {
    String name();

    default String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static <E extends Enum<E> & Word> E parse(Class<E> type, String word) {
        for (E constant : type.getEnumConstants()) {
            if (constant.word().equals(word)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(
                "'" + word + "' is not a " + type.getSimpleName().toLowerCase(Locale.ROOT));
    }
}
