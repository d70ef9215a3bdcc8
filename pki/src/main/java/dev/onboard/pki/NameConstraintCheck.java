package dev.onboard.pki;

import dev.onboard.pki.internal.DistinguishedName;
import dev.onboard.pki.internal.DnsName;
import dev.onboard.pki.internal.GeneralName;
import dev.onboard.pki.internal.NameConstraints;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The name constraints gathered along a path, from the top down (RFC 5280, 4.2.1.10 and 6.1.3 (b), (c)). A name must lie
 * within what every CA above permits for its type, and outside everything any of them excludes.
 */
final class NameConstraintCheck {
    /** Comparisons for one path: a few thousand names against a few thousand subtrees are an attack, not a certificate. */
    private static final int MOST_COMPARISONS = 1 << 16;

    /** Thrown when a path asks for more comparisons. */
    static final class TooManyException extends Exception {
        TooManyException() {
            super("more than " + MOST_COMPARISONS + " comparisons of names with constraints", null, false, false);
        }
    }

    private final List<NameConstraints> constraints = new ArrayList<>(0);
    private int comparisons;

    /** Adds what a CA constrains for those below it. */
    void add(NameConstraints more) {
        constraints.add(more);
    }

    /** The first name that is not allowed, with what forbids it; empty when all are. */
    Optional<String> violation(ParsedCertificate certificate) throws TooManyException {
        if (constraints.isEmpty()) {
            return Optional.empty();
        }
        for (GeneralName name : names(certificate)) {
            Optional<String> violation = violation(name);
            if (violation.isPresent()) {
                return violation;
            }
        }
        return Optional.empty();
    }

    /** Whether a host that stands in a common name, instead of a subjectAltName, is allowed. */
    Optional<String> violationOfHost(String host) throws TooManyException {
        return constraints.isEmpty()
                ? Optional.empty()
                : violation(new GeneralName(GeneralName.DNS, host, host.getBytes(StandardCharsets.US_ASCII), null));
    }

    private static List<GeneralName> names(ParsedCertificate certificate) {
        List<GeneralName> names = new ArrayList<>(certificate.alternativeNames());
        DistinguishedName subject = certificate.subject();
        if (!subject.isEmpty()) {
            names.add(new GeneralName(GeneralName.DIRECTORY, "", subject.encoded(), subject));
        }
        boolean hasEmail = certificate.alternativeNames().stream().anyMatch(name -> name.type() == GeneralName.EMAIL);
        if (!hasEmail) {
            for (String address : subject.values(Oids.EMAIL_ADDRESS)) {
                names.add(new GeneralName(GeneralName.EMAIL, address, address.getBytes(StandardCharsets.UTF_8), null));
            }
        }
        return names;
    }

    private Optional<String> violation(GeneralName name) throws TooManyException {
        for (NameConstraints each : constraints) {
            for (GeneralName base : each.excluded()) {
                if (base.type() == name.type() && matches(name, base, Side.EXCLUDED)) {
                    return Optional.of(name + " is excluded by " + base);
                }
            }
            boolean constrained = false;
            boolean permitted = false;
            for (GeneralName base : each.permitted()) {
                if (base.type() == name.type()) {
                    constrained = true;
                    permitted |= matches(name, base, Side.PERMITTED);
                }
            }
            if (constrained && !permitted) {
                return Optional.of(name + " is in none of the permitted subtrees "
                        + each.permitted().stream()
                                .filter(base -> base.type() == name.type())
                                .limit(4)
                                .toList());
            }
        }
        return Optional.empty();
    }

    private enum Side {
        PERMITTED,
        EXCLUDED
    }

    /** A name that cannot be compared lies in every excluded subtree and in no permitted one. */
    private boolean matches(GeneralName name, GeneralName base, Side side) throws TooManyException {
        if (++comparisons > MOST_COMPARISONS) {
            throw new TooManyException();
        }
        boolean unknown = side == Side.EXCLUDED;
        return switch (name.type()) {
            case GeneralName.DNS ->
                DnsName.isHostOrWildcard(name.text()) ? dns(name.text(), base.text(), side) : unknown;
            case GeneralName.EMAIL -> email(name.text(), base.text(), unknown);
            case GeneralName.URI -> uri(name.text(), base.text(), unknown);
            case GeneralName.DIRECTORY -> {
                DistinguishedName directory = name.directoryName();
                DistinguishedName tree = base.directoryName();
                yield directory != null && tree != null ? directory.isWithin(tree) : unknown;
            }
            case GeneralName.ADDRESS -> address(name.octets(), base.octets());
            default -> unknown;
        };
    }

    private static boolean dns(String name, String base, Side side) {
        if (!name.startsWith("*.")) {
            return DnsName.isWithin(name, base);
        }
        String parent = name.substring(2);
        if (DnsName.isWithin(parent, base)) {
            return true;
        }
        // *.example.com also stands for an excluded host.example.com
        int dot = base.indexOf('.');
        return side == Side.EXCLUDED && dot > 0 && base.substring(dot + 1).equalsIgnoreCase(parent);
    }

    private static boolean email(String address, String base, boolean unknown) {
        int at = address.lastIndexOf('@');
        if (at <= 0 || at == address.length() - 1) {
            return unknown;
        }
        String host = address.substring(at + 1);
        int baseAt = base.lastIndexOf('@');
        if (baseAt > 0) {
            return address.substring(0, at).equals(base.substring(0, baseAt))
                    && host.equalsIgnoreCase(base.substring(baseAt + 1));
        }
        return hostOrDomain(host, base);
    }

    private static boolean uri(String text, String base, boolean unknown) {
        try {
            String host = new URI(text).getHost();
            if (host == null || Addresses.parse(host).isPresent()) {
                return unknown;
            }
            return hostOrDomain(host, base);
        } catch (URISyntaxException e) {
            return unknown;
        }
    }

    private static boolean hostOrDomain(String host, String base) {
        return base.startsWith(".")
                ? host.toLowerCase(Locale.ROOT).endsWith(base.toLowerCase(Locale.ROOT))
                : host.equalsIgnoreCase(base);
    }

    private static boolean address(byte[] address, byte[] base) {
        if (base.length != 2 * address.length) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            if (((address[i] ^ base[i]) & base[address.length + i]) != 0) {
                return false;
            }
        }
        return true;
    }
}
