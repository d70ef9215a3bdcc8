package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.slf4j.LoggerFactory;

/**
 * A database on a PostgreSQL server (12 or newer), which other processes may use at the same time. Transactions that
 * write are {@code REPEATABLE READ}: one that meets the change of another process is done again, so that no change is
 * overwritten unseen. Commits are durable ({@code synchronous_commit} is on whatever the server's default).
 */
public final class PostgresDatabase implements Backend {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);
    private static final String PREFIX = "jdbc:postgresql:";
    private static final int KEPT_READERS = 8;
    /** serialization_failure, deadlock_detected, unique_violation: another process was faster. */
    private static final Set<String> CONTENTION = Set.of("40001", "40P01", "23505");

    private final String url;
    private final Properties properties;
    private final String name;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    private PostgresDatabase(String url, Properties properties, String name) {
        this.url = url;
        this.properties = properties;
        this.name = name;
    }

    /**
     * The database of this URL; nothing is connected yet. User and password come from the URL
     * ({@code ?user=…&password=…}), else from {@code PGUSER} and {@code PGPASSWORD}, else the password from the file that
     * {@code PGPASSFILE} names or {@code ~/.pgpass}.
     *
     * @param url {@code jdbc:postgresql://host:port/database}
     * @param environment where {@code PGUSER} and {@code PGPASSWORD} are looked up
     * @throws AccountException when the URL is none; the message has no password in it
     */
    public static PostgresDatabase of(String url, Map<String, String> environment) {
        Properties parsed =
                url.startsWith(PREFIX) && !url.replaceAll("\\?.*", "").contains("@")
                        ? Driver.parseURL(url, new Properties())
                        : null;
        if (parsed == null) {
            throw AccountException.storage("'" + withoutQuery(url)
                    + "' is not the URL of a database; give jdbc:postgresql://HOST:PORT/DATABASE, with the user as"
                    + " ?user=… or in PGUSER and the password in PGPASSWORD or ~/.pgpass");
        }
        Properties properties = new Properties();
        ifAbsent(url, properties, PGProperty.USER, environment.get("PGUSER"));
        ifAbsent(url, properties, PGProperty.PASSWORD, environment.get("PGPASSWORD"));
        PGProperty.APPLICATION_NAME.set(properties, "onboard");
        PGProperty.CONNECT_TIMEOUT.set(properties, 5);
        PGProperty.SOCKET_TIMEOUT.set(properties, 30);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        String shown = PGProperty.PG_HOST.getOrDefault(parsed) + ":" + PGProperty.PG_PORT.getOrDefault(parsed) + "/"
                + PGProperty.PG_DBNAME.getOrDefault(parsed);
        return new PostgresDatabase(url, properties, "PostgreSQL " + shown);
    }

    private static String withoutQuery(String url) {
        return url.replaceAll("\\?.*", "").replaceAll("//[^/@]*@", "//");
    }

    private static void ifAbsent(
            String url, Properties properties, PGProperty property, @org.jspecify.annotations.Nullable String value) {
        if (value != null && !value.isEmpty() && !url.matches(".*[?&]" + property.getName() + "=.*")) {
            property.set(properties, value);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    private Connection connect() throws SQLException {
        Connection connection = new Driver().connect(url, properties);
        if (connection == null) {
            throw new SQLException("the driver does not know " + withoutQuery(url));
        }
        return connection;
    }

    @Override
    public DataSource writing() {
        return new Source() {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = connect();
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SET synchronous_commit = on");
                }
                return connection;
            }
        };
    }

    /** Not of one moment, as those that write are: who waited for another process to bring the tables forward must see that it did. */
    @Override
    public DataSource migrating() {
        return new Source() {
            @Override
            public Connection getConnection() throws SQLException {
                return connect();
            }
        };
    }

    @Override
    public ConnectionFactory reading() {
        return new ConnectionFactory() {
            @Override
            public Connection openConnection() throws SQLException {
                Connection kept = idle.poll();
                if (kept != null) {
                    return kept;
                }
                Connection connection = connect();
                connection.setReadOnly(true);
                return connection;
            }

            @Override
            public void closeConnection(Connection connection) throws SQLException {
                if (closed || connection.isClosed() || idle.size() >= KEPT_READERS) {
                    connection.close();
                } else {
                    idle.add(connection);
                }
            }
        };
    }

    @Override
    public boolean isContention(Throwable failure) {
        String state = state(failure);
        return CONTENTION.contains(state);
    }

    @Override
    public boolean isConnectionLost(Throwable failure) {
        String state = state(failure);
        // class 08 connection exception, 57P01 to 57P03 the server stops, starts or crashed
        boolean lost = state.startsWith("08") || state.startsWith("57P0");
        if (lost) {
            closeIdle();
        }
        return lost;
    }

    private static String state(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    @Override
    public String advice(Throwable failure) {
        String state = state(failure);
        if (state.startsWith("28")) {
            return "give user and password with ?user=… and PGPASSWORD, or in ~/.pgpass";
        }
        if (state.startsWith("3D")) {
            return "create the database first, or give the name of one that exists";
        }
        if (state.startsWith("53")) {
            return "the server has no room or connections left";
        }
        if (state.startsWith("08") || state.startsWith("57P0")) {
            return "see that the server runs and can be reached; the account goes on by itself when it does";
        }
        return "look into the server's log";
    }

    private void closeIdle() {
        for (Connection kept = idle.poll(); kept != null; kept = idle.poll()) {
            try {
                kept.close();
            } catch (SQLException e) {
                LOG.warn("{}: a reader could not be closed: {}", name, e.toString());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        closeIdle();
    }

    /** What a data source has besides connections. */
    private abstract static class Source implements DataSource {
        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            throw new SQLFeatureNotSupportedException("user and password are given once, with the URL");
        }

        @Override
        public PrintWriter getLogWriter() throws SQLException {
            throw new SQLFeatureNotSupportedException("there is no log writer");
        }

        @Override
        public void setLogWriter(PrintWriter out) throws SQLException {
            throw new SQLFeatureNotSupportedException("there is no log writer");
        }

        @Override
        public void setLoginTimeout(int seconds) throws SQLException {
            throw new SQLFeatureNotSupportedException("the time limit is fixed");
        }

        @Override
        public int getLoginTimeout() {
            return 5;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException("there is no such logger");
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLFeatureNotSupportedException("this wraps nothing");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
