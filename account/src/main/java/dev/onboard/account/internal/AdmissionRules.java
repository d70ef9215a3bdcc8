package dev.onboard.account.internal;

import static dev.onboard.account.Admission.Refusal;

import dev.onboard.account.Admission;
import dev.onboard.account.Device;
import dev.onboard.account.DeviceDirectory;
import dev.onboard.account.DeviceState;
import dev.onboard.account.ExecutionMode;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.Labels;
import dev.onboard.account.Registration;
import dev.onboard.account.internal.DeviceRows.Row;
import dev.onboard.pki.Fingerprint;
import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Who may use an endpoint name: decided from the database's rows, and nothing written. It is decided in the transaction
 * that writes what follows from it: a device that comes for the first time with a certificate always changes something,
 * and for one that has come before the transaction writes nothing and costs no more than a read.
 *
 * @param endpoint the name that the device gave
 * @param leaf the certificate that it showed
 * @param anchor the anchor that the certificate's chain ends at
 * @param newId the id of the device, should it be new
 * @param now the time of the decision
 */
record AdmissionRules(String endpoint, X509Certificate leaf, TrustAnchor anchor, String newId, Instant now) {
    private static final int LONGEST_NAME = 64;

    /** What shall be done. */
    sealed interface Decision {
        /** Nothing needs to be written. */
        record Answer(Admission admission) implements Decision {}

        /** The device is new, or becomes this. */
        record Store(Optional<Row> before, Row row) implements Decision {}

        /** It is refused, and the refusal is kept in the list of denials. */
        record Deny(String endpoint, Admission.Refused refused) implements Decision {}
    }

    private static Decision refuse(String reason, String detail) {
        return new Decision.Answer(new Admission.Refused(reason, detail));
    }

    /** With a certificate that the account did not issue. */
    Decision asClaimant(Handle handle, EnrollmentCheck enrollment) {
        if (endpoint.isBlank() || endpoint.codePointCount(0, endpoint.length()) > LONGEST_NAME) {
            return refuse(
                    Refusal.BAD_NAME,
                    "the endpoint name '" + endpoint + "' is empty or longer than " + LONGEST_NAME + " characters");
        }
        Optional<Row> known = DeviceRows.byEndpoint(handle, endpoint);
        ShownIdentity shown = ShownIdentity.of(leaf);
        if (known.isPresent()) {
            Optional<Decision> refusal = refusal(known.get().device(), shown);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        if (!enrollment.admits(handle, anchor, leaf, now)) {
            return new Decision.Deny(
                    endpoint,
                    new Admission.Refused(
                            Refusal.NOT_ENROLLED,
                            "trusted certificate " + anchor.id() + " admits enrolled devices only, and "
                                    + Fingerprint.enrollmentIdentity(leaf) + " of '" + endpoint
                                    + "' is not on the enrolment list; add it there"));
        }
        if (anchor.kind() == TrustAnchor.Kind.DEVELOPER
                && known.flatMap(row -> row.device().caId())
                        .filter(anchor.id()::equals)
                        .isEmpty()
                && DeviceRows.countOfCa(handle, anchor.id()) >= DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE) {
            return refuse(
                    Refusal.DEVELOPER_LIMIT,
                    "developer certificate " + anchor.id() + " has its "
                            + DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE
                            + " devices; make another one for '" + endpoint + "', or remove devices");
        }
        if (known.isEmpty()) {
            return new Decision.Store(known, new Row(fresh(shown), 0));
        }
        return claimed(known.get(), shown);
    }

    private Optional<Decision> refusal(Device device, ShownIdentity shown) {
        Optional<Decision> suspended = suspended(device);
        if (suspended.isPresent()) {
            return suspended;
        }
        if (device.binding().isPresent() && !device.binding().get().equals(shown.binding())) {
            String other =
                    device.binding().get().issuer().equals(shown.binding().issuer()) ? "another key" : "another CA";
            return Optional.of(refuse(
                    Refusal.BOUND,
                    "'" + endpoint + "' belongs to device " + device.id() + ", which came with " + other
                            + "; release the endpoint if this certificate of '"
                            + leaf.getIssuerX500Principal().getName() + "' is its new one"));
        }
        return Optional.empty();
    }

    private static Optional<Decision> suspended(Device device) {
        return device.suspension()
                .map(suspension -> refuse(
                        Refusal.SUSPENDED,
                        "device " + device.id() + " ('" + device.endpoint() + "') is suspended since "
                                + suspension.since() + ": " + suspension.category() + " " + suspension.description()
                                + ". Resume it to admit it again"));
    }

    private Device fresh(ShownIdentity shown) {
        return new Device(
                newId,
                endpoint,
                DeviceState.CLOUD_ENROLLING,
                mode(),
                Optional.of(anchor.id()),
                Optional.of(shown.fingerprint()),
                Optional.of(Fingerprint.sha256(anchor.certificate())),
                Optional.of(shown.binding()),
                Labels.named(endpoint),
                Map.of(),
                Registration.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1,
                now,
                now);
    }

    private ExecutionMode mode() {
        return anchor.kind() == TrustAnchor.Kind.DEVELOPER ? ExecutionMode.DEVELOPER : ExecutionMode.PRODUCTION;
    }

    private Decision claimed(Row known, ShownIdentity shown) {
        Device old = known.device();
        DeviceState state = old.state() == DeviceState.UNENROLLED ? DeviceState.CLOUD_ENROLLING : old.state();
        Device claimed = new Device(
                old.id(),
                endpoint,
                state,
                mode(),
                Optional.of(anchor.id()),
                Optional.of(shown.fingerprint()),
                Optional.of(Fingerprint.sha256(anchor.certificate())),
                Optional.of(shown.binding()),
                old.labels(),
                old.customAttributes(),
                old.registration(),
                old.suspension(),
                old.bootstrappedAt(),
                old.registeredAt(),
                old.enrolledAt(),
                old.revision() + 1,
                old.createdAt(),
                now);
        boolean same = old.binding().equals(claimed.binding())
                && old.caId().equals(claimed.caId())
                && old.deviceKey().equals(claimed.deviceKey())
                && old.state() == state
                && old.executionMode() == claimed.executionMode();
        return same
                ? new Decision.Answer(new Admission.Admitted(old))
                : new Decision.Store(Optional.of(known), known.with(claimed));
    }

    /** With a certificate that the account issued, or whose issuer is the account's own CA. */
    Decision asIssued(Handle handle, Optional<IssuedCertificate> issued) {
        String serial = IssuedRows.serial(leaf.getSerialNumber());
        if (issued.isEmpty() || !issued.get().endpoint().equals(endpoint)) {
            return refuse(
                    Refusal.UNKNOWN_CERTIFICATE,
                    "certificate " + serial
                            + issued.map(other ->
                                            " was issued to '" + other.endpoint() + "', not to '" + endpoint + "'")
                                    .orElse(" was never issued by this account; bootstrap '" + endpoint + "' again"));
        }
        IssuedCertificate certificate = issued.get();
        if (certificate.revocation().isPresent()) {
            return refuse(
                    Refusal.REVOKED,
                    "certificate " + serial + " of '" + endpoint + "' was revoked on "
                            + certificate.revocation().get().at() + " ("
                            + certificate.revocation().get().reason().word() + "); bootstrap again");
        }
        Optional<Row> known = DeviceRows.byEndpoint(handle, endpoint);
        if (known.isEmpty() || !known.get().device().id().equals(certificate.deviceId())) {
            return refuse(
                    Refusal.UNKNOWN_CERTIFICATE,
                    "certificate " + serial + " was issued to device " + certificate.deviceId()
                            + ", which was removed; bootstrap '" + endpoint + "' again");
        }
        Row row = known.get();
        Optional<Decision> suspended = suspended(row.device());
        if (suspended.isPresent()) {
            return suspended.get();
        }
        if (certificate.generation() < row.usedGeneration()) {
            return refuse(
                    Refusal.SUPERSEDED,
                    "certificate " + serial + " is number " + certificate.generation() + " of '" + endpoint
                            + "', which has come with number " + row.usedGeneration() + " already; use that one");
        }
        return certificate.generation() == row.usedGeneration()
                ? new Decision.Answer(new Admission.Admitted(row.device()))
                : new Decision.Store(known, new Row(row.device(), certificate.generation()));
    }
}
