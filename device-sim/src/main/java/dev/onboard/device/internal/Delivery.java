package dev.onboard.device.internal;

import dev.onboard.device.AccessControl;
import dev.onboard.device.ServerAccount;
import dev.onboard.device.ServerObject;
import dev.onboard.device.ServerObject.MissedNotifications;
import dev.onboard.dtls.internal.DtlsClientSide;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EndpointMatch;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.UnreadableFileException;
import java.math.BigInteger;
import java.net.URI;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.jspecify.annotations.Nullable;

/**
 * What a finished bootstrap delivered: an account that can work, or the reason why it cannot (OMA LwM2M Core 6.1.7.6:
 * Bootstrap-Finish is answered 4.06 when the configuration is inconsistent).
 */
sealed interface Delivery {
    /** An account that can work. */
    record Usable(ServerAccount account) implements Delivery {}

    /**
     * An account that waits for a key and a certificate from an enrolment (security mode 4).
     *
     * @param reading judges the certificate
     * @param account what it becomes with them
     */
    record Enrolling(Reading reading, Function<Credential, ServerAccount> account) implements Delivery {
        /** With what an enrolment brought. */
        Delivery with(Credential own) {
            try {
                reading.checkKind(own.certificate(), ENROLLED);
                reading.checkCertificate(own.certificate(), ENROLLED);
                return new Usable(account.apply(own));
            } catch (Refusal refusal) {
                return new Unusable(refusal.reason, refusal.detail);
            }
        }
    }

    /** Where the certificate came from, in sentences. */
    String ENROLLED = "the answer to the enrolment";

    /** The first thing that makes the delivered set unusable. */
    record Unusable(String reason, String detail) implements Delivery {}

    /**
     * Judges one Security and one Server instance.
     *
     * @param instance id of the Security instance
     * @param security its resources
     * @param servers all instances of the Server object
     */
    static Delivery judge(
            DeviceBundle bundle,
            int instance,
            SortedMap<Integer, LwM2mResource> security,
            SortedMap<Integer, SortedMap<Integer, LwM2mResource>> servers,
            Instant now) {
        try {
            return new Reading(bundle, instance, now).delivery(security, servers);
        } catch (Refusal refusal) {
            return new Unusable(refusal.reason, refusal.detail);
        }
    }

    /**
     * What the judged accounts come to together: what is wrong with one is wrong with all.
     *
     * @param access the instances of the Access Control object, which count when there are several accounts
     */
    static Delivery together(List<Delivery> judged, SortedMap<Integer, SortedMap<Integer, LwM2mResource>> access) {
        for (Delivery each : judged) {
            if (each instanceof Unusable) {
                return each;
            }
        }
        Delivery first = judged.get(0);
        if (judged.size() == 1) {
            return first;
        }
        try {
            List<AccessControl> rights = AccessRights.read(access);
            Optional<Enrolling> enrolling = judged.stream()
                    .filter(each -> each instanceof Enrolling)
                    .map(each -> (Enrolling) each)
                    .findFirst();
            if (enrolling.isPresent()) {
                return new Enrolling(enrolling.get().reading(), own -> joined(judged, Optional.of(own), rights));
            }
            return new Usable(joined(judged, Optional.empty(), rights));
        } catch (Refusal refusal) {
            return new Unusable(refusal.reason, refusal.detail);
        }
    }

    /** @param own for the accounts that wait for it */
    private static ServerAccount joined(List<Delivery> judged, Optional<Credential> own, List<AccessControl> rights) {
        List<ServerAccount> accounts = new ArrayList<>();
        Set<Integer> servers = new HashSet<>();
        for (Delivery each : judged) {
            ServerAccount account = each instanceof Enrolling enrolling
                    ? enrolling.account().apply(own.orElseThrow())
                    : ((Usable) each).account();
            if (!servers.add(account.server().shortServerId())) {
                throw new Refusal(
                        "duplicate-short-server-id",
                        "two instances of the Security object are accounts of the server with the short id "
                                + account.server().shortServerId() + "; each server has an id of its own");
            }
            accounts.add(account);
        }
        return accounts.get(0).with(accounts.subList(1, accounts.size()), rights);
    }

    /** Kinds of key that this device works with. */
    Set<String> CURVES = Set.of("P-256", "P-384");

    /** Security modes, /0/x/2. */
    long CERTIFICATES = 2;

    long EST = 4;

    String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    String ANY_USAGE = "2.5.29.37.0";

    /** Ends the judgement. */
    final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;

        final String reason;
        final String detail;

        Refusal(String reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
            this.detail = detail;
        }
    }

    /** Reads resources and refuses what is missing or wrong. */
    /** Resource /0/x/0 holds 0 to 255 bytes. */
    int LONGEST_URI = 255;

    record Reading(DeviceBundle bundle, int instance, Instant now) {
        Delivery delivery(
                SortedMap<Integer, LwM2mResource> security,
                SortedMap<Integer, SortedMap<Integer, LwM2mResource>> servers) {
            long mode = number(security, 2, "security mode");
            if (mode != CERTIFICATES && mode != EST) {
                throw new Refusal(
                        "unsupported-security-mode",
                        at(2) + " says security mode " + mode
                                + "; this device works with 2, certificates, and 4, certificates by EST");
            }
            if (mode == EST
                    && (value(security, 3).isPresent() || value(security, 5).isPresent())) {
                throw new Refusal(
                        "credentials-with-est",
                        at(2) + " says that the device makes its key itself, and a certificate or key was written to "
                                + at(3) + " or " + at(5) + "; leave them out, or say mode 2");
            }
            URI uri = uri(text(security, 0, "server URI"));
            Optional<Credential> credential =
                    mode == CERTIFICATES ? Optional.of(credential(security)) : Optional.empty();
            credential.ifPresent(delivered -> checkCertificate(delivered.certificate(), at(3)));
            MatchingType matching = matching(security);
            byte[] serverKey = serverKey(security, matching);
            CertificateUsage usage = usage(security);
            long shortId = number(security, 10, "short server id");
            if (shortId < 1 || shortId > 65534) {
                throw new Refusal(
                        "invalid-short-server-id", at(10) + " is " + shortId + "; a short server id is 1 to 65534");
            }
            ServerObject server = server(servers, (int) shortId);
            Optional<String> name = value(security, 14).map(Object::toString).filter(text -> !text.isEmpty());
            List<Integer> suites = suites(security);
            Function<Credential, ServerAccount> account = own ->
                    new ServerAccount(instance, uri, own, serverKey, usage, matching, name, server).withSuites(suites);
            return credential
                    .<Delivery>map(delivered -> new Usable(account.apply(delivered)))
                    .orElseGet(() -> new Enrolling(this, account));
        }

        private URI uri(String text) {
            if (text.length() > LONGEST_URI) {
                throw new Refusal(
                        "invalid-server-uri",
                        at(0) + " has " + text.length() + " characters; a server URI has at most " + LONGEST_URI);
            }
            try {
                URI uri = URI.create(text);
                boolean bare = "".equals(uri.getRawPath()) && uri.getRawQuery() == null && uri.getRawFragment() == null;
                // a zone (RFC 6874) means something on one machine only
                if ("coaps".equals(uri.getScheme())
                        && uri.getHost() != null
                        && !uri.getHost().contains("%")
                        && bare) {
                    return uri;
                }
            } catch (IllegalArgumentException e) {
                throw new Refusal("invalid-server-uri", at(0) + " is '" + text + "', which is no URI");
            }
            throw new Refusal("invalid-server-uri", at(0) + " is '" + text + "'; a device needs coaps://HOST:PORT");
        }

        private Credential credential(SortedMap<Integer, LwM2mResource> security) {
            byte[] certificate = bytes(security, 3, "certificate");
            byte[] key = bytes(security, 5, "private key");
            List<X509Certificate> chain;
            try {
                chain = CredentialFiles.readCertificates(certificate, at(3));
            } catch (UnreadableFileException e) {
                throw new Refusal("malformed-certificate", sentence(e));
            }
            if (!isPkcs8Version1(key)) {
                throw new Refusal(
                        "malformed-key",
                        at(5)
                                + " is no unencrypted PKCS#8 of version 1 in DER (RFC 5958), the only form of a"
                                + " private key in an LwM2M device");
            }
            PrivateKey privateKey;
            try {
                privateKey = CredentialFiles.readPrivateKey(key, at(5));
            } catch (UnreadableFileException e) {
                throw new Refusal("malformed-key", sentence(e));
            }
            checkKind(chain.get(0), at(3));
            try {
                return Credential.of(privateKey, chain);
            } catch (IllegalArgumentException e) {
                throw new Refusal(
                        "key-does-not-fit-certificate",
                        "the private key in " + at(5) + " is not that of the certificate in " + at(3));
            }
        }

        /** SEQUENCE, INTEGER 0, SEQUENCE: what other forms of a key do not begin with (OMA Transport 5.2.8.3). */
        private static boolean isPkcs8Version1(byte[] key) {
            if (key.length < 8 || key[0] != 0x30) {
                return false;
            }
            int header = 2 + (key[1] < 0 ? key[1] & 0x7f : 0);
            return header + 4 <= key.length
                    && key[header] == 2
                    && key[header + 1] == 1
                    && key[header + 2] == 0
                    && key[header + 3] == 0x30;
        }

        void checkKind(X509Certificate certificate, String place) {
            PublicKey key = key(certificate, place);
            if (!(key instanceof ECPublicKey ec) || !CURVES.contains(curve(ec))) {
                throw new Refusal(
                        "unsupported-key",
                        "the certificate in " + place + " has a key of the kind "
                                + (key instanceof ECPublicKey ec ? curve(ec) : key.getAlgorithm())
                                + "; this device works with P-256 and P-384");
            }
            try {
                List<String> usages = certificate.getExtendedKeyUsage();
                if (usages != null && !usages.contains(CLIENT_AUTH) && !usages.contains(ANY_USAGE)) {
                    throw new Refusal(
                            "wrong-extended-key-usage",
                            "the certificate in " + place + " has the extended key usage " + usages
                                    + " without clientAuth; no server would take it from a device");
                }
            } catch (CertificateParsingException e) {
                throw new Refusal("malformed-certificate", place + ": " + sentence(e));
            }
        }

        /** Bouncy Castle reads the key when it is asked for; there is none when its algorithm is not known. */
        private static PublicKey key(X509Certificate certificate, String place) {
            @Nullable PublicKey key;
            try {
                key = certificate.getPublicKey();
            } catch (IllegalStateException e) {
                throw new Refusal("malformed-certificate", place + ": " + e.getMessage());
            }
            if (key == null) {
                throw new Refusal("malformed-certificate", place + ": the public key is of no kind that is known");
            }
            return key;
        }

        /** By the curve's prime: providers name curves differently. */
        private static String curve(ECPublicKey key) {
            int bits = key.getParams().getCurve().getField().getFieldSize();
            String name = "P-" + bits;
            return CURVES.contains(name) && !isNist(key) ? "another curve of " + bits + " bits" : name;
        }

        /** In the NIST curves a = p - 3, in the others of these sizes it is not. */
        private static boolean isNist(ECPublicKey key) {
            return key.getParams().getCurve().getField() instanceof ECFieldFp field
                    && key.getParams().getCurve().getA().equals(field.getP().subtract(BigInteger.valueOf(3)));
        }

        void checkCertificate(X509Certificate certificate, String place) {
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                throw new Refusal(
                        "not-yet-valid",
                        "the certificate in " + place + " is valid from "
                                + certificate.getNotBefore().toInstant() + " on; the device's clock says " + now);
            }
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                throw new Refusal(
                        "expired",
                        "the certificate in " + place + " was valid until "
                                + certificate.getNotAfter().toInstant() + "; the device's clock says " + now);
            }
            EndpointMatch match =
                    EndpointIdentity.match(certificate, bundle.endpoint().value(), NamePolicy.COMMON_NAME_OR_URI);
            if (match instanceof EndpointMatch.Refused refused) {
                throw new Refusal(
                        refused.reason().id(),
                        "the certificate in " + place + " is not this device's: " + refused.detail());
            }
        }

        private MatchingType matching(SortedMap<Integer, LwM2mResource> security) {
            long number = optionalNumber(security, 13).orElse(0);
            if (number < 0 || number > 3) {
                throw new Refusal("invalid-matching-type", at(13) + " is " + number + "; a matching type is 0 to 3");
            }
            return MatchingType.of((int) number);
        }

        private List<Integer> suites(SortedMap<Integer, LwM2mResource> security) {
            LwM2mResource written = security.get(16);
            List<Integer> suites = new ArrayList<>();
            if (written != null) {
                written.getInstances().values().forEach(one -> suites.add(((ULong) one.getValue()).intValue()));
            }
            if (!suites.isEmpty() && DtlsClientSide.known(suites).isEmpty()) {
                throw new Refusal(
                        "unsupported-cipher-suites",
                        at(16) + " lists the cipher suites " + suites + ", and this device has none of them: "
                                + DtlsClientSide.suites());
            }
            return suites;
        }

        private CertificateUsage usage(SortedMap<Integer, LwM2mResource> security) {
            long number = optionalNumber(security, 15).orElse(CertificateUsage.DOMAIN_ISSUED_CERTIFICATE.number());
            if (number < 0 || number > 3) {
                throw new Refusal(
                        "invalid-certificate-usage", at(15) + " is " + number + "; a Certificate Usage is 0 to 3");
            }
            CertificateUsage usage = CertificateUsage.of((int) number);
            if (usage.needsTrustStore() && bundle.trustStore().isEmpty()) {
                throw new Refusal(
                        "trust-not-configured",
                        at(15) + " is " + number
                                + ", which restricts the device's own trust store, and this device has none:"
                                + " deliver usage 2 or 3, or make the device with a trust store");
            }
            return usage;
        }

        private byte[] serverKey(SortedMap<Integer, LwM2mResource> security, MatchingType matching) {
            byte[] key = bytes(security, 4, "server public key");
            if (matching != MatchingType.EXACT) {
                int length = matching.of(new byte[0]).length;
                if (key.length != length) {
                    throw new Refusal(
                            "malformed-server-certificate",
                            at(4) + " has " + key.length + " bytes; a digest of matching type " + matching.number()
                                    + " has " + length);
                }
                return key;
            }
            try {
                List<X509Certificate> certificates = CredentialFiles.readCertificates(key, at(4));
                if (certificates.size() > 1) {
                    throw new Refusal(
                            "several-server-certificates",
                            at(4) + " holds " + certificates.size()
                                    + " certificates; it has room for one: deliver the CA"
                                    + " that all the server's certificates come from, or an account for each");
                }
                return certificates.get(0).getEncoded();
            } catch (UnreadableFileException | CertificateEncodingException e) {
                throw new Refusal("malformed-server-certificate", sentence(e));
            }
        }

        private static ServerObject server(SortedMap<Integer, SortedMap<Integer, LwM2mResource>> servers, int shortId) {
            for (Map.Entry<Integer, SortedMap<Integer, LwM2mResource>> entry : servers.entrySet()) {
                SortedMap<Integer, LwM2mResource> resources = entry.getValue();
                if (optionalNumber(resources, 0).orElse(-1) == shortId) {
                    long lifetime = optionalNumber(resources, 1).orElse(0);
                    if (lifetime < 1) {
                        throw new Refusal(
                                "missing-lifetime",
                                "/1/" + entry.getKey() + "/1 holds no lifetime; a registration needs one, in seconds");
                    }
                    return new ServerObject(
                            entry.getKey(),
                            shortId,
                            lifetime,
                            optionalNumber(resources, 2),
                            optionalNumber(resources, 3),
                            optionalNumber(resources, 5),
                            value(resources, 6).filter(Boolean.TRUE::equals).isPresent()
                                    ? MissedNotifications.STORED
                                    : MissedNotifications.DROPPED,
                            value(resources, 7).map(Object::toString).orElse("U"));
                }
            }
            throw new Refusal(
                    "no-server-object",
                    servers.isEmpty()
                            ? "no instance of the Server object was written; the account needs one with short server"
                                    + " id "
                                    + shortId
                            : "none of the instances " + servers.keySet() + " of the Server object has short server id "
                                    + shortId);
        }

        private String text(SortedMap<Integer, LwM2mResource> resources, int id, String what) {
            return value(resources, id)
                    .map(Object::toString)
                    .filter(text -> !text.isEmpty())
                    .orElseThrow(() -> missing(id, what));
        }

        private byte[] bytes(SortedMap<Integer, LwM2mResource> resources, int id, String what) {
            Object value = value(resources, id).orElseThrow(() -> missing(id, what));
            if (value instanceof byte[] bytes && bytes.length > 0) {
                return bytes;
            }
            throw missing(id, what);
        }

        private long number(SortedMap<Integer, LwM2mResource> resources, int id, String what) {
            return optionalNumber(resources, id).orElseThrow(() -> missing(id, what));
        }

        private Refusal missing(int id, String what) {
            return new Refusal("missing-resource", "no " + what + " was written to " + at(id));
        }

        private String at(int resource) {
            return "/0/" + instance + "/" + resource;
        }

        private static String sentence(Exception e) {
            return String.valueOf(e.getMessage());
        }

        static OptionalLong optionalNumber(SortedMap<Integer, LwM2mResource> resources, int id) {
            return value(resources, id).orElse(null) instanceof Number number
                    ? OptionalLong.of(number.longValue())
                    : OptionalLong.empty();
        }

        static Optional<Object> value(SortedMap<Integer, LwM2mResource> resources, int id) {
            @Nullable LwM2mResource resource = resources.get(id);
            return resource == null || resource.isMultiInstances()
                    ? Optional.empty()
                    : Optional.ofNullable(resource.getValue());
        }
    }
}
