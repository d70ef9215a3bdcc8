package dev.onboard.pki;

import java.util.Optional;

/** Characters that make two names look alike or cut one short. */
final class UnsafeCharacter {
    private UnsafeCharacter() {}

    /** The first NUL, control, surrogate or formatting (bidirectional, zero-width) character, as U+XXXX. */
    static Optional<String> in(String text) {
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            int type = Character.getType(point);
            if (type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                return Optional.of(String.format("U+%04X", point));
            }
            i += Character.charCount(point);
        }
        return Optional.empty();
    }
}
