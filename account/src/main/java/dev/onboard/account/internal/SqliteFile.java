package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.statement.StatementBuilderFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteJDBCLoader;

/**
 * One SQLite file, {@code account.db}, in a directory of its own (0700, files 0600), locked against a second process.
 * Write-ahead log with {@code synchronous=FULL}: a commit that was acknowledged survives a kill and a power cut.
 */
public final class SqliteFile implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final int KEPT_READERS = 8;
    /**
     * Pages of the log after which they are put into the file: 32 MB. The pages that every commit changes are put there
     * once for many commits.
     */
    private static final int CHECKPOINT_PAGES = 8_192;

    private final Path file;
    private final FileChannel lockChannel;
    private final SQLiteDataSource writing;
    private final SQLiteDataSource reading;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();
    private final Map<Connection, KeptStatements> statements = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private SqliteFile(Path file, FileChannel lockChannel) {
        this.file = file;
        this.lockChannel = lockChannel;
        this.writing = new SQLiteDataSource(config(false));
        this.reading = new SQLiteDataSource(config(true));
        writing.setUrl("jdbc:sqlite:" + file);
        reading.setUrl("jdbc:sqlite:" + file);
    }

    private static SQLiteConfig config(boolean readOnly) {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(10_000);
        config.setReadOnly(readOnly);
        config.setCacheSize(-16_384); // KiB
        config.setGetGeneratedKeys(false);
        if (!readOnly) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
            config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, Integer.toString(CHECKPOINT_PAGES));
        }
        return config;
    }

    /** Loads the driver and its native library, when nobody has. */
    public static void prepare() {
        try {
            SQLiteJDBCLoader.initialize();
        } catch (Exception e) {
            throw AccountException.storage("SQLite's native library does not load on this machine: " + e, e);
        }
    }

    /**
     * Opens the database in this directory, which is made when it does not exist.
     *
     * @throws AccountException when the directory cannot be used or another process uses it
     */
    public static SqliteFile open(Path directory) {
        try {
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
            FileChannel lock = lock(directory);
            try {
                Path file = directory.resolve("account.db").toAbsolutePath();
                ownerOnly(file);
                return new SqliteFile(file, lock);
            } catch (IOException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw AccountException.storage(
                    "the account's directory " + directory + " cannot be used: " + e
                            + ". Give another work directory, or repair the permissions.",
                    e);
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        Path lockFile = directory.resolve("lock");
        ownerOnly(lockFile);
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("{} is locked by this process", lockFile, e);
        }
        channel.close();
        throw AccountException.storage("the account in " + directory
                + " is in use by a running testbed. Stop that one, or give another work directory.");
    }

    private static void ownerOnly(Path file) throws IOException {
        if (Files.exists(file)) {
            Files.setPosixFilePermissions(file, OWNER_FILE);
        } else {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_FILE));
        }
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public DataSource writing() {
        return writing;
    }

    @Override
    public ConnectionFactory reading() {
        return new ConnectionFactory() {
            @Override
            public Connection openConnection() throws SQLException {
                Connection kept = idle.poll();
                return kept != null ? kept : reading.getConnection();
            }

            @Override
            public void closeConnection(Connection connection) throws SQLException {
                if (closed || idle.size() >= KEPT_READERS) {
                    connection.close();
                } else {
                    idle.add(connection);
                }
            }
        };
    }

    @Override
    public StatementBuilderFactory statements() {
        return connection -> {
            KeptStatements kept = statements.get(connection);
            if (kept == null) {
                statements.keySet().removeIf(SqliteFile::isClosed);
                kept = new KeptStatements();
                statements.put(connection, kept);
            }
            return kept;
        };
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    @Override
    public String advice(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite) {
                if (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL) {
                    return "the disk is full: free space on it";
                }
                if (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB
                        || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_CORRUPT) {
                    return "the file is damaged or no database: restore it, or give another work directory";
                }
            }
        }
        return "look at free space and permissions";
    }

    @Override
    public void close() {
        closed = true;
        for (Connection kept = idle.poll(); kept != null; kept = idle.poll()) {
            try {
                kept.close();
            } catch (SQLException e) {
                LOG.warn("{}: a reader could not be closed: {}", file, e.toString());
            }
        }
        try {
            lockChannel.close();
        } catch (IOException e) {
            LOG.warn("{}: the lock could not be given back: {}", file, e.toString());
        }
    }
}
