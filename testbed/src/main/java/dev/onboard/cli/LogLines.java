package dev.onboard.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;

/** What a log line looks like on standard error, with nothing before the first and after the last. */
abstract class LogLines extends EncoderBase<ILoggingEvent> {
    @Override
    public final byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public final byte[] footerBytes() {
        return new byte[0];
    }

    /** What writes these lines to standard error, started. */
    final ConsoleAppender<ILoggingEvent> onStandardError(LoggerContext context) {
        setContext(context);
        start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("STDERR");
        appender.setTarget("System.err");
        appender.setEncoder(this);
        appender.start();
        return appender;
    }
}
