package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of the parts into which a fleet is split over machines: of things in an order that all shards know, number I takes the
 * I-th of every N. All shards together have each thing once.
 *
 * @param number from 1
 * @param of how many shards there are
 */
record Shard(int number, int of) {
    /** Everything. */
    static final Shard WHOLE = new Shard(1, 1);

    /** Where Kubernetes tells a pod of an Indexed Job which one it is, from 0. */
    private static final String JOB_INDEX = "JOB_COMPLETION_INDEX";

    private static final Pattern TEXT = Pattern.compile("(\\d{1,6}|job)/(\\d{1,6})");

    /** {@code 3/10}, or {@code job/10}: which one the environment says. */
    static Shard of(@Nullable String text, Map<String, String> environment) {
        if (text == null) {
            return WHOLE;
        }
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new UsageException("--shard '" + text + "' is no part of a fleet; give it as I/N, such as 3/10, or as"
                    + " job/N in a Kubernetes Indexed Job");
        }
        int of = Integer.parseInt(parts.group(2));
        int number = parts.group(1).equals("job") ? ofJob(text, environment) : Integer.parseInt(parts.group(1));
        if (number < 1 || number > of) {
            throw new UsageException("--shard '" + text + "' is shard " + number + " of " + of
                    + "; shards are counted from 1 to N"
                    + (parts.group(1).equals("job")
                            ? ", and a pod with " + JOB_INDEX + "=" + (number - 1)
                                    + " needs an N above that: the Job's completions"
                            : ""));
        }
        return new Shard(number, of);
    }

    private static int ofJob(String text, Map<String, String> environment) {
        String index = environment.get(JOB_INDEX);
        if (index == null || !index.matches("\\d{1,6}")) {
            throw new UsageException("--shard '" + text + "' takes its number from " + JOB_INDEX + ", which "
                    + (index == null ? "is not set" : "is '" + index + "'")
                    + "; run it in a Kubernetes Job with completionMode: Indexed, or give I/N");
        }
        return Integer.parseInt(index) + 1;
    }

    /** Whether the thing at this place, from 0, is of this shard. */
    boolean has(int place) {
        return place % of == number - 1;
    }

    boolean isWhole() {
        return of == 1;
    }
}
