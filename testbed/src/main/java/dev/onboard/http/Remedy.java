package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.Device;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.explain.EventExplanation;
import dev.onboard.http.SimulatedDevices.Action;
import dev.onboard.http.SimulatedDevices.Simulated;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.Reason;
import dev.onboard.pki.SubjectName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The requests to this port that repair what a device is refused for, when some do: what a button on the page sends, and
 * anybody else can.
 */
final class Remedy {
    private final Account account;
    private final SimulatedDevices simulated;

    Remedy(Account account, SimulatedDevices simulated) {
        this.account = account;
        this.simulated = simulated;
    }

    /** What to send, in order, or what is missing for it; empty when no request repairs it. */
    Optional<ObjectNode> of(String endpoint, EventExplanation why) {
        Optional<Simulated> device = simulated.device(endpoint);
        Optional<ObjectNode> remedy = switch (why.decisive().reason().orElse("")) {
            case "unknown-ca" -> missingCa(device, why);
            case "device-suspended" ->
                known(endpoint)
                        .map(known -> of(
                                "Resume the device", "POST", "/v3/devices/" + known.id() + "/resume", Json.object()));
            case "endpoint-bound-to-other-identity" ->
                known(endpoint)
                        .map(known -> of(
                                "Release the endpoint name",
                                "POST",
                                "/testbed/devices/" + encoded(endpoint) + "/release",
                                Json.object()));
            case "not-enrolled" ->
                device.map(own -> of(
                        "Put the device on the enrolment list",
                        "POST",
                        "/v3/device-enrollments",
                        Json.object()
                                .put(
                                        "enrollment_identity",
                                        Fingerprint.enrollmentIdentity(
                                                own.factoryChain().get(0)))));
            case "unknown-certificate", "certificate-revoked", "superseded" -> another(device, why);
            default -> isOfACertificate(why) ? another(device, why) : Optional.empty();
        };
        remedy.filter(found -> found.path("possible").asBoolean()
                        && !found.path("requests").path(0).path("body").has("action"))
                .ifPresent(found ->
                        device.ifPresent(own -> act((ArrayNode) found.get("requests"), endpoint, Action.REBOOT)));
        return remedy;
    }

    /** The device's certificate broke a rule of path validation or of the profile: a verdict, which a server reached. */
    private static boolean isOfACertificate(EventExplanation why) {
        return why.decisive().refusedBy().filter(by -> by != Party.DEVICE).isPresent()
                && Arrays.stream(Reason.values())
                        .anyMatch(reason -> why.decisive().reason().equals(Optional.of(reason.id())));
    }

    /** A certificate that cannot be trusted is exchanged: what bootstrap gave by another bootstrap, the factory's at the factory. */
    private static Optional<ObjectNode> another(Optional<Simulated> device, EventExplanation why) {
        return device.filter(own -> !own.mode().equals("developer")).map(own -> {
            boolean delivered = why.decisive().stage() != Stage.BOOTSTRAP_HANDSHAKE
                    && why.decisive().stage() != Stage.ADMISSION
                    && !own.mode().equals("lwm2m");
            ObjectNode remedy = empty(
                    delivered
                            ? "Bootstrap the device again, for a new certificate"
                            : "Have the factory give the device a good certificate");
            act(
                    (ArrayNode) remedy.get("requests"),
                    own.endpoint(),
                    delivered ? Action.FACTORY_RESET : Action.NEW_CERTIFICATE);
            return remedy;
        });
    }

    private static void act(ArrayNode requests, String endpoint, Action action) {
        add(
                requests,
                "POST",
                "/testbed/simulated-devices/" + encoded(endpoint) + "/actions",
                Json.object().put("action", action.word()));
    }

    private Optional<Device> known(String endpoint) {
        return account.devices().byEndpoint(endpoint);
    }

    /** The CA above what the device sends: uploaded and inactive, known to the factory, or somebody else's. */
    private Optional<ObjectNode> missingCa(Optional<Simulated> device, EventExplanation why) {
        if (why.decisive().stage() != Stage.BOOTSTRAP_HANDSHAKE
                        && why.decisive().stage() != Stage.LWM2M_HANDSHAKE
                || why.decisive().refusedBy().equals(Optional.of(Party.DEVICE))) {
            return Optional.empty();
        }
        String service = why.decisive().stage() == Stage.BOOTSTRAP_HANDSHAKE ? "bootstrap" : "lwm2m";
        if (device.isPresent()) {
            List<X509Certificate> chain = device.get().factoryChain();
            X509Certificate top = chain.get(chain.size() - 1);
            for (TrustedCertificate trusted : account.trustedCertificates().list()) {
                if (trusted.service().word().equals(service)
                        && trusted.status() == Status.INACTIVE
                        && signed(trusted.chain().get(0), top)) {
                    return Optional.of(of(
                            "Activate the trusted certificate '" + trusted.name() + "'",
                            "PUT",
                            "/v3/trusted-certificates/" + trusted.id(),
                            Json.object().put("status", Status.ACTIVE.name())));
                }
            }
            for (X509Certificate authority : simulated.factoryAuthorities()) {
                if (signed(authority, top)) {
                    return Optional.of(upload(authority, service));
                }
            }
        }
        String issuer = why.decisive().facts().getOrDefault("issuer", "");
        return Optional.of(Json.object()
                .put("possible", false)
                .put(
                        "label",
                        "Upload the CA certificate that issued the device's" + (issuer.isEmpty() ? "" : ": " + issuer))
                .put("missing_issuer", issuer)
                .put("service", service)
                .set("requests", Json.object().arrayNode()));
    }

    private ObjectNode upload(X509Certificate authority, String service) {
        String name = SubjectName.commonNames(authority).stream().findFirst().orElse(SubjectName.text(authority));
        boolean taken = account.trustedCertificates().list().stream()
                .anyMatch(trusted -> trusted.name().equals(name));
        return of(
                "Upload '" + name + "' as a trusted certificate for " + service,
                "POST",
                "/v3/trusted-certificates",
                Json.object()
                        .put("name", taken ? name + " (" + service + ")" : name)
                        .put("service", service)
                        .put("certificate", CredentialFiles.pem(List.of(authority))));
    }

    private static boolean signed(X509Certificate issuer, X509Certificate subject) {
        if (!issuer.getSubjectX500Principal().equals(subject.getIssuerX500Principal())) {
            return false;
        }
        try {
            subject.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false; // another CA of the same name
        }
    }

    private static ObjectNode empty(String label) {
        ObjectNode remedy = Json.object().put("possible", true).put("label", label);
        remedy.putNull("missing_issuer").putNull("service");
        remedy.putArray("requests");
        return remedy;
    }

    private static ObjectNode of(String label, String method, String path, ObjectNode body) {
        ObjectNode remedy = empty(label);
        add((ArrayNode) remedy.get("requests"), method, path, body);
        return remedy;
    }

    private static void add(ArrayNode requests, String method, String path, ObjectNode body) {
        requests.addObject().put("method", method).put("path", path).set("body", body);
    }

    private static String encoded(String endpoint) {
        return URLEncoder.encode(endpoint, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
