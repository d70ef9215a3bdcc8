package dev.onboard.account.internal;

import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.statement.DefaultStatementBuilder;
import org.jdbi.v3.core.statement.StatementBuilderFactory;

/** Where the tables are: what differs between an embedded file and a database server. */
public interface Backend extends AutoCloseable {
    /** For people: the file or the server, without a password. */
    String name();

    /** Connections that may write; the writer holds one of them. */
    DataSource writing();

    /** Connections that change the tables themselves. Each statement sees what others have committed, also those it waited for. */
    default DataSource migrating() {
        return writing();
    }

    /** Connections that only read, kept for the next reader when they are closed. */
    ConnectionFactory reading();

    /** How the statements of both kinds of connections are made. */
    default StatementBuilderFactory statements() {
        return DefaultStatementBuilder.FACTORY;
    }

    /** What a person should do about this failure, as the end of a sentence. */
    String advice(Throwable failure);

    /** Whether other processes may use the same tables at the same time. */
    default boolean isShared() {
        return false;
    }

    /** Whether another process was in the way, so that the whole transaction may succeed when it is done again. */
    default boolean isContention(Throwable failure) {
        return false;
    }

    /** Whether the connection is gone, so that another one may work. */
    default boolean isConnectionLost(Throwable failure) {
        return false;
    }

    /** Closes the connections that are kept. */
    @Override
    void close();
}
