package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up the programs that are added to {@code DIR/issuer-commands.json}, or exchanged in it, while the testbed runs: within a
 * second. One that is removed counts until the next start.
 */
final class IssuerCommandWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IssuerCommandWatch.class);
    private static final long PERIOD_MILLIS = 500;

    private final Path workDirectory;
    private final Map<String, List<String>> commands;
    private final ScheduledThreadPoolExecutor timer;
    /** What was wrong the last time, so that it is said once. */
    private String trouble = "";

    private IssuerCommandWatch(Path workDirectory) {
        this.workDirectory = workDirectory;
        this.commands = new ConcurrentHashMap<>(IssuerCommands.read(workDirectory));
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "onboard-issuer-commands");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Reads them; nothing is watched before {@link #start}. */
    static IssuerCommandWatch of(Path workDirectory) {
        return new IssuerCommandWatch(workDirectory);
    }

    /** The programs by issuer name; it grows. */
    Map<String, List<String>> commands() {
        return commands;
    }

    /** Makes issuers of them, now and later. */
    void start(Account account) {
        IssuerCommands.store(account, commands);
        timer.scheduleWithFixedDelay(() -> look(account), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look(Account account) {
        try {
            for (Map.Entry<String, List<String>> each :
                    IssuerCommands.read(workDirectory).entrySet()) {
                if (!each.getValue().equals(commands.get(each.getKey()))) {
                    // the program before the issuer, which is of no use without it
                    commands.put(each.getKey(), each.getValue());
                    IssuerCommands.store(account, Map.of(each.getKey(), each.getValue()));
                }
            }
            trouble = "";
        } catch (UsageException | AccountException e) {
            String said = String.valueOf(e.getMessage());
            if (!said.equals(trouble)) {
                LOG.warn("an issuer command cannot be taken up: {}", said);
                trouble = said;
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.warn("an issuer command is still being taken up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
