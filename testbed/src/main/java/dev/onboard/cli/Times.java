package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Times as a person writes them. */
final class Times {
    private Times() {}

    /** {@code 2026-03-01T12:00:00Z}, with an offset instead of Z, or a date alone, which means its first second in UTC. */
    static Instant parse(String option, String text) {
        try {
            return text.contains("T")
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            throw new UsageException(option + " '" + text + "' is no time; write it as 2026-03-01T12:00:00Z", e);
        }
    }

    /** {@code 90s}, {@code 2m}, {@code 1h}. */
    static Duration duration(String option, String text) {
        try {
            return Duration.parse("PT" + text);
        } catch (DateTimeException e) {
            throw new UsageException(option + " '" + text + "' is not a time; give one such as 90s or 2m", e);
        }
    }
}
