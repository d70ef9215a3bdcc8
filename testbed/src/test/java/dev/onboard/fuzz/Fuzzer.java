package dev.onboard.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives generated inputs to a reader and holds it to this: it takes an input, or refuses it with an exception that it declares, in
 * bounded time and memory. An input whose refusal comes from a place that none came from before joins those that later inputs are
 * made of, so that they reach further and further into the reader.
 *
 * <p>{@code -Donboard.seed=N} chooses the inputs, {@code -Pheavy} tries a hundred times as many, {@code -Donboard.fuzz=N} N times; a
 * fault prints the input itself, for keys and certificates among the samples are new on each run.
 */
public final class Fuzzer {
    private static final int TIMES = Integer.getInteger("onboard.fuzz", Boolean.getBoolean("onboard.heavy") ? 100 : 1);
    /** Of processor time, for one input of at most a million octets; a PKCS#12 container may demand most of it. */
    private static final Duration LONGEST = Duration.ofSeconds(5);
    /** Until a reader that does not come back is given up; a busy machine may be slow. */
    private static final Duration STUCK = Duration.ofSeconds(60);
    /** Octets of memory that an input may cost, however it is used afterwards, and what each of its octets may cost beyond. */
    private static final long MOST_MEMORY = 64L << 20;

    private static final long MEMORY_PER_OCTET = 3_000;
    private static final int MOST_FAULTS = 5;
    private static final int FRAMES = 6;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Reads an input, or throws. */
    @FunctionalInterface
    public interface Reader {
        /** Throws what the reader declares when it cannot be read. */
        void read(byte[] input) throws Exception;
    }

    private final String name;
    private final Reader reader;
    private final Set<Class<? extends Throwable>> declared;
    private final long seed = Long.getLong("onboard.seed", 10_5);
    private final Map<String, String> faults = new LinkedHashMap<>();
    private final Set<String> places = new HashSet<>();

    private int taken;
    private int refused;
    private long longest;
    private long largest;
    private volatile byte[] present = {};
    private volatile int tried;

    private Fuzzer(String name, Reader reader, Set<Class<? extends Throwable>> declared) {
        this.name = name;
        this.reader = reader;
        this.declared = declared;
    }

    /** For a reader that refuses by these exceptions alone, and by none when none is given. */
    @SafeVarargs
    public static Fuzzer of(String name, Reader reader, Class<? extends Throwable>... declared) {
        return new Fuzzer(name, reader, Set.of(declared));
    }

    /**
     * Tries so many inputs that are made of these samples, which are tried first.
     *
     * @throws AssertionError with the inputs, when the reader did otherwise than it should
     */
    public void run(int inputs, List<byte[]> samples) {
        long start = System.nanoTime();
        ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "fuzz");
            made.setDaemon(true);
            return made;
        });
        Future<?> end = thread.submit(() -> tryAll(TIMES * inputs, samples));
        thread.shutdown();
        await(end);
        System.out.printf(
                "fuzz: %s: %,d inputs in %,d ms (seed %d): %,d read, %,d refused in %d ways; longest %d ms, most memory %,d KB%n",
                name,
                tried,
                (System.nanoTime() - start) / 1_000_000,
                seed,
                taken,
                refused,
                places.size(),
                longest / 1_000_000,
                largest / 1024);
        if (!faults.isEmpty()) {
            throw new AssertionError(name + ", seed " + seed + ":\n" + String.join("\n", faults.values()));
        }
    }

    private void await(Future<?> end) {
        int before = -1;
        try {
            while (true) {
                try {
                    end.get(STUCK.toSeconds(), TimeUnit.SECONDS);
                    return;
                } catch (TimeoutException e) {
                    if (tried == before) {
                        throw new AssertionError(
                                name + " does not come back from input " + tried + ": " + shown(present), e);
                    }
                    before = tried;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError(name + " fell over input " + tried + ": " + shown(present), e.getCause());
        }
    }

    private void tryAll(int inputs, List<byte[]> samples) {
        Mutator mutator = new Mutator(new Random(seed ^ name.hashCode()), samples);
        samples.forEach(this::tryOne);
        if (taken == 0) {
            throw new AssertionError(name + " reads none of its samples: " + places);
        }
        while (tried < inputs && faults.size() < MOST_FAULTS) {
            byte[] input = mutator.next();
            if (tryOne(input)) {
                mutator.keep(input);
            }
        }
    }

    /** Whether it ended as none before. */
    private boolean tryOne(byte[] input) {
        present = input;
        tried++;
        long memory = THREADS.getCurrentThreadAllocatedBytes();
        long time = THREADS.getCurrentThreadCpuTime();
        Throwable thrown = thrown(input);
        time = THREADS.getCurrentThreadCpuTime() - time;
        memory = THREADS.getCurrentThreadAllocatedBytes() - memory;
        longest = Math.max(longest, time);
        largest = Math.max(largest, memory);
        if (thrown == null) {
            taken++;
        } else {
            refused++;
        }
        String place = thrown == null ? "read" : place(thrown);
        if (thrown != null && declared.stream().noneMatch(each -> each.isInstance(thrown))) {
            fault(place, "threw " + thrown + "\n    " + frames(thrown).collect(Collectors.joining("\n    ")));
        } else if (thrown != null
                && (thrown.getMessage() == null || thrown.getMessage().isBlank())) {
            fault(place, "refused without a word: " + thrown.getClass());
        }
        if (time > LONGEST.toNanos()) {
            fault("time", "took " + time / 1_000_000 + " ms");
        }
        if (memory > MOST_MEMORY + MEMORY_PER_OCTET * input.length) {
            fault("memory", "took " + memory / 1024 + " KB of memory for " + input.length + " octets");
        }
        return places.add(place);
    }

    private @Nullable Throwable thrown(byte[] input) {
        try {
            reader.read(input);
            return null;
        } catch (Exception | StackOverflowError | OutOfMemoryError | AssertionError e) {
            return e;
        }
    }

    private void fault(String place, String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.putIfAbsent(place, "input " + tried + " " + what + "\n  " + shown(present));
        }
    }

    private static String place(Throwable thrown) {
        return thrown.getClass().getName() + frames(thrown).collect(Collectors.joining(" "));
    }

    private static Stream<String> frames(Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace()).limit(FRAMES).map(StackTraceElement::toString);
    }

    private static String shown(byte[] input) {
        byte[] begin = Arrays.copyOf(input, Math.min(input.length, 6_000));
        return input.length + " octets in base64" + (begin.length < input.length ? ", the first: " : ": ")
                + Base64.getEncoder().encodeToString(begin);
    }
}
