package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The account's database: one writer, many readers. Thread-safe. It has the writer's thread and a few workers, on which
 * every stage it gives is completed.
 *
 * <p>Where several processes share the database, what each keeps in memory is exchanged by {@link #change} and
 * {@link #keep}; see {@link Others} for what is guaranteed.
 */
public final class Storage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);

    private final Backend backend;
    private final Jdbi reading;
    private final ExecutorService workers;
    private final Writer writer;
    private final Others others;
    private volatile boolean closed;

    private Storage(Backend backend) {
        this.backend = backend;
        this.reading = Jdbi.create(backend.reading());
        reading.setStatementBuilderFactory(backend.statements());
        AtomicInteger number = new AtomicInteger();
        this.workers =
                Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()), task -> {
                    Thread thread = new Thread(task, "onboard-account-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        this.writer = new Writer(backend, workers, this::broken);
        this.others = new Others(backend, this);
    }

    /**
     * Opens the database and brings its tables to the newest version.
     *
     * @throws AccountException when that is not possible; the backend is closed then
     */
    public static Storage open(Backend backend) {
        try {
            Schema.migrate(backend);
        } catch (AccountException e) {
            backend.close();
            throw e;
        }
        Storage storage = new Storage(backend);
        storage.writer.start();
        storage.others.join();
        return storage;
    }

    /** Does this in a transaction; the stage completes after the commit, or with what the work threw. */
    public <T> CompletableFuture<T> write(Function<Handle, T> work) {
        return write(work, value -> {});
    }

    /** As {@link #write(Function)}; after the commit and before the stage completes, tells this on the writer's thread, in the order of the commits. */
    public <T> CompletableFuture<T> write(Function<Handle, T> work, Consumer<T> afterCommit) {
        return add(work, value -> {
            afterCommit.accept(value);
            return CompletableFuture.completedFuture(null);
        });
    }

    /**
     * As {@link #write(Function)}, for what nobody waits for: it is committed with the next write that somebody waits for, or
     * after 20 ms.
     */
    public <T> CompletableFuture<T> writeSoon(Function<Handle, T> work) {
        return add(work, value -> CompletableFuture.completedFuture(null), Writer.Urgency.SOON);
    }

    /** Changes something that processes {@linkplain #keep keep} in memory: the stage completes when all of them have it. */
    public <T> CompletableFuture<T> change(Function<Handle, T> work, Consumer<T> afterCommit) {
        return backend.isShared() ? others.change(work, afterCommit) : write(work, afterCommit);
    }

    /**
     * Something is kept in memory: it is loaded again whenever another process has changed something that is.
     *
     * @param load reads it from the database
     * @param exchange puts it into its place; called on the writer's thread, in the order of the commits
     */
    public <T> void keep(Function<Handle, T> load, Consumer<T> exchange) {
        others.keep(load, exchange);
    }

    /** Completes when what is kept in memory is at least as new as the database was at this call. */
    public CompletableFuture<?> current() {
        return backend.isShared() ? others.current() : CompletableFuture.completedFuture(null);
    }

    /** Whether other processes may use the same database. */
    public boolean isShared() {
        return backend.isShared();
    }

    <T> CompletableFuture<T> add(Function<Handle, T> work, Writer.AfterCommit<T> afterCommit) {
        return add(work, afterCommit, Writer.Urgency.AT_ONCE);
    }

    private <T> CompletableFuture<T> add(
            Function<Handle, T> work, Writer.AfterCommit<T> afterCommit, Writer.Urgency urgency) {
        return closed ? CompletableFuture.failedFuture(isClosed()) : writer.add(work, afterCommit, urgency);
    }

    private AccountException isClosed() {
        return AccountException.storage("the account " + backend.name() + " is closed");
    }

    /** Reads on the caller's thread; with another connection once more when the first turns out to be lost. */
    public <T> T read(Function<Handle, T> work) {
        if (closed) {
            throw isClosed();
        }
        try {
            return readOnce(work);
        } catch (JdbiException e) {
            if (!backend.isConnectionLost(e)) {
                throw broken(e);
            }
        }
        try {
            return readOnce(work);
        } catch (JdbiException e) {
            throw broken(e);
        }
    }

    private <T> T readOnce(Function<Handle, T> work) {
        try (Handle handle = reading.open()) {
            return work.apply(handle);
        }
    }

    /** Reads on a worker. */
    public <T> CompletableFuture<T> readLater(Function<Handle, T> work) {
        return onWorker(() -> read(work));
    }

    /** Does this on a worker. */
    public <T> CompletableFuture<T> onWorker(Supplier<T> work) {
        if (closed) {
            return CompletableFuture.failedFuture(isClosed());
        }
        return CompletableFuture.supplyAsync(work, workers);
    }

    /** Waits for a stage and gives its value, or throws what it failed with. */
    public static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw e;
        }
    }

    private AccountException broken(Throwable cause) {
        return AccountException.storage(
                "the account database " + backend.name() + " does not work: " + backend.advice(cause) + " ("
                        + cause.getMessage() + ").",
                cause);
    }

    /** How many writes wait. */
    public int backlog() {
        return writer.backlog();
    }

    /** Commits what waits, then closes. Does nothing when called again. */
    @Override
    public void close() {
        synchronized (workers) {
            if (closed) {
                return;
            }
            closed = true;
        }
        others.leave();
        try {
            if (!writer.end(60)) {
                LOG.warn("{}: some writes are still being done", backend.name());
            }
            workers.shutdown();
            if (!workers.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("{}: some answers of the account are still being taken", backend.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        backend.close();
    }
}
