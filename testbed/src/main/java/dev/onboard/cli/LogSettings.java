package dev.onboard.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;

/**
 * What is logged, and where: warnings, to standard error, a line each; the environment's {@code ONBOARD_LOG} names another
 * level. Said in code, since a file of settings takes longer to read than all that a short command does. Such a file is
 * read where there is one: {@code -Dlogback.configurationFile=FILE}.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSettings extends ContextAwareBase implements Configurator {
    /** What these say of refused handshakes and cut sessions is in the journal, with its reason. */
    private static final List<String> LIBRARIES = List.of("org.eclipse.californium", "org.eclipse.leshan");

    /** Made by the logging library. */
    public LogSettings() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getenv("ONBOARD_LOG"), Level.WARN));
        root.addAppender(new PlainLines().onStandardError(context));
        for (String library : LIBRARIES) {
            context.getLogger(library).setLevel(Level.ERROR);
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
