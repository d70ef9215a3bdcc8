package dev.onboard.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.onboard.journal.Journal;
import dev.onboard.testbed.UsageException;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * {@code --log-format}: what goes to standard error while servers or devices run. With {@code json} every line of it is a
 * JSON object, the events of the journal among them; what the command says on standard output is not changed.
 */
final class LogFormat {
    private static final String REMARKS = "dev.onboard.cli";

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "text",
            description =
                    "json: standard error has one JSON object a line, with each event of the journal. Default: ${DEFAULT-VALUE}")
    private String format;

    private Format chosen() {
        return switch (format) {
            case "text" -> Format.TEXT;
            case "json" -> Format.JSON;
            default -> throw new UsageException("--log-format '" + format + "' is not text or json");
        };
    }

    private enum Format {
        TEXT,
        JSON
    }

    boolean isJson() {
        return chosen() == Format.JSON;
    }

    /** From now on the log has this format; gives the console whose remarks go there. */
    Console apply(Console console) {
        if (!isJson()) {
            return console;
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(new JsonLines().onStandardError(context));
        context.getLogger(EventLog.NAME).setLevel(Level.INFO);
        context.getLogger(REMARKS).setLevel(Level.INFO);
        org.slf4j.Logger remarks = LoggerFactory.getLogger(REMARKS);
        Consumer<String> there = line -> {
            if (!line.isBlank()) {
                remarks.info(line);
            }
        };
        return console.noting(there);
    }

    /** In JSON every event from now on is a line; in text the journal is not repeated. Ends with the subscription. */
    Journal.Subscription follow(Journal journal) {
        return isJson() ? journal.subscribe(new EventLog()::see) : () -> {};
    }
}
