package dev.onboard.device.internal;

import dev.onboard.device.ServerAccount;
import dev.onboard.device.ServerObject;
import dev.onboard.device.ServerObject.MissedNotifications;
import dev.onboard.factory.EndpointName;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EndpointMatch;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.UnreadableFileException;
import java.net.URI;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.jspecify.annotations.Nullable;

/**
 * What a finished bootstrap delivered: an account that can work, or the reason why it cannot (OMA LwM2M Core 6.1.7.6:
 * Bootstrap-Finish is answered 4.06 when the configuration is inconsistent).
 */
sealed interface Delivery {
    /** An account that can work. */
    record Usable(ServerAccount account) implements Delivery {}

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
            EndpointName endpoint,
            int instance,
            SortedMap<Integer, LwM2mResource> security,
            SortedMap<Integer, SortedMap<Integer, LwM2mResource>> servers,
            Instant now) {
        try {
            return new Usable(new Reading(endpoint, instance, now).account(security, servers));
        } catch (Refusal refusal) {
            return new Unusable(refusal.reason, refusal.detail);
        }
    }

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
    record Reading(EndpointName endpoint, int instance, Instant now) {
        ServerAccount account(
                SortedMap<Integer, LwM2mResource> security,
                SortedMap<Integer, SortedMap<Integer, LwM2mResource>> servers) {
            long mode = number(security, 2, "security mode");
            if (mode != 2) {
                throw new Refusal(
                        "unsupported-security-mode",
                        at(2) + " says security mode " + mode + "; this device works with 2, certificates");
            }
            URI uri = uri(text(security, 0, "server URI"));
            Credential credential = credential(security);
            checkCertificate(credential.certificate());
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
            return new ServerAccount(instance, uri, credential, serverKey, usage, matching, name, server);
        }

        private URI uri(String text) {
            try {
                URI uri = URI.create(text);
                if ("coaps".equals(uri.getScheme()) && uri.getHost() != null) {
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
            PrivateKey privateKey;
            try {
                privateKey = CredentialFiles.readPrivateKey(key, at(5));
            } catch (UnreadableFileException e) {
                throw new Refusal("malformed-key", sentence(e));
            }
            try {
                return Credential.of(privateKey, chain);
            } catch (IllegalArgumentException e) {
                throw new Refusal(
                        "key-does-not-fit-certificate",
                        "the private key in " + at(5) + " is not that of the certificate in " + at(3));
            }
        }

        private void checkCertificate(X509Certificate certificate) {
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                throw new Refusal(
                        "not-yet-valid",
                        "the certificate in " + at(3) + " is valid from "
                                + certificate.getNotBefore().toInstant() + " on; the device's clock says " + now);
            }
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                throw new Refusal(
                        "expired",
                        "the certificate in " + at(3) + " was valid until "
                                + certificate.getNotAfter().toInstant() + "; the device's clock says " + now);
            }
            EndpointMatch match = EndpointIdentity.match(certificate, endpoint.value(), NamePolicy.COMMON_NAME_OR_URI);
            if (match instanceof EndpointMatch.Refused refused) {
                throw new Refusal(
                        refused.reason().id(),
                        "the certificate in " + at(3) + " is not this device's: " + refused.detail());
            }
        }

        private MatchingType matching(SortedMap<Integer, LwM2mResource> security) {
            long number = optionalNumber(security, 13).orElse(0);
            if (number < 0 || number > 3) {
                throw new Refusal("invalid-matching-type", at(13) + " is " + number + "; a matching type is 0 to 3");
            }
            return MatchingType.of((int) number);
        }

        private CertificateUsage usage(SortedMap<Integer, LwM2mResource> security) {
            long number = optionalNumber(security, 15).orElse(CertificateUsage.DOMAIN_ISSUED_CERTIFICATE.number());
            if (number < 0 || number > 3) {
                throw new Refusal(
                        "invalid-certificate-usage", at(15) + " is " + number + "; a Certificate Usage is 0 to 3");
            }
            return CertificateUsage.of((int) number);
        }

        private byte[] serverKey(SortedMap<Integer, LwM2mResource> security, MatchingType matching) {
            byte[] key = bytes(security, 4, "server public key");
            if (matching != MatchingType.EXACT) {
                return key;
            }
            try {
                return CredentialFiles.readCertificates(key, at(4)).get(0).getEncoded();
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
                            ? "no instance of the Server object was written; the account needs one with short server id "
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
