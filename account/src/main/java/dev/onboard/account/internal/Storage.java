package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The account's database: one writer, many readers. Thread-safe.
 *
 * <p>Writes submitted while a commit runs are committed together by the next one, and each is acknowledged only after
 * its commit: the price of a durable commit is paid once for all that wait. A write that fails is undone alone.
 *
 * <p>It has the writer's thread and a few workers, on which every stage it gives is completed.
 */
public final class Storage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);
    private static final int LARGEST_GROUP = 512;

    private final Backend backend;
    private final Jdbi writing;
    private final Jdbi reading;
    private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
    private final ExecutorService workers;
    private final Thread writer;
    private volatile boolean closed;

    private sealed interface Entry {
        record End() implements Entry {}
    }

    /** One write on its way. */
    private static final class Write<T> implements Entry {
        private final Function<Handle, T> work;
        private final Consumer<T> afterCommit;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private Runnable outcome = () -> {};
        private boolean failed;

        Write(Function<Handle, T> work, Consumer<T> afterCommit) {
            this.work = work;
            this.afterCommit = afterCommit;
        }

        /** Does the work; throws what it throws. */
        void perform(Handle handle) {
            T value = work.apply(handle);
            outcome = () -> answer.complete(value);
            told = () -> afterCommit.accept(value);
        }

        private Runnable told = () -> {};

        void fail(Throwable cause) {
            failed = true;
            outcome = () -> answer.completeExceptionally(cause);
        }
    }

    private Storage(Backend backend) {
        this.backend = backend;
        this.writing = Jdbi.create(backend.writing());
        this.reading = Jdbi.create(backend.reading());
        AtomicInteger number = new AtomicInteger();
        this.workers = Executors.newFixedThreadPool(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                task -> daemon(task, "onboard-account-" + number.incrementAndGet()));
        this.writer = daemon(this::run, "onboard-account-writer");
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
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
        return storage;
    }

    /** Does this in a transaction; the stage completes after the commit, or with what the work threw. */
    public <T> CompletableFuture<T> write(Function<Handle, T> work) {
        return write(work, value -> {});
    }

    /** As {@link #write(Function)}; after the commit and before the stage completes, tells this on the writer's thread, in the order of the commits. */
    public <T> CompletableFuture<T> write(Function<Handle, T> work, Consumer<T> afterCommit) {
        Write<T> write = new Write<>(work, afterCommit);
        if (closed) {
            return CompletableFuture.failedFuture(isClosed());
        }
        queue.add(write);
        if (closed && queue.remove(write)) {
            return CompletableFuture.failedFuture(isClosed());
        }
        return write.answer;
    }

    private AccountException isClosed() {
        return AccountException.storage("the account " + backend.name() + " is closed");
    }

    /** Reads on the caller's thread. */
    public <T> T read(Function<Handle, T> work) {
        if (closed) {
            throw isClosed();
        }
        try (Handle handle = reading.open()) {
            return work.apply(handle);
        } catch (JdbiException e) {
            throw broken(e);
        }
    }

    /** Reads on a worker. */
    public <T> CompletableFuture<T> readLater(Function<Handle, T> work) {
        return onWorker(() -> read(work));
    }

    /** Does this on a worker. */
    public <T> CompletableFuture<T> onWorker(java.util.function.Supplier<T> work) {
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

    private void run() {
        List<Entry> batch = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            batch.clear();
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                LOG.debug("{}: the writer was interrupted and goes on until the account is closed", backend.name());
                continue;
            }
            queue.drainTo(batch, LARGEST_GROUP - 1);
            List<Write<?>> group = new ArrayList<>();
            for (Entry entry : batch) {
                if (entry instanceof Write<?> write) {
                    group.add(write);
                } else {
                    ended = true;
                }
            }
            commit(group);
        }
    }

    /** One transaction for the whole group. */
    private void commit(List<Write<?>> group) {
        if (group.isEmpty()) {
            return;
        }
        try {
            Handle handle = writer();
            handle.begin();
            for (Write<?> write : group) {
                perform(handle, write, group.size() > 1);
            }
            handle.commit();
            for (Write<?> write : group) {
                tell(write);
            }
        } catch (RuntimeException e) {
            LOG.error("{}: a commit of {} writes failed", backend.name(), group.size(), e);
            AccountException broken = broken(e);
            group.forEach(write -> write.fail(broken));
            giveUpWriter();
        }
        for (Write<?> write : group) {
            workers.execute(write.outcome);
        }
    }

    private static void perform(Handle handle, Write<?> write, boolean shared) {
        if (shared) {
            handle.savepoint("one");
        }
        try {
            write.perform(handle);
        } catch (RuntimeException e) {
            write.fail(e);
            if (shared) {
                handle.rollbackToSavepoint("one");
            } else {
                handle.rollback();
                handle.begin();
            }
        }
        if (shared) {
            handle.release("one");
        }
    }

    private static void tell(Write<?> write) {
        if (!write.failed) {
            try {
                write.told.run();
            } catch (RuntimeException e) {
                LOG.error("a listener threw after a commit", e);
            }
        }
    }

    /** The writer's connection; used by its thread alone. */
    private @org.jspecify.annotations.Nullable Handle handle;

    private Handle writer() {
        Handle open = handle;
        if (open == null) {
            open = writing.open();
            handle = open;
        }
        return open;
    }

    private void giveUpWriter() {
        Handle broken = handle;
        handle = null;
        if (broken != null) {
            try {
                if (broken.isInTransaction()) {
                    broken.rollback();
                }
                broken.close();
            } catch (RuntimeException e) {
                LOG.warn("{}: the writer's connection could not be closed: {}", backend.name(), e.toString());
            }
        }
    }

    /** How many writes wait. */
    public int backlog() {
        return queue.size();
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
        queue.add(new Entry.End());
        try {
            writer.join(TimeUnit.SECONDS.toMillis(60));
            workers.shutdown();
            if (!workers.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("{}: some answers of the account are still being taken", backend.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        giveUpWriter();
        backend.close();
    }
}
