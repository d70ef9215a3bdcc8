package dev.onboard.account;

import java.nio.file.Path;

/** Where an account is stored. */
public sealed interface Database {
    /** In a directory of its own, for one process. */
    record Directory(Path path) implements Database {}

    /**
     * On a PostgreSQL server, for several processes.
     *
     * @param url {@code jdbc:postgresql://host:port/database}; user and password in it as {@code ?user=…&password=…}, or in
     *     {@code PGUSER} and {@code PGPASSWORD}, or the password in {@code ~/.pgpass}
     */
    record Server(String url) implements Database {
        /** The URL may have a password in it. */
        @Override
        public String toString() {
            return "Server[" + url.replaceAll("\\?.*", "") + "]";
        }
    }

    /** In this directory. */
    static Database in(Path directory) {
        return new Directory(directory);
    }

    /** On the server of this URL. */
    static Database at(String url) {
        return new Server(url);
    }
}
