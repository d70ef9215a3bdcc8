package dev.onboard.pki;

import dev.onboard.pki.internal.GeneralName;
import dev.onboard.pki.internal.MalformedDerException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether a certificate is for an endpoint name (OMA Transport 5.2.6). Names are compared character for character, case
 * included; only {@code urn:dev} itself and the value of an EUI-64 know no case (RFC 9039, 3.2.1).
 */
public final class EndpointIdentity {
    private static final Pattern HEX_64 = Pattern.compile("[0-9A-Fa-f]{16}");
    private static final Pattern HEX_48 = Pattern.compile("[0-9A-Fa-f]{12}");

    private EndpointIdentity() {}

    /** Compares the endpoint name a device asked as with its certificate. */
    public static EndpointMatch match(X509Certificate leaf, String endpointName, NamePolicy policy) {
        Optional<EndpointMatch.Refused> unsafe = unsafe(endpointName, "the endpoint name");
        if (unsafe.isPresent()) {
            return unsafe.get();
        }
        List<String> uris = policy == NamePolicy.COMMON_NAME ? List.of() : deviceUris(leaf);
        if (!uris.isEmpty() || policy == NamePolicy.URI) {
            return compare("URI", uris, endpointName, policy);
        }
        return compare("CN", SubjectName.commonNames(leaf), endpointName, policy);
    }

    /**
     * The one name a certificate gives its device, for a request that names none (OMA Core: the endpoint name may be left
     * out when the credentials say it).
     */
    public static Optional<String> name(X509Certificate leaf, NamePolicy policy) {
        List<String> uris = policy == NamePolicy.COMMON_NAME ? List.of() : deviceUris(leaf);
        List<String> names = uris.isEmpty() && policy != NamePolicy.URI ? SubjectName.commonNames(leaf) : uris;
        if (names.size() != 1 || unsafe(names.get(0), "").isPresent()) {
            return Optional.empty();
        }
        return Optional.of(names.get(0));
    }

    private static EndpointMatch compare(String source, List<String> names, String endpoint, NamePolicy policy) {
        if (names.isEmpty()) {
            return new EndpointMatch.Refused(
                    Reason.NO_NAME,
                    "the certificate has no " + source + ", and the device asked as '" + endpoint + "'",
                    "issue the certificate with CN=" + endpoint);
        }
        if (source.equals("CN") && names.size() > 1) {
            return new EndpointMatch.Refused(
                    Reason.AMBIGUOUS_NAME,
                    "the certificate has " + names.size() + " common names, " + quoted(names),
                    "issue the certificate with the one common name '" + endpoint + "'");
        }
        for (String name : names) {
            Optional<EndpointMatch.Refused> unsafe = unsafe(name, "the " + source + " of the certificate");
            if (unsafe.isPresent()) {
                return unsafe.get();
            }
            if (same(name, endpoint, policy)) {
                return new EndpointMatch.Matches(source, name);
            }
        }
        return new EndpointMatch.Refused(
                Reason.ENDPOINT_MISMATCH,
                "the certificate says " + quoted(names) + " but the device asked as '" + endpoint + "'",
                "the certificate says " + quoted(names) + " but the device asked as '" + endpoint
                        + "': let it ask under the name in its certificate, or issue one for '" + endpoint + "'");
    }

    private static boolean same(String name, String endpoint, NamePolicy policy) {
        if (name.equals(endpoint)) {
            return true;
        }
        if (isDeviceUrn(name)
                && isDeviceUrn(endpoint)
                && name.substring("urn:dev".length()).equals(endpoint.substring("urn:dev".length()))) {
            return true;
        }
        if (policy != NamePolicy.EUI64) {
            return false;
        }
        Optional<String> mine = eui64(name);
        return mine.isPresent() && mine.equals(eui64(endpoint));
    }

    private static boolean isDeviceUrn(String name) {
        return name.regionMatches(true, 0, "urn:dev:", 0, 8);
    }

    /**
     * The EUI-64 that a name stands for, 16 lower-case hex digits: {@code urn:dev:mac:} and 16 digits, the digits alone, or
     * a MAC-48 of 12 digits, with or without separators, which gets {@code ffff} in its middle (RFC 9039, 4.1). Empty for
     * any other length.
     */
    public static Optional<String> eui64(String name) {
        String digits = name.regionMatches(true, 0, "urn:dev:mac:", 0, 12) ? name.substring(12) : name;
        digits = digits.replaceAll("[:-]", "");
        if (HEX_64.matcher(digits).matches()) {
            return Optional.of(digits.toLowerCase(Locale.ROOT));
        }
        if (HEX_48.matcher(digits).matches()) {
            return Optional.of((digits.substring(0, 6) + "ffff" + digits.substring(6)).toLowerCase(Locale.ROOT));
        }
        return Optional.empty();
    }

    private static Optional<EndpointMatch.Refused> unsafe(String name, String what) {
        Optional<String> character = UnsafeCharacter.in(name);
        return character.map(c -> new EndpointMatch.Refused(
                Reason.INVALID_NAME, what + " holds " + c, "use a name of visible characters"));
    }

    private static String quoted(List<String> names) {
        return "'" + String.join("', '", names) + "'";
    }

    private static List<String> deviceUris(X509Certificate certificate) {
        List<String> uris = new ArrayList<>();
        try {
            for (GeneralName name : PreparedAnchor.parse(certificate).alternativeNames()) {
                if (name.type() == GeneralName.URI && isDeviceUrn(name.text())) {
                    uris.add(name.text());
                }
            }
        } catch (MalformedDerException e) {
            return List.of(); // the evaluation refuses such a certificate as malformed
        }
        return uris;
    }
}
