package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What the tables of firmware have in common. */
final class FirmwareRows {
    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_TEXT = 2000;

    private FirmwareRows() {}

    static Optional<byte[]> content(Handle handle, String table, String id) {
        return handle.createQuery("SELECT content FROM " + table + " WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> row.getBytes(1))
                .findOne();
    }

    static void delete(Handle handle, String table, String what, String id) {
        int deleted = handle.createUpdate("DELETE FROM " + table + " WHERE id = :id")
                .bind("id", id)
                .execute();
        if (deleted == 0) {
            throw AccountException.notFound(what, id);
        }
    }

    static String name(String name) {
        return limited("name", name, LONGEST_NAME);
    }

    static String description(String text) {
        return limited("description", text, LONGEST_TEXT);
    }

    static String limited(String field, String text, int longest) {
        if (text.length() > longest) {
            throw AccountException.invalid(field, "has " + text.length() + " characters; at most " + longest + " fit");
        }
        return text;
    }
}
