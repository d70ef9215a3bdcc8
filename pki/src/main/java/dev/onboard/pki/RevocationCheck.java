package dev.onboard.pki;

import dev.onboard.pki.internal.DistinguishedName;
import dev.onboard.pki.internal.DistributionPoint;
import dev.onboard.pki.internal.GeneralName;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.ParsedCertificate;
import dev.onboard.pki.internal.ParsedCrl;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether certificates of a path are revoked, by revocation lists (RFC 5280, 6.3): complete, delta and indirect ones, by
 * distribution point, reason and kind of certificate. For one evaluation.
 *
 * <p>Longer than a page because section 6.3.3 is one algorithm.
 */
final class RevocationCheck {
    private static final int ALL_REASONS = 0x1fe; // bits 1 to 8
    private static final int CERTIFICATE_HOLD = 6;
    private static final int REMOVE_FROM_CRL = 8;

    /** What is known about one certificate. */
    sealed interface Status {
        record Good() implements Status {}

        record Revoked(Instant date, int reason) implements Status {}

        record Unknown(String why) implements Status {}
    }

    private final List<ParsedCrl> lists;
    private final Instant at;
    /** Whether a list is signed by somebody who may, seen from a path. */
    private final BiPredicate<ParsedCrl, CertificatePath> authentic;

    RevocationCheck(List<ParsedCrl> lists, Instant at, BiPredicate<ParsedCrl, CertificatePath> authentic) {
        this.lists = lists;
        this.at = at;
        this.authentic = authentic;
    }

    /** Where a certificate's list is to be found. */
    private record Point(
            List<GeneralName> names, byte @Nullable [] relative, int reasons, List<GeneralName> crlIssuers) {}

    /** The state of one certificate of the path. */
    Status status(ParsedCertificate certificate, CertificatePath path) {
        List<Point> points = new ArrayList<>();
        for (DistributionPoint point : certificate.distributionPoints()) {
            points.add(new Point(point.names(), point.relative(), point.reasons(), point.crlIssuers()));
        }
        int covered = 0;
        String why = "no revocation list of '" + certificate.issuer() + "' is there";
        Point fallback = new Point(
                List.of(new GeneralName(
                        GeneralName.DIRECTORY, "", certificate.issuer().encoded(), certificate.issuer())),
                null,
                0,
                List.of());
        points.add(fallback); // also "any available CRLs not specified in a distribution point" (6.3.3)
        for (Point point : points) {
            for (ParsedCrl list : lists) {
                if (list.base().isPresent() || covered == ALL_REASONS) {
                    continue;
                }
                Optional<String> unfit = unfit(list, certificate, point);
                if (unfit.isPresent()) {
                    why = unfit.get().isEmpty() ? why : unfit.get();
                    continue;
                }
                int reasons = reasons(list, point);
                if ((reasons & ~covered) == 0) {
                    continue;
                }
                if (!authentic.test(list, path)) {
                    why = "the revocation list of '" + list.issuer() + "' is not signed by a key that may sign it";
                    continue;
                }
                Optional<ParsedCrl.Entry> entry = entry(list, certificate);
                Optional<ParsedCrl> delta = delta(list, certificate, point, path);
                if (delta.isPresent()) {
                    Optional<ParsedCrl.Entry> newer = entry(delta.get(), certificate);
                    if (newer.isPresent()) {
                        boolean released = newer.get().reason() == REMOVE_FROM_CRL;
                        entry = released ? Optional.empty() : newer;
                    }
                }
                if (entry.isPresent() && entry.get().reason() != REMOVE_FROM_CRL) {
                    return new Status.Revoked(entry.get().date(), entry.get().reason());
                }
                covered |= reasons;
            }
        }
        if (covered == ALL_REASONS) {
            return new Status.Good();
        }
        return new Status.Unknown(covered == 0 ? why : "the revocation lists do not cover every reason for revocation");
    }

    /** 6.3.3 (b): why a complete list says nothing about this certificate; an empty text when it is simply another's. */
    private Optional<String> unfit(ParsedCrl list, ParsedCertificate certificate, Point point) {
        boolean own = list.issuer().equals(certificate.issuer());
        Optional<ParsedCrl.Scope> scope = list.scope();
        if (!point.crlIssuers().isEmpty()) {
            boolean named =
                    point.crlIssuers().stream().anyMatch(name -> list.issuer().equals(name.directoryName()));
            if (!named || !scope.map(ParsedCrl.Scope::indirect).orElse(false) && !own) {
                return Optional.of("");
            }
        } else if (!own) {
            return Optional.of("");
        }
        if (list.fault().isPresent()) {
            return Optional.of("the revocation list of '" + list.issuer() + "' cannot be used: "
                    + list.fault().get());
        }
        if (list.thisUpdate().isAfter(at)) {
            return Optional.of("the revocation list of '" + list.issuer() + "' begins " + list.thisUpdate());
        }
        if (list.nextUpdate().isEmpty() || list.nextUpdate().get().isBefore(at)) {
            return Optional.of("the revocation list of '" + list.issuer() + "' ended "
                    + list.nextUpdate().map(Instant::toString).orElse("at an unknown time"));
        }
        if (scope.isPresent() && !covers(scope.get(), list, certificate, point)) {
            return Optional.of("the revocation list of '" + list.issuer() + "' is for other certificates");
        }
        return Optional.empty();
    }

    /** 6.3.3 (b)(2). */
    private static boolean covers(ParsedCrl.Scope scope, ParsedCrl list, ParsedCertificate certificate, Point point) {
        if (scope.onlyAttributeCertificates()
                || scope.onlyUserCertificates() && certificate.isCa()
                || scope.onlyCaCertificates() && !certificate.isCa()) {
            return false;
        }
        List<GeneralName> listed = full(scope.names(), scope.relative(), list.issuer());
        if (listed.isEmpty()) {
            return true;
        }
        List<GeneralName> wanted;
        if (!point.names().isEmpty() || point.relative() != null) {
            DistinguishedName issuer = certificate.issuer();
            for (GeneralName name : point.crlIssuers()) {
                DistinguishedName directory = name.directoryName();
                issuer = directory != null ? directory : issuer;
            }
            wanted = full(point.names(), point.relative(), issuer);
        } else {
            wanted = point.crlIssuers();
        }
        return wanted.stream().anyMatch(listed::contains);
    }

    private static List<GeneralName> full(
            List<GeneralName> names, byte @Nullable [] relative, DistinguishedName issuer) {
        if (relative == null) {
            return names;
        }
        try {
            DistinguishedName name = issuer.with(relative);
            return List.of(new GeneralName(GeneralName.DIRECTORY, "", name.encoded(), name));
        } catch (MalformedDerException e) {
            return List.of(new GeneralName(GeneralName.DIRECTORY, "", relative, null)); // equals nothing
        }
    }

    private static int reasons(ParsedCrl list, Point point) {
        int some = list.scope().map(ParsedCrl.Scope::onlySomeReasons).orElse(0);
        int reasons = ALL_REASONS;
        if (some != 0) {
            reasons &= some;
        }
        if (point.reasons() != 0) {
            reasons &= point.reasons();
        }
        return reasons;
    }

    private static Optional<ParsedCrl.Entry> entry(ParsedCrl list, ParsedCertificate certificate) {
        return list.entry(certificate.issuer(), certificate.serial());
    }

    /** 6.3.3 (c): the newest delta list that goes with this complete list. */
    private Optional<ParsedCrl> delta(
            ParsedCrl complete, ParsedCertificate certificate, Point point, CertificatePath path) {
        Optional<ParsedCrl> best = Optional.empty();
        for (ParsedCrl list : lists) {
            if (list.base().isEmpty()
                    || complete.number().isEmpty()
                    || list.number().isEmpty()
                    || !list.issuer().equals(complete.issuer())
                    || !sameScope(list, complete)
                    || !Arrays.equals(list.authorityKeyIdentifier(), complete.authorityKeyIdentifier())
                    || unfit(list, certificate, point).isPresent()) {
                continue;
            }
            BigInteger number = complete.number().get();
            boolean fits = list.base().get().compareTo(number) <= 0
                    && list.number().get().compareTo(number) > 0
                    && (best.isEmpty()
                            || best.get()
                                            .number()
                                            .orElse(BigInteger.ZERO)
                                            .compareTo(list.number().get())
                                    < 0);
            if (fits && authentic.test(list, path)) {
                best = Optional.of(list);
            }
        }
        return best;
    }

    private static boolean sameScope(ParsedCrl delta, ParsedCrl complete) {
        byte[] mine = delta.scope().map(ParsedCrl.Scope::encoded).orElse(new byte[0]);
        byte[] other = complete.scope().map(ParsedCrl.Scope::encoded).orElse(new byte[0]);
        return Arrays.equals(mine, other);
    }

    /** The name of a reason code (RFC 5280, 5.3.1). */
    static String reasonName(int code) {
        return switch (code) {
            case 1 -> "keyCompromise";
            case 2 -> "cACompromise";
            case 3 -> "affiliationChanged";
            case 4 -> "superseded";
            case 5 -> "cessationOfOperation";
            case CERTIFICATE_HOLD -> "certificateHold";
            case REMOVE_FROM_CRL -> "removeFromCRL";
            case 9 -> "privilegeWithdrawn";
            case 10 -> "aACompromise";
            default -> "unspecified";
        };
    }
}
