package dev.onboard.pki;

import dev.onboard.pki.internal.GeneralName;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What a path must fulfil for its purpose: extended key usage along it, key usage and kind of the leaf, the name of a server, the account. */
final class PurposeRules {
    private final Purpose purpose;
    private final Profile profile;
    private final ProfileRules rules;

    PurposeRules(Purpose purpose, Profile profile) {
        this.purpose = purpose;
        this.profile = profile;
        this.rules = ProfileRules.of(profile);
    }

    /** The extended key usage that the purpose needs. */
    static String neededUsage(Purpose purpose) {
        return purpose.isDevice() ? Oids.CLIENT_AUTH : purpose.isServer() ? Oids.SERVER_AUTH : Oids.CODE_SIGNING;
    }

    /** Usage of leaf and CAs. */
    Optional<Refusal> usage(CertificatePath path) {
        ParsedCertificate leaf = path.leaf();
        OptionalInt keyUsage = leaf.keyUsage();
        if (profile != Profile.RFC5280
                && keyUsage.isPresent()
                && (keyUsage.getAsInt() & KeyUsage.DIGITAL_SIGNATURE) == 0
                && !leaf.isCa()) { // a CA certificate as the peer's own has rules of its own below
            return refuse(
                    Reason.WRONG_KEY_USAGE,
                    leaf,
                    "it has the key usage " + KeyUsage.names(keyUsage.getAsInt()) + ", expected digitalSignature");
        }
        String needed = neededUsage(purpose);
        int last = rules.device() ? path.top() : 0;
        for (int i = 0; i <= last; i++) {
            ParsedCertificate certificate = path.certificates().get(i);
            Optional<Set<String>> usages = certificate.extendedKeyUsage();
            if (usages.isPresent() && !allows(usages.get(), needed)) {
                List<String> found = usages.get().stream().map(Oids::nameOr).toList();
                return refuse(
                        Reason.WRONG_EXTENDED_KEY_USAGE,
                        certificate,
                        (i == 0 ? "it has " : "the CA '" + certificate + "' has ") + "the extended key usage " + found
                                + ", expected " + Oids.nameOr(needed));
            }
        }
        if (rules.refusesCaAsEndEntity() && leaf.isCa() && !isDeveloper(path)) {
            return refuse(
                    Reason.CA_AS_END_ENTITY,
                    leaf,
                    "'" + leaf + "' is a CA certificate (basicConstraints cA TRUE) and is used as the peer's own");
        }
        return Optional.empty();
    }

    static boolean isDeveloper(CertificatePath path) {
        return path.anchorIndex() == 0 && path.anchor().source().kind() == TrustAnchor.Kind.DEVELOPER;
    }

    private boolean allows(Set<String> usages, String needed) {
        return usages.contains(needed) || usages.contains(Oids.ANY_EXTENDED_KEY_USAGE) && profile != Profile.LENIENT;
    }

    /** In LwM2M mode the platform puts the account into OU. */
    Optional<Refusal> account(ParsedCertificate leaf, Optional<String> account) {
        if (profile != Profile.IZUMA || purpose != Purpose.DEVICE_AT_LWM2M || account.isEmpty()) {
            return Optional.empty();
        }
        List<String> units = leaf.subject().values(Oids.ORGANIZATIONAL_UNIT);
        return units.equals(List.of(account.get()))
                ? Optional.empty()
                : refuse(Reason.ACCOUNT_MISMATCH, leaf, "OU is " + units + ", expected '" + account.get() + "'");
    }

    /**
     * Whether the leaf is for this host (RFC 6125, 6; RFC 7925, 4.4.1; RFC 7252, 9.1.3.3): a dNSName, an iPAddress or the
     * authority of a coaps URI; the common name only when there is none of these. No wildcards.
     */
    Optional<Refusal> serverName(ParsedCertificate leaf, String expected, NameConstraintCheck constraints)
            throws NameConstraintCheck.TooManyException {
        Optional<InetAddress> address = Addresses.parse(expected);
        List<String> found = new ArrayList<>();
        boolean matches = false;
        boolean hasHostNames = false;
        boolean uriDiffers = false;
        for (GeneralName name : leaf.alternativeNames()) {
            switch (name.type()) {
                case GeneralName.DNS -> {
                    hasHostNames = true;
                    matches |= address.isEmpty() && name.text().equalsIgnoreCase(expected);
                }
                case GeneralName.ADDRESS -> {
                    hasHostNames = true;
                    matches |= address.isPresent()
                            && java.util.Arrays.equals(address.get().getAddress(), name.octets());
                }
                case GeneralName.URI -> {
                    Optional<String> host = coapsHost(name.text());
                    if (host.isPresent()) {
                        hasHostNames = true;
                        boolean same = host.get().equalsIgnoreCase(expected)
                                || address.isPresent() && address.equals(Addresses.parse(host.get()));
                        matches |= same;
                        uriDiffers |= !same;
                    }
                }
                default -> {} // says nothing about a host
            }
            found.add(name.toString());
        }
        List<String> commonNames = leaf.subject().values(Oids.COMMON_NAME);
        if (!hasHostNames) {
            for (String commonName : commonNames) {
                found.add("CN=" + commonName);
                if (address.isEmpty() && commonName.equalsIgnoreCase(expected)) {
                    Optional<String> violation = constraints.violationOfHost(commonName);
                    if (violation.isPresent()) {
                        return refuse(Reason.NAME_CONSTRAINT, leaf, violation.get());
                    }
                    matches = true;
                }
            }
        }
        if (found.isEmpty() && commonNames.isEmpty()) {
            return refuse(Reason.NO_NAME, leaf, "neither subjectAltName nor common name; expected '" + expected + "'");
        }
        if (!matches || uriDiffers && rules.device()) {
            return refuse(Reason.NAME_MISMATCH, leaf, "it is for " + found + ", expected '" + expected + "'");
        }
        return Optional.empty();
    }

    private static Optional<String> coapsHost(String uri) {
        try {
            URI parsed = new URI(uri);
            return "coaps".equalsIgnoreCase(parsed.getScheme())
                    ? Optional.ofNullable(parsed.getHost())
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static Optional<Refusal> refuse(Reason reason, ParsedCertificate certificate, String detail) {
        return Optional.of(Refusal.of(reason, certificate, Refusal.PURPOSE, detail));
    }
}
