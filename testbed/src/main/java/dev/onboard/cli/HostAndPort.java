package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a server is, as a person writes it. */
record HostAndPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:coaps://)?(?:\\[([^\\]]+)\\]|([^:/\\[\\]]+)):(\\d{1,5})/?");

    /** {@code HOST:PORT}, {@code [IPV6]:PORT}, either with {@code coaps://} before it. */
    static HostAndPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        int port = matcher.matches() ? Integer.parseInt(matcher.group(3)) : 0;
        if (port < 1 || port > 65535) {
            throw new UsageException("'" + text + "' is no address; give HOST:PORT, such as localhost:5684");
        }
        return new HostAndPort(matcher.group(1) == null ? matcher.group(2) : matcher.group(1), port);
    }
}
