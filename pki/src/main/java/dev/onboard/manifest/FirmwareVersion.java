package dev.onboard.manifest;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of three numbers from 0 to 999, as the platform has them. Immutable.
 *
 * @param major before the first dot
 * @param minor between the dots
 * @param patch behind the second dot
 */
public record FirmwareVersion(int major, int minor, int patch) implements Comparable<FirmwareVersion> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    /** The version that is written like this; empty when it is none. */
    public static Optional<FirmwareVersion> of(String text) {
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new FirmwareVersion(
                        Integer.parseInt(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3))))
                : Optional.empty();
    }

    /**
     * The version that is written like this.
     *
     * @throws IllegalArgumentException when it is none; the message says what is expected
     */
    public static FirmwareVersion parse(String text) {
        return of(text).orElseThrow(() -> new IllegalArgumentException(
                "'" + text + "' is not a version of three numbers from 0 to 999 such as 1.2.0"));
    }

    /** The sequence number of the manifest of this version: in the same order as the versions. */
    public long sequence() {
        return major * 1_000_000L + minor * 1_000L + patch;
    }

    /** For example {@code 1.2.0}. */
    public String text() {
        return major + "." + minor + "." + patch;
    }

    @Override
    public int compareTo(FirmwareVersion other) {
        return Long.compare(sequence(), other.sequence());
    }
}
