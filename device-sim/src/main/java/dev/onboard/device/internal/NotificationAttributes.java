package dev.onboard.device.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.leshan.core.node.LwM2mPath;

/** The attributes that the server attached to paths (OMA LwM2M Core 7.3.2): pmin and pmax have an effect, all are shown. */
final class NotificationAttributes {
    private static final List<String> PERIODS = List.of("pmin", "pmax", "epmin", "epmax");
    private static final List<String> VALUES = List.of("gt", "lt", "st");

    private final Map<LwM2mPath, TreeMap<String, String>> attached = new HashMap<>();

    /** Write-Attributes: {@code pmin=10} sets, {@code pmin} alone takes away. Empty when all was well, else what was not. */
    Optional<String> write(LwM2mPath path, List<String> queries) {
        TreeMap<String, String> changed = new TreeMap<>(attached.getOrDefault(path, new TreeMap<>()));
        for (String query : queries) {
            int equals = query.indexOf('=');
            String name = equals < 0 ? query : query.substring(0, equals);
            if (!PERIODS.contains(name) && !VALUES.contains(name)) {
                return Optional.of("there is no attribute '" + name + "'");
            }
            if (equals < 0) {
                changed.remove(name);
                continue;
            }
            String value = query.substring(equals + 1);
            String pattern = PERIODS.contains(name) ? "\\d{1,9}" : "-?\\d{1,15}(\\.\\d{1,15})?";
            if (!value.matches(pattern)) {
                return Optional.of("'" + value + "' is no value for " + name);
            }
            changed.put(name, value);
        }
        attached.put(path, changed);
        return Optional.empty();
    }

    /** As they stand behind a link, each with its semicolon. */
    String links(LwM2mPath path) {
        StringBuilder links = new StringBuilder();
        attached.getOrDefault(path, new TreeMap<>())
                .forEach((name, value) -> links.append(';')
                        .append(name.toLowerCase(Locale.ROOT))
                        .append('=')
                        .append(value));
        return links.toString();
    }

    /** pmin or pmax in force for a path: its own, else that of what contains it. */
    Optional<Duration> period(LwM2mPath path, String name) {
        LwM2mPath level = path;
        while (!level.isRoot()) {
            TreeMap<String, String> here = attached.get(level);
            if (here != null && here.containsKey(name)) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(here.getOrDefault(name, "0"))));
            }
            level = level.toParenPath();
        }
        return Optional.empty();
    }
}
