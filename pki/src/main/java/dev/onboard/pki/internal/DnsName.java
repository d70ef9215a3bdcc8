package dev.onboard.pki.internal;

import java.util.Locale;

/** Host names as certificates carry them (RFC 1034, 3.5, with digits first allowed by RFC 1123 and underscores). */
public final class DnsName {
    private DnsName() {}

    /** Whether this is a host name: labels of letters, digits, hyphens and underscores, 253 characters at most. */
    public static boolean isHost(String name) {
        if (name.isEmpty() || name.length() > 253) {
            return false;
        }
        int label = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '.') {
                if (label == 0 || name.charAt(i - 1) == '-') {
                    return false;
                }
                label = 0;
            } else if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
                label++;
                if (label > 63 || label == 1 && c == '-') {
                    return false;
                }
            } else {
                return false;
            }
        }
        return label > 0 && name.charAt(name.length() - 1) != '-';
    }

    /** Whether this is a host name, or one whose first label is a lone asterisk. */
    public static boolean isHostOrWildcard(String name) {
        return isHost(name.startsWith("*.") ? name.substring(2) : name);
    }

    /** Whether a host is the base or below it; case does not count. An empty base contains every host. */
    public static boolean isWithin(String host, String base) {
        if (base.isEmpty()) {
            return true;
        }
        String lowerHost = host.toLowerCase(Locale.ROOT);
        String lowerBase = base.toLowerCase(Locale.ROOT);
        return lowerHost.equals(lowerBase) || lowerHost.endsWith("." + lowerBase);
    }
}
