package dev.onboard.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The append-only journal of one testbed, kept in one file with one JSON object a line. Thread-safe.
 *
 * <p>{@link #record} costs its caller an entry in a queue; one thread numbers the events, appends them to the file and
 * then tells the subscribers, in order. Events survive the death of the process once written; a line that a crash left
 * unfinished is cut off at the next {@link #open}.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    /**
     * After a write, the thread leaves what comes in this time, in nanoseconds, for the next one: it would be woken for each
     * event otherwise, several times in every step of a device.
     */
    private static final long TOGETHER = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path file;
    private final InstantSource clock;
    private final FileChannel channel;
    private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
    private final CopyOnWriteArrayList<Consumer<Event>> subscribers = new CopyOnWriteArrayList<>();
    private final Thread writer;
    private volatile boolean closed;
    private long lastId;

    private sealed interface Entry {
        record Draft(Event.Draft event, java.time.Instant time) implements Entry {}

        record Barrier(Runnable reached) implements Entry {}

        record End() implements Entry {}
    }

    private Journal(Path file, InstantSource clock, FileChannel channel, long lastId) {
        this.file = file;
        this.clock = clock;
        this.channel = channel;
        this.lastId = lastId;
        this.writer = new Thread(this::run, "onboard-journal");
        this.writer.setDaemon(true);
    }

    /**
     * Opens the journal in this file, which is created (mode 0600) when it does not exist; numbering goes on where an
     * earlier run ended.
     *
     * @throws IOException when the file cannot be opened, or its last complete line is not an event
     */
    public static Journal open(Path file, InstantSource clock) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        long lastId = cutUnfinishedLine(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        Journal journal = new Journal(file, clock, channel, lastId);
        journal.writer.start();
        return journal;
    }

    /** Records an event. Returns at once; the event is in the file before any subscriber is told. After {@link #close} it is dropped. */
    public void record(Event.Draft event) {
        if (!closed) {
            queue.add(new Entry.Draft(event, clock.instant()));
        }
    }

    /**
     * Calls the subscriber for every event from now on, in order, on the journal's thread; it must not block. An
     * exception thrown by a subscriber is logged and concerns nobody else.
     *
     * @return closes the subscription
     */
    public Subscription subscribe(Consumer<Event> subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    /**
     * Every event recorded so far, oldest first, read from the file as the stream is consumed. Close the stream. Waits
     * for what is still in the queue.
     */
    public Stream<Event> events() {
        flush();
        return read(file);
    }

    /**
     * The events of this device, and those of anybody that ended so, oldest first; close the stream. Quicker than {@link
     * #events} in a long journal: the other lines are looked at and not taken apart.
     */
    public Stream<Event> eventsOf(String endpoint, Outcome... ofAnybody) {
        flush();
        List<String> signs = new ArrayList<>();
        signs.add(EventJson.endpointField(endpoint));
        for (Outcome outcome : ofAnybody) {
            signs.add(EventJson.outcomeField(outcome));
        }
        List<Outcome> outcomes = List.of(ofAnybody);
        // a text within a detail or a fact may look like a field: the event itself decides
        return read(file, line -> signs.stream().anyMatch(line::contains))
                .filter(event -> event.endpoint().equals(Optional.of(endpoint)) || outcomes.contains(event.outcome()));
    }

    /** The events of a journal's file, oldest first, without opening it for writing. Close the stream. An unfinished last line is left out. */
    public static Stream<Event> read(Path file) {
        return read(file, line -> true);
    }

    private static Stream<Event> read(Path file, Predicate<String> wanted) {
        try {
            return Files.lines(file, StandardCharsets.UTF_8).filter(wanted).flatMap(line -> {
                try {
                    return Stream.of(EventJson.read(line));
                } catch (IOException e) {
                    LOG.warn("{}: a line is not an event and is left out: {}", file, e.getMessage());
                    return Stream.empty();
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits until an event matches: one already recorded, or one to come.
     *
     * @return the first match, or empty when the time is over
     */
    public Optional<Event> await(Predicate<Event> condition, Duration atMost) {
        CompletableFuture<Event> found = new CompletableFuture<>();
        try (Subscription ignored = subscribe(event -> {
            if (condition.test(event)) {
                found.complete(event);
            }
        })) {
            try (Stream<Event> past = events()) {
                Optional<Event> match = past.filter(condition).findFirst();
                if (match.isPresent()) {
                    return match;
                }
            }
            return Optional.of(found.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Returns when everything recorded before this call is in the file and told to the subscribers. */
    public void flush() {
        if (Thread.currentThread() == writer) {
            return;
        }
        CompletableFuture<Void> reached = new CompletableFuture<>();
        addAndWake(new Entry.Barrier(() -> reached.complete(null)));
        if (!writer.isAlive()) {
            return;
        }
        try {
            while (!reached.isDone() && writer.isAlive()) {
                try {
                    reached.get(1, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    LOG.debug("{}: still writing", file);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** How many events wait to be written. */
    public int backlog() {
        return queue.size();
    }

    /** The journal's file. */
    public Path file() {
        return file;
    }

    /** Writes what is still in the queue and closes the file. Does nothing when called again. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        addAndWake(new Entry.End());
        try {
            writer.join(TimeUnit.SECONDS.toMillis(30));
            channel.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A subscription to a journal. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        /** Ends the subscription. */
        @Override
        void close();
    }

    private void run() {
        List<Entry> batch = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        boolean ended = false;
        while (!ended) {
            batch.clear();
            events.clear();
            text.setLength(0);
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                LOG.debug("{}: the writer was interrupted and goes on until the journal is closed", file);
                continue;
            }
            queue.drainTo(batch, 1023);
            for (Entry entry : batch) {
                if (entry instanceof Entry.Draft draft) {
                    Event event = draft.event().numbered(++lastId, draft.time());
                    events.add(event);
                    text.append(event).append('\n');
                }
            }
            append(text);
            events.forEach(this::tell);
            for (Entry entry : batch) {
                if (entry instanceof Entry.Barrier barrier) {
                    barrier.reached().run();
                } else if (entry instanceof Entry.End) {
                    ended = true;
                }
            }
            if (!ended) {
                LockSupport.parkNanos(TOGETHER);
            }
        }
    }

    /** The thread looks at once: somebody waits for it. */
    private void addAndWake(Entry entry) {
        queue.add(entry);
        LockSupport.unpark(writer);
    }

    private void append(StringBuilder text) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            LOG.error("cannot write the journal {}: {}. Free space or permissions, then restart.", file, e.toString());
        }
    }

    private void tell(Event event) {
        for (Consumer<Event> subscriber : subscribers) {
            try {
                subscriber.accept(event);
            } catch (RuntimeException e) {
                LOG.error("a subscriber of the journal threw at event {}", event.id(), e);
            }
        }
    }

    /** Cuts what follows the last line feed; returns the number of the last event, 0 when there is none. */
    private static long cutUnfinishedLine(Path file) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            long end = lineFeedBefore(content, content.length()) + 1;
            content.setLength(end);
            if (end == 0) {
                return 0;
            }
            long start = lineFeedBefore(content, end - 1) + 1;
            byte[] line = new byte[Math.toIntExact(end - 1 - start)];
            content.seek(start);
            content.readFully(line);
            try {
                return EventJson.read(new String(line, StandardCharsets.UTF_8)).id();
            } catch (IOException e) {
                throw new IOException(
                        "the last line of the journal " + file + " is not an event: " + e.getMessage(), e);
            }
        }
    }

    /** The position of the last line feed before {@code end}, or -1. */
    private static long lineFeedBefore(RandomAccessFile content, long end) throws IOException {
        byte[] chunk = new byte[8192];
        for (long upTo = end; upTo > 0; ) {
            int length = (int) Math.min(chunk.length, upTo);
            content.seek(upTo - length);
            content.readFully(chunk, 0, length);
            for (int i = length - 1; i >= 0; i--) {
                if (chunk[i] == '\n') {
                    return upTo - length + i;
                }
            }
            upTo -= length;
        }
        return -1;
    }
}
