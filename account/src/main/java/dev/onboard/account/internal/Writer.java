package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. Writes submitted while a commit runs are committed together by the next one, and each is
 * acknowledged only after its commit: the price of a durable commit is paid once for all that wait. A write that fails
 * is undone alone. A group that meets another process's change is done again as a whole. Thread-safe.
 */
final class Writer {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int LARGEST_GROUP = 512;
    /** So long, in nanoseconds, what nobody waits for waits for a write that somebody waits for. */
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(20);
    /** So often a group is tried; after half of them its writes are tried one by one. */
    private static final int ATTEMPTS = 20;

    private final Backend backend;
    private final Jdbi jdbi;
    private final Executor workers;
    private final Function<Throwable, AccountException> broken;
    private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private @Nullable Handle handle;

    /** When a write is committed. */
    enum Urgency {
        /** Somebody waits for it. */
        AT_ONCE,
        /** Nobody does: with the next that somebody waits for, or after {@link #SOON}. */
        SOON
    }

    private sealed interface Entry {
        record End() implements Entry {}
    }

    /**
     * What is told on the writer's thread after the commit, in the order of the commits. The write is acknowledged when
     * the stage that it gives completes.
     */
    interface AfterCommit<T> {
        CompletionStage<?> told(T value);
    }

    /** One write on its way. */
    private static final class Write<T> implements Entry {
        private final Function<Handle, T> work;
        private final AfterCommit<T> afterCommit;
        private final Urgency urgency;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private Runnable told = () -> {};
        private CompletionStage<?> acknowledgement = CompletableFuture.completedFuture(null);
        private Runnable outcome = () -> {};
        private boolean failed;

        Write(Function<Handle, T> work, AfterCommit<T> afterCommit, Urgency urgency) {
            this.work = work;
            this.afterCommit = afterCommit;
            this.urgency = urgency;
        }

        /** Does the work; throws what it throws. */
        void perform(Handle handle) {
            failed = false;
            T value = work.apply(handle);
            outcome = () -> answer.complete(value);
            told = () -> acknowledgement = afterCommit.told(value);
        }

        void fail(Throwable cause) {
            failed = true;
            outcome = () -> answer.completeExceptionally(cause);
        }
    }

    /**
     * @param workers on which answers are completed
     * @param broken what is told when the database does not work
     */
    Writer(Backend backend, Executor workers, Function<Throwable, AccountException> broken) {
        this.backend = backend;
        this.jdbi = Jdbi.create(backend.writing());
        jdbi.setStatementBuilderFactory(backend.statements());
        this.workers = workers;
        this.broken = broken;
        this.thread = new Thread(this::run, "onboard-account-writer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    <T> CompletableFuture<T> add(Function<Handle, T> work, AfterCommit<T> afterCommit, Urgency urgency) {
        Write<T> write = new Write<>(work, afterCommit, urgency);
        queue.add(write);
        return write.answer;
    }

    int backlog() {
        return queue.size();
    }

    /** Commits what waits, then ends; false when that took too long. */
    boolean end(long seconds) throws InterruptedException {
        queue.add(new Entry.End());
        thread.join(TimeUnit.SECONDS.toMillis(seconds));
        return !thread.isAlive();
    }

    private void run() {
        List<Entry> batch = new ArrayList<>();
        boolean ended = false;
        while (!ended) {
            batch.clear();
            try {
                takeGroup(batch);
            } catch (InterruptedException e) {
                LOG.debug("{}: the writer was interrupted and goes on until the account is closed", backend.name());
            }
            List<Write<?>> group = new ArrayList<>();
            for (Entry entry : batch) {
                if (entry instanceof Write<?> write) {
                    group.add(write);
                } else {
                    ended = true;
                }
            }
            commit(group, 1);
        }
        giveUpConnection();
    }

    /** All that wait; when nobody waits for any of them, with those that come soon. */
    private void takeGroup(List<Entry> batch) throws InterruptedException {
        batch.add(queue.take());
        queue.drainTo(batch, LARGEST_GROUP - batch.size());
        long until = System.nanoTime() + SOON;
        int looked = 0;
        while (batch.size() < LARGEST_GROUP) {
            for (; looked < batch.size(); looked++) {
                if (!(batch.get(looked) instanceof Write<?> write) || write.urgency == Urgency.AT_ONCE) {
                    return;
                }
            }
            Entry next = queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
            queue.drainTo(batch, LARGEST_GROUP - batch.size());
        }
    }

    /** One transaction for the whole group. */
    private void commit(List<Write<?>> group, int attempt) {
        if (group.isEmpty()) {
            return;
        }
        boolean kept = handle != null;
        boolean committing = false;
        try {
            Handle open = connection();
            open.begin();
            for (Write<?> write : group) {
                perform(open, write, group.size() > 1);
            }
            committing = true;
            open.commit();
        } catch (RuntimeException e) {
            if (kept && !committing && backend.isConnectionLost(e)) {
                giveUpConnection(); // it was lost while nobody looked, and nothing was committed
                commit(group, attempt + 1);
            } else {
                afterFailure(group, attempt, e);
            }
            return;
        }
        for (Write<?> write : group) {
            tell(write);
        }
        for (Write<?> write : group) {
            write.acknowledgement.whenComplete((seen, failure) -> {
                if (failure != null) {
                    write.fail(broken.apply(failure));
                }
                workers.execute(write.outcome);
            });
        }
    }

    private void afterFailure(List<Write<?>> group, int attempt, RuntimeException failure) {
        if (backend.isContention(failure) && attempt < ATTEMPTS && rolledBack()) {
            LOG.debug("{}: another process was faster; attempt {} is done again", backend.name(), attempt);
            if (attempt < ATTEMPTS / 2) {
                commit(group, attempt + 1);
            } else {
                group.forEach(write -> commit(List.of(write), attempt + 1));
            }
            return;
        }
        LOG.error("{}: a commit of {} writes failed: {}", backend.name(), group.size(), failure.toString());
        LOG.debug("{}: the commit that failed", backend.name(), failure);
        giveUpConnection();
        AccountException told = broken.apply(failure);
        for (Write<?> write : group) {
            write.fail(told);
            workers.execute(write.outcome);
        }
    }

    private boolean rolledBack() {
        try {
            connection().rollback();
            return true;
        } catch (RuntimeException e) {
            LOG.warn("{}: a transaction could not be rolled back: {}", backend.name(), e.toString());
            return false;
        }
    }

    private void perform(Handle open, Write<?> write, boolean shared) {
        if (shared) {
            open.savepoint("one");
        }
        try {
            write.perform(open);
            if (shared) {
                open.release("one");
            }
        } catch (RuntimeException e) {
            if (backend.isContention(e) || backend.isConnectionLost(e)) {
                throw e; // concerns the whole transaction
            }
            write.fail(e);
            if (shared) {
                open.rollbackToSavepoint("one"); // which also forgets it
            } else {
                open.rollback();
                open.begin();
            }
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

    private Handle connection() {
        Handle open = handle;
        if (open == null) {
            open = jdbi.open();
            handle = open;
        }
        return open;
    }

    private void giveUpConnection() {
        Handle given = handle;
        handle = null;
        if (given != null) {
            try {
                if (given.isInTransaction()) {
                    given.rollback();
                }
            } catch (RuntimeException e) {
                LOG.debug("{}: nothing could be rolled back: {}", backend.name(), e.toString());
            }
            try {
                given.close();
            } catch (RuntimeException e) {
                LOG.debug("{}: the writer's connection could not be closed: {}", backend.name(), e.toString());
            }
        }
    }
}
