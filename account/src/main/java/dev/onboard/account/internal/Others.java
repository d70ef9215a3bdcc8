package dev.onboard.account.internal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other processes on the same PostgreSQL database, and what each keeps in memory: trusted certificates, API keys,
 * the anchor policy. Without a shared database it does nothing. Thread-safe; it has one thread and one connection.
 *
 * <p>Every change counts the database's version up, in its own transaction, and is announced ({@code NOTIFY}). Whoever
 * hears of it, or sees at a beat each second that the version went up, loads what it keeps and says so in the database.
 * <em>A change is acknowledged when every process has said so, or has not been heard of for {@value #LEASE_SECONDS}
 * seconds.</em> Therefore, after an upload was acknowledged the next handshake at every process that reaches the
 * database is judged with it, and so it is after a deactivation. A process that cannot reach the database judges
 * handshakes by what it knew, but admits nobody: an admission asks the database for the version first.
 */
final class Others {
    static final int LEASE_SECONDS = 3;
    private static final Logger LOG = LoggerFactory.getLogger(Others.class);
    private static final Duration BEAT = Duration.ofSeconds(1);
    /** After so long without an answer of the database a change is not acknowledged, although it is stored. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String CHANNEL = "onboard_account";
    private static final String VERSION = "SELECT version FROM account_version WHERE one = 1";
    private static final String CLOCK = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)";
    private static final String LEASE = CLOCK + " + " + LEASE_SECONDS * 1_000_000L;
    private static final String BEHIND =
            "SELECT count(*) FROM account_process WHERE id <> ? AND version_seen < ? AND alive_until > " + CLOCK;

    private final Backend backend;
    private final Storage storage;
    private final String me = UUID.randomUUID().toString().replace("-", "");
    private final List<Kept<?>> kept = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final Object pause = new Object();
    private volatile long seen;
    private volatile boolean left;
    private @Nullable Thread thread;
    private volatile @Nullable Connection listening;

    private record Kept<T>(Function<Handle, T> load, Consumer<T> exchange) {
        Runnable loaded(Handle handle) {
            T value = load.apply(handle);
            return () -> exchange.accept(value);
        }
    }

    /** A change that is committed here and not yet seen by all. */
    private record Waiting(long version, CompletableFuture<Void> seenByAll) {}

    private record Changed<T>(long version, T value) {}

    private record Loaded(long version, List<Runnable> exchanges) {}

    Others(Backend backend, Storage storage) {
        this.backend = backend;
        this.storage = storage;
    }

    /** From now on changes elsewhere wait for this process. */
    void join() {
        if (!backend.isShared()) {
            return;
        }
        Storage.await(storage.write(handle -> {
            register(handle);
            return true;
        }));
        Thread listener = new Thread(this::listen, "onboard-account-listener");
        listener.setDaemon(true);
        listener.start();
        thread = listener;
    }

    private void register(Handle handle) {
        handle.createUpdate("DELETE FROM account_process WHERE alive_until < " + CLOCK)
                .execute();
        handle.createUpdate("""
                        INSERT INTO account_process (id, version_seen, alive_until) VALUES (:me, :seen, %s)
                        ON CONFLICT (id) DO NOTHING
                        """.formatted(LEASE))
                .bind("me", me)
                .bind("seen", seen)
                .execute();
    }

    <T> void keep(Function<Handle, T> load, Consumer<T> exchange) {
        kept.add(new Kept<>(load, exchange));
        if (backend.isShared()) {
            Storage.await(reload()); // what was loaded before may be older than a change that did not wait for us
        }
    }

    <T> CompletableFuture<T> change(Function<Handle, T> work, Consumer<T> afterCommit) {
        return storage.add(
                        handle -> {
                            long version = handle.createQuery(
                                            "UPDATE account_version SET version = version + 1 WHERE one = 1"
                                                    + " RETURNING version")
                                    .mapTo(Long.class)
                                    .one();
                            T value = work.apply(handle);
                            announce(handle);
                            return new Changed<>(version, value);
                        },
                        (Changed<T> changed) -> {
                            afterCommit.accept(changed.value());
                            if (seen == changed.version() - 1) {
                                seen = changed.version(); // otherwise what others changed before is still to be loaded
                            }
                            return seenByAll(changed.version());
                        })
                .thenApply(Changed::value);
    }

    private static void announce(Handle handle) {
        handle.createQuery("SELECT pg_notify('" + CHANNEL + "', '')").mapToMap().list();
    }

    private CompletableFuture<Void> seenByAll(long version) {
        Waiting change = new Waiting(version, new CompletableFuture<>());
        change.seenByAll().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        waiting.add(change);
        storage.readLater(handle -> handle.createQuery(BEHIND)
                        .bind(0, me)
                        .bind(1, version)
                        .mapTo(Long.class)
                        .one())
                .whenComplete((behind, failure) -> {
                    if (failure == null && behind == 0) {
                        done(change);
                    } // else the listener asks again until the lease of who is behind has ended
                });
        return change.seenByAll();
    }

    private void done(Waiting change) {
        waiting.remove(change);
        change.seenByAll().complete(null);
    }

    CompletableFuture<?> current() {
        return storage.readLater(
                        handle -> handle.createQuery(VERSION).mapTo(Long.class).one())
                .thenCompose(version -> version > seen ? reload() : CompletableFuture.completedFuture((Long) version));
    }

    /** Loads all that is kept, exchanges it in the order of the commits, then says so. */
    private CompletableFuture<Long> reload() {
        return storage.write(
                        handle -> {
                            long version = handle.createQuery(VERSION)
                                    .mapTo(Long.class)
                                    .one();
                            return new Loaded(
                                    version,
                                    kept.stream().map(one -> one.loaded(handle)).toList());
                        },
                        loaded -> {
                            loaded.exchanges().forEach(Runnable::run);
                            seen = Math.max(seen, loaded.version());
                        })
                .thenCompose(loaded -> storage.write(handle -> {
                    handle.createUpdate("UPDATE account_process SET version_seen = :seen WHERE id = :me")
                            .bind("seen", seen)
                            .bind("me", me)
                            .execute();
                    announce(handle);
                    return loaded.version();
                }));
    }

    private void listen() {
        while (!left) {
            try (Connection connection = backend.writing().getConnection()) {
                listening = connection;
                follow(connection);
            } catch (SQLException e) {
                if (!left) {
                    LOG.warn("{}: other processes are not heard for the moment: {}", backend.name(), e.getMessage());
                    backend.isConnectionLost(e);
                    pause();
                }
            }
        }
    }

    private void follow(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        PGConnection notifications = connection.unwrap(PGConnection.class);
        try (Statement statement = connection.createStatement();
                PreparedStatement beat = connection.prepareStatement("""
                        INSERT INTO account_process (id, version_seen, alive_until) VALUES (?, ?, %s)
                        ON CONFLICT (id) DO UPDATE SET alive_until = EXCLUDED.alive_until
                        """.formatted(LEASE));
                PreparedStatement behind = connection.prepareStatement(BEHIND)) {
            statement.execute("LISTEN " + CHANNEL);
            long nextBeat = System.nanoTime();
            while (!left) {
                if (System.nanoTime() - nextBeat >= 0) {
                    nextBeat = System.nanoTime() + BEAT.toNanos();
                    beat.setString(1, me);
                    beat.setLong(2, seen);
                    beat.executeUpdate();
                }
                loadWhatIsNewer(statement);
                acknowledge(behind);
                long left = Math.max(1, (nextBeat - System.nanoTime()) / 1_000_000);
                notifications.getNotifications((int) Math.min(left, waiting.isEmpty() ? BEAT.toMillis() : 100));
            }
        }
    }

    private void loadWhatIsNewer(Statement statement) throws SQLException {
        try (ResultSet version = statement.executeQuery(VERSION)) {
            if (version.next() && version.getLong(1) > seen) {
                reload().join();
            }
        } catch (java.util.concurrent.CompletionException e) {
            throw new SQLException("what others changed could not be loaded: " + e.getMessage(), e);
        }
    }

    private void acknowledge(PreparedStatement behind) throws SQLException {
        for (Waiting change : waiting) {
            behind.setString(1, me);
            behind.setLong(2, change.version());
            try (ResultSet count = behind.executeQuery()) {
                if (count.next() && count.getLong(1) == 0) {
                    done(change);
                }
            }
        }
    }

    private void pause() {
        synchronized (pause) {
            if (!left) {
                try {
                    pause.wait(500);
                } catch (InterruptedException e) {
                    LOG.debug("{}: interrupted while the database was away", backend.name());
                }
            }
        }
    }

    /** Nobody waits for this process any more. */
    void leave() {
        left = true;
        synchronized (pause) {
            pause.notifyAll();
        }
        Thread running = thread;
        if (running == null) {
            return;
        }
        try {
            Connection open = listening;
            if (open != null) {
                open.close();
            }
        } catch (SQLException e) {
            LOG.debug("{}: the listener's connection could not be closed: {}", backend.name(), e.toString());
        }
        try {
            running.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        waiting.forEach(this::done);
        try (Connection connection = backend.writing().getConnection();
                PreparedStatement delete = connection.prepareStatement("DELETE FROM account_process WHERE id = ?")) {
            delete.setString(1, me);
            delete.executeUpdate();
        } catch (SQLException e) {
            LOG.warn("{}: this process is waited for until its lease ends: {}", backend.name(), e.getMessage());
        }
    }
}
