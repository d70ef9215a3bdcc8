package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** The tables' version: brought forward from every released one, never backward. */
final class Schema {
    /** The newest version this program knows: the highest number among the files in {@code migration}. */
    static final int NEWEST = 8;

    static final String LOCATION = "dev/onboard/account/migration";

    private Schema() {}

    /**
     * Brings the tables to the newest version.
     *
     * @throws AccountException when they are of a newer version, or cannot be read or changed
     */
    static void migrate(Backend backend) {
        try {
            int version = version(backend);
            if (version > NEWEST) {
                throw AccountException.storage("the account database " + backend.name() + " has schema version "
                        + version + ", made by a newer Onboard; this one knows up to " + NEWEST
                        + ". Start it with that Onboard, or give another work directory.");
            }
            if (version < NEWEST) {
                Flyway.configure(Schema.class.getClassLoader())
                        .dataSource(backend.migrating())
                        .locations("classpath:" + LOCATION)
                        .load()
                        .migrate();
            }
        } catch (SQLException | FlywayException e) {
            throw AccountException.storage(
                    "the account database " + backend.name() + " cannot be opened: " + backend.advice(e) + " ("
                            + e.getMessage() + ").",
                    e);
        }
    }

    /** The version of the tables; 0 when there are none. */
    private static int version(Backend backend) throws SQLException {
        try (Connection connection = backend.writing().getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet tables = connection.getMetaData().getTables(null, null, "flyway_schema_history", null)) {
                if (!tables.next()) {
                    return 0;
                }
            }
            int newest = 0;
            try (ResultSet versions = statement.executeQuery(
                    "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL")) {
                while (versions.next()) {
                    newest = Math.max(newest, Integer.parseInt(versions.getString(1)));
                }
            }
            return newest;
        }
    }
}
