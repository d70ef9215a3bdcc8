package dev.onboard.account.internal;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The statements of one connection, which stay prepared: SQLite's driver would parse and plan each anew, and ask for the
 * names of its columns, which takes longer than carrying it out. Not thread-safe, as a connection is not.
 */
final class KeptStatements implements StatementBuilder {
    /** More than the account has texts that come again; the filters of lists make ever new ones. */
    private static final int AT_MOST = 128;

    private final Map<Statement, String> lent = new IdentityHashMap<>();
    private final Map<String, PreparedStatement> free = new LinkedHashMap<>();

    @Override
    public Statement create(Connection connection, StatementContext context) throws SQLException {
        return connection.createStatement();
    }

    @Override
    public PreparedStatement create(Connection connection, String sql, StatementContext context) throws SQLException {
        PreparedStatement statement = free.remove(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
        }
        lent.put(statement, sql);
        return statement;
    }

    @Override
    public CallableStatement createCall(Connection connection, String sql, StatementContext context)
            throws SQLException {
        return connection.prepareCall(sql);
    }

    /** What it selected is closed by now, so that a statement that is kept holds no snapshot of the database. */
    @Override
    public void close(Connection connection, String text, Statement statement) throws SQLException {
        String sql = lent.remove(statement);
        if (sql == null || !(statement instanceof PreparedStatement prepared) || free.containsKey(sql)) {
            statement.close();
            return;
        }
        prepared.clearParameters();
        free.put(sql, prepared);
        if (free.size() > AT_MOST) {
            Iterator<PreparedStatement> longestUnused = free.values().iterator();
            PreparedStatement dropped = longestUnused.next();
            longestUnused.remove();
            dropped.close();
        }
    }
}
