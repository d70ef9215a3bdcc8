package dev.onboard.factory;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks at a bundle before it leaves the factory, with the checks, codes and warnings of the platform's own verification and
 * in its order: mode, endpoint name, metadata, server CA certificate, server URI, device certificate and key, update
 * authenticity certificate, time. Everything is found, not only the first fault. As there, nobody asks whether the account
 * trusts the device's CA or whether the server fits its CA: that is found out by a handshake.
 *
 * <p>Not thread-safe; one for one bundle. Longer than a page because it is the list of checks whole.
 */
public final class BundleVerification {
    private static final int LONGEST_CHAIN = 5;
    private static final Duration TEN_YEARS = Duration.ofSeconds(315_360_000);
    private static final Duration CLOCKS_MAY_DIFFER = Duration.ofSeconds(60);
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final String AGAIN = "make the bundle again with 'onboard factory make'";

    private final Path directory;
    private final Demand demand;
    private final Instant now;
    private final List<BundleFinding> findings = new ArrayList<>();

    /** What a bundle must be good for. */
    public enum Demand {
        /** Devices that register with servers such as ours: the account id in the URI and the certificate is not needed. */
        TESTBED,
        /** The platform's own client. */
        PLATFORM
    }

    private BundleVerification(Path directory, Demand demand, Instant now) {
        this.directory = directory;
        this.demand = demand;
        this.now = now;
    }

    /**
     * What is to be said about a bundle, in the order of the checks; empty when nothing is.
     *
     * @param device {@code DIR/EP} or {@code DIR/EP/factory}
     * @throws UnreadableFileException when there is no bundle at all
     */
    public static List<BundleFinding> of(Path device, Demand demand, Instant now) throws IOException {
        Path inside = device.resolve("factory");
        Path directory = Files.isDirectory(inside) ? inside : device;
        if (!Files.isRegularFile(directory.resolve("bundle.json"))) {
            throw new UnreadableFileException(device + " holds no bundle.json; give the directory of a device that"
                    + " 'onboard factory make' wrote");
        }
        BundleVerification verification = new BundleVerification(directory, demand, now);
        verification.run();
        return List.copyOf(verification.findings);
    }

    private void run() throws IOException {
        JsonNode document = Document.json(directory.resolve("bundle.json"));
        String mode = document.path("mode").asText("");
        boolean bootstrap = !mode.equals("lwm2m");
        checkMode(document, mode);
        String endpoint = text(document, "endpoint", "mbed.EndpointName");
        Map.of(
                        "manufacturer", "mbed.Manufacturer",
                        "model", "mbed.ModelNumber",
                        "device_type", "mbed.DeviceType",
                        "hardware_version", "mbed.HardwareVersion",
                        "serial_number", "mbed.SerialNumber",
                        "memory_total_kb", "mbed.MemoryTotalKB")
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(item -> text(document.path("device"), item.getKey(), item.getValue()));
        String side = bootstrap ? "mbed.Bootstrap" : "mbed.LwM2M";
        certificates("server-ca.cert.pem", side + "ServerCACert");
        checkUri(document, side + "ServerURI");
        checkDevice(side, endpoint, mode, document.path("server_uri").asText(""));
        checkUpdate();
        for (String item :
                List.of("mbed.ClassId", "mbed.VendorId", "mbed.CurrentTime", "mbed.Timezone", "mbed.UTCOffset")) {
            findings.add(BundleFinding.warning(
                    item, "Item not set", "nothing here needs it; a device without a clock needs the time"));
        }
    }

    private void checkMode(JsonNode document, String mode) {
        String item = "mbed.UseBootstrap";
        if (!document.has("mode")) {
            findings.add(missing(item));
        } else {
            try {
                DeviceMode.of(mode);
            } catch (IllegalArgumentException e) {
                findings.add(BundleFinding.error(
                        item,
                        FactoryStatus.BOOTSTRAP_MODE_ERROR,
                        "Bootstrap mode value incorrect: '" + mode + "'",
                        "write bootstrap, lwm2m or developer into bundle.json"));
            }
        }
    }

    private String text(JsonNode document, String field, String item) {
        if (!document.has(field)) {
            findings.add(missing(item));
            return "";
        }
        String value = document.path(field).asText("");
        if (value.isEmpty()) {
            findings.add(BundleFinding.error(
                    item, FactoryStatus.EMPTY_ITEM, "Item empty", "give '" + field + "' a value in bundle.json"));
        }
        return value;
    }

    private static BundleFinding missing(String item) {
        return BundleFinding.error(item, FactoryStatus.ITEM_NOT_EXIST, "Item does not exist", AGAIN);
    }

    /** The certificates in a file; empty when there are none, which is then among the findings. */
    private List<X509Certificate> certificates(String name, String item) throws IOException {
        Path file = directory.resolve(name);
        if (!Files.isRegularFile(file)) {
            findings.add(missing(item));
            return List.of();
        }
        try {
            List<X509Certificate> certificates = CredentialFiles.readCertificates(file);
            certificates.forEach(certificate -> checkValidity(certificate, item));
            return certificates;
        } catch (UnreadableFileException e) {
            findings.add(BundleFinding.error(
                    item, FactoryStatus.INVALID_CERTIFICATE, "Certificate invalid: " + e.getMessage(), AGAIN));
            return List.of();
        }
    }

    private void checkValidity(X509Certificate certificate, String item) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        String subject = SubjectName.text(certificate);
        if (now.isAfter(until)) {
            findings.add(BundleFinding.error(
                    item,
                    FactoryStatus.EXPIRED_CERTIFICATE,
                    "Certificate is expired: '" + subject + "' was valid until " + until,
                    "renew it, or set the clock of this machine right"));
        } else if (from.isAfter(now.plus(CLOCKS_MAY_DIFFER))) {
            findings.add(BundleFinding.warning(
                    item,
                    "Certificate validity cannot be checked: '" + subject + "' is valid from " + from + " on",
                    "see that the device's clock is right before it is used"));
        } else if (Duration.between(now, until).compareTo(TEN_YEARS) < 0) {
            findings.add(BundleFinding.warning(
                    item,
                    "Certificate validity is less than 10 years: '" + subject + "' ends " + until,
                    "have it renewed in the field, or make it valid for longer"));
        }
    }

    private void checkUri(JsonNode document, String item) {
        String text = text(document, "server_uri", item);
        if (text.isEmpty()) {
            return;
        }
        if (!text.startsWith("coap://") && !text.startsWith("coaps://")) {
            findings.add(BundleFinding.error(
                    item,
                    FactoryStatus.URI_WRONG_FORMAT,
                    "URI format incorrect: '" + text + "'",
                    "give coaps://HOST:PORT"));
        } else if (accountId(text).isEmpty()) {
            String fix = "add ?aid= and the account's id, as 'onboard up --json' prints it";
            findings.add(
                    demand == Demand.PLATFORM
                            ? BundleFinding.error(
                                    item, FactoryStatus.URI_WRONG_FORMAT, "URI format incorrect: it has no aid", fix)
                            : BundleFinding.warning(
                                    item, "CA identifier wasn't set properly: the URI has no aid", fix));
        }
    }

    private static String accountId(String uri) {
        try {
            String query = URI.create(uri).getQuery();
            for (String item : query == null ? new String[0] : query.split("&", -1)) {
                if (item.startsWith("aid=")) {
                    return item.substring(4);
                }
            }
            return "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private void checkDevice(String side, String endpoint, String mode, String uri) throws IOException {
        String item = side + "DeviceCert";
        List<X509Certificate> chain = certificates("device.cert.pem", item);
        checkKey(side, chain);
        if (chain.isEmpty()) {
            return;
        }
        X509Certificate leaf = chain.get(0);
        boolean developer = mode.equals("developer");
        checkExtendedKeyUsage(leaf, item, developer);
        List<String> names = SubjectName.commonNames(leaf);
        if (!developer && !names.equals(List.of(endpoint))) {
            findings.add(BundleFinding.error(
                    item,
                    FactoryStatus.INVALID_LWM2M_CN_ATTR,
                    "Certificate CN attribute invalid: " + names + " where '" + endpoint + "' is the endpoint name",
                    "issue the certificate for the endpoint name"));
        }
        if (mode.equals("lwm2m")
                && demand == Demand.PLATFORM
                && !SubjectName.organizationalUnits(leaf).contains(accountId(uri))) {
            findings.add(BundleFinding.error(
                    item,
                    FactoryStatus.INVALID_LWM2M_CN_ATTR,
                    "Certificate CN attribute invalid: OU is not the account id in the URI",
                    "issue the certificate with OU = the account's id"));
        }
        if (leaf.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())) {
            findings.add(BundleFinding.warning(
                    item, "Certificate is self signed", "only a developer certificate may be; use a CA"));
        }
        checkChain(chain, item);
    }

    private void checkKey(String side, List<X509Certificate> chain) throws IOException {
        String item = side + "DevicePrivateKey";
        Path file = directory.resolve("device.key.pem");
        if (!Files.isRegularFile(file)) {
            findings.add(missing(item));
            return;
        }
        try {
            PrivateKey key = CredentialFiles.readPrivateKey(file);
            if (!chain.isEmpty()) {
                dev.onboard.pki.Credential.of(key, chain);
            }
        } catch (UnreadableFileException e) {
            findings.add(BundleFinding.error(
                    item, FactoryStatus.KCM_CRYPTO_ERROR, "Private key invalid: " + e.getMessage(), AGAIN));
        } catch (IllegalArgumentException e) {
            findings.add(BundleFinding.error(
                    item,
                    FactoryStatus.CERTIFICATE_PUBLIC_KEY_CORRELATION_ERROR,
                    "Certificate public key validation failed: the private key is not the certificate's",
                    "put key and certificate of one device together"));
        }
    }

    private void checkExtendedKeyUsage(X509Certificate leaf, String item, boolean developer) {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            if (!developer && usages != null && !usages.contains(CLIENT_AUTH) && !usages.contains(ANY_USAGE)) {
                findings.add(BundleFinding.error(
                        item,
                        FactoryStatus.INVALID_CERTIFICATE,
                        "Certificate invalid: the extended key usage " + usages + " has no clientAuth",
                        "issue it with clientAuth, or without an extended key usage"));
            }
        } catch (GeneralSecurityException e) {
            findings.add(BundleFinding.error(
                    item, FactoryStatus.INVALID_CERTIFICATE, "Certificate invalid: " + e.getMessage(), AGAIN));
        }
    }

    private void checkChain(List<X509Certificate> chain, String item) {
        if (chain.size() > LONGEST_CHAIN) {
            findings.add(BundleFinding.error(
                    item,
                    FactoryStatus.KCM_ERROR,
                    "Invalid number of certificates in the chain: " + chain.size() + ", at most " + LONGEST_CHAIN,
                    "use fewer intermediate CAs"));
        }
        for (int i = 0; i < chain.size(); i++) {
            if (!(chain.get(i).getPublicKey() instanceof ECPublicKey key)
                    || key.getParams().getOrder().bitLength() != 256) {
                findings.add(BundleFinding.error(
                        item,
                        FactoryStatus.KCM_CRYPTO_ERROR,
                        "Curve unsupported: certificate " + i + " of the chain has no P-256 key",
                        "use P-256 throughout"));
            }
            if (i + 1 < chain.size()) {
                try {
                    chain.get(i).verify(chain.get(i + 1).getPublicKey());
                } catch (GeneralSecurityException e) {
                    findings.add(BundleFinding.error(
                            item,
                            FactoryStatus.KCM_ERROR,
                            "Chain validation error: certificate " + i + " was not signed by certificate " + (i + 1),
                            "order the chain from the device to the root"));
                }
            }
        }
    }

    private void checkUpdate() throws IOException {
        String item = "mbed.UpdateAuthCert";
        if (!Files.isRegularFile(directory.resolve("update-auth.cert.pem"))) {
            findings.add(BundleFinding.warning(
                    item, "Item not set", "without it the device accepts no firmware; add update-auth.cert.pem"));
            return;
        }
        certificates("update-auth.cert.pem", item);
    }
}
