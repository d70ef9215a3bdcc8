package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProtocolThreadsTest {
    private final ProtocolThreads threads = new ProtocolThreads("test", 2);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void whatATaskHandsOnItsThreadDoesNextInOrder() throws Exception {
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        Set<Thread> by = ConcurrentHashMap.newKeySet();
        CountDownLatch end = new CountDownLatch(1);
        threads.execute(() -> {
            by.add(Thread.currentThread());
            threads.execute(() -> {
                by.add(Thread.currentThread());
                done.add("second");
                threads.execute(() -> {
                    by.add(Thread.currentThread());
                    done.add("fourth");
                    end.countDown();
                });
            });
            threads.execute(() -> done.add("third"));
            done.add("first");
        });
        assertThat(end.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(done).containsExactly("first", "second", "third", "fourth");
        assertThat(by).hasSize(1);
    }

    @Test
    void whatIsMoreThanAThreadKeepsTheOthersGetWhileItWorks() throws Exception {
        CountDownLatch others = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        threads.execute(() -> {
            Thread first = Thread.currentThread();
            for (int i = 0; i < 40; i++) {
                threads.execute(() -> {
                    if (Thread.currentThread() != first) {
                        others.countDown();
                    }
                });
            }
            try {
                // against the rule, and yet what was handed on is done
                if (others.await(20, TimeUnit.SECONDS)) {
                    end.countDown();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTaskThatHandsOnForeverDoesNotKeepOthersFromTheirTurn() throws Exception {
        CountDownLatch turn = new CountDownLatch(1);
        for (int i = 0; i < 2; i++) {
            threads.execute(new Runnable() {
                @Override
                public void run() {
                    if (turn.getCount() > 0) {
                        threads.execute(this);
                    }
                }
            });
        }
        threads.execute(turn::countDown);
        assertThat(turn.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTaskThatFailsTakesNoThreadWithIt() throws Exception {
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            threads.execute(() -> {
                done.incrementAndGet();
                throw new IllegalStateException("a test's failure, to be seen in the log");
            });
        }
        assertThat(threads.submit(() -> "after it").get(20, TimeUnit.SECONDS)).isEqualTo("after it");
        assertThatThrownBy(() -> threads.submit(() -> {
                            throw new IllegalStateException("told to who waits for it");
                        })
                        .get(20, TimeUnit.SECONDS))
                .hasRootCauseMessage("told to who waits for it");
        threads.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get(20, TimeUnit.SECONDS);
        assertThat(threads.backlog()).isZero();
        CountDownLatch all = new CountDownLatch(1);
        threads.execute(all::countDown);
        assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(done).hasValueGreaterThan(0);
    }

    @Test
    void afterItsEndNoWorkIsTaken() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }
}
