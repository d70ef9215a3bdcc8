package dev.onboard.bench;

import dev.onboard.account.IssueRequest;
import dev.onboard.account.IssuedCertificate;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** An LwM2M certificate from the account: signed, stored, and on the medium when the answer comes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class IssueBenchmark {
    private static final int DEVICES = 2_000;

    private final AtomicInteger next = new AtomicInteger();
    private @Nullable BenchAccount bench;

    /** Opens the account. */
    @Setup
    public void open() throws IOException, GeneralSecurityException {
        BenchAccount opened = new BenchAccount();
        opened.fill(0, DEVICES);
        bench = opened;
    }

    /** Closes it. */
    @TearDown
    public void close() throws IOException {
        if (bench != null) {
            bench.close();
        }
    }

    private IssuedCertificate issue() {
        BenchAccount opened = bench;
        if (opened == null) {
            throw new IllegalStateException("not opened");
        }
        return opened.account
                .issue(new IssueRequest("dev-" + next.getAndIncrement() % DEVICES, opened.key))
                .toCompletableFuture()
                .join();
    }

    /** How long one waits. */
    @Benchmark
    @Threads(1)
    public IssuedCertificate alone() {
        return issue();
    }

    /** How long each of sixteen waits: they share a commit. */
    @Benchmark
    @Threads(16)
    public IssuedCertificate sixteenAtATime() {
        return issue();
    }
}
