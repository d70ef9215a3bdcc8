package dev.onboard.dtls.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for protocol work. Work that one of them hands on stays with it and comes next there, so that the way of a message
 * from its socket up and down the protocols wakes one thread, not one at each step; what is more than it keeps, the others
 * get. Timers have a thread of their own. Thread-safe. No task may block.
 */
public final class ProtocolThreads extends ScheduledThreadPoolExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(ProtocolThreads.class);
    /** So much may wait for the thread that handed it on: little where other processors could do it meanwhile. */
    private static final int KEPT = Math.max(2, 32 / Runtime.getRuntime().availableProcessors());
    /** After so many tasks of its own a thread looks at what others wait for. */
    static final int OWN_IN_A_ROW = 32;

    private final LinkedBlockingQueue<Runnable> shared = new LinkedBlockingQueue<>();
    private final List<Worker> workers = new ArrayList<>();

    /** Starts so many threads, and the timers'. */
    public ProtocolThreads(String name, int count) {
        super(1, work -> {
            Thread thread = new Thread(work, name + "-timers");
            thread.setDaemon(true);
            return thread;
        });
        setRemoveOnCancelPolicy(true);
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        for (int i = 1; i <= count; i++) {
            workers.add(new Worker(name + "-" + i));
        }
        workers.forEach(Thread::start);
    }

    /** One of these threads, which has other work besides and asks for this now and then. */
    abstract static class Member extends Thread {
        private final ProtocolThreads all;
        private final ArrayDeque<Runnable> own = new ArrayDeque<>();

        Member(ProtocolThreads all, String name) {
            super(name);
            this.all = all;
            setDaemon(true);
        }

        private boolean keeps(ProtocolThreads pool, Runnable task) {
            return pool == all && own.size() < KEPT && own.add(task);
        }

        /** Runs the next task of its own, if there is one. */
        final boolean runOwn() {
            Runnable task = own.poll();
            if (task != null) {
                ProtocolThreads.run(task);
            }
            return task != null;
        }

        /** Gives what waits for it to the others. */
        final void giveAway() {
            all.shared.addAll(own);
            own.clear();
        }
    }

    /** How much work waits for a thread. */
    public int backlog() {
        return shared.size();
    }

    @Override
    public void execute(Runnable task) {
        if (isShutdown()) {
            getRejectedExecutionHandler().rejectedExecution(task, this);
        } else if (!(Thread.currentThread() instanceof Member member && member.keeps(this, task))) {
            shared.add(task);
        }
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        execute(future);
        return future;
    }

    @Override
    public Future<?> submit(Runnable task) {
        return submit(task, Boolean.TRUE);
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
        FutureTask<T> future = new FutureTask<>(task, result);
        execute(future);
        return future;
    }

    @Override
    public void shutdown() {
        super.shutdown();
        workers.forEach(Thread::interrupt);
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = new ArrayList<>(super.shutdownNow());
        workers.forEach(Thread::interrupt);
        shared.drainTo(left);
        return left;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(timeout);
        boolean ended = super.awaitTermination(timeout, unit);
        for (Worker worker : workers) {
            if (worker != Thread.currentThread()) {
                worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
                ended &= !worker.isAlive();
            }
        }
        return ended;
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("protocol work failed", e);
        }
    }

    private final class Worker extends Member {
        Worker(String name) {
            super(ProtocolThreads.this, name);
        }

        @Override
        public void run() {
            try {
                while (!isShutdown()) {
                    ProtocolThreads.run(shared.take());
                    for (int i = 0; i < OWN_IN_A_ROW && runOwn(); i++) {
                        // its own comes first
                    }
                    giveAway();
                }
            } catch (InterruptedException e) {
                LOG.trace("the threads end");
            }
        }
    }
}
