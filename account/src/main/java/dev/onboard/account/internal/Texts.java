package dev.onboard.account.internal;

import dev.onboard.account.AccountException;

/** What may stand in a text that an operator gives. */
final class Texts {
    private Texts() {}

    /** Throws when the text is too short, too long, or has control characters. */
    static void check(String field, String text, int shortest, int longest) {
        int length = text.codePointCount(0, text.length());
        if (length < shortest) {
            throw AccountException.invalid(field, "is missing or empty");
        }
        if (length > longest) {
            throw AccountException.invalid(field, "has " + length + " characters; at most " + longest + " are allowed");
        }
        if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t')) {
            throw AccountException.invalid(field, "has control characters");
        }
    }
}
