package dev.onboard.account;

import dev.onboard.account.TrustedCertificate.EnrollmentMode;
import dev.onboard.account.TrustedCertificate.Status;
import java.util.Optional;

/** What shall change in a trusted certificate; what is not said stays. Immutable. */
public record TrustedCertificateChange(
        Optional<String> name,
        Optional<Service> service,
        Optional<String> certificate,
        Optional<String> description,
        Optional<Status> status,
        Optional<EnrollmentMode> enrollmentMode) {

    /** Changes nothing yet. */
    public static TrustedCertificateChange nothing() {
        return new TrustedCertificateChange(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** And this becomes its name. */
    public TrustedCertificateChange name(String text) {
        return new TrustedCertificateChange(
                Optional.of(text), service, certificate, description, status, enrollmentMode);
    }

    /** And it counts at this server. */
    public TrustedCertificateChange service(Service another) {
        return new TrustedCertificateChange(
                name, Optional.of(another), certificate, description, status, enrollmentMode);
    }

    /** And this PEM text takes the place of the certificate or chain. */
    public TrustedCertificateChange certificate(String pem) {
        return new TrustedCertificateChange(name, service, Optional.of(pem), description, status, enrollmentMode);
    }

    /** And this becomes its description. */
    public TrustedCertificateChange description(String text) {
        return new TrustedCertificateChange(name, service, certificate, Optional.of(text), status, enrollmentMode);
    }

    /** And it gets this status. */
    public TrustedCertificateChange status(Status another) {
        return new TrustedCertificateChange(
                name, service, certificate, description, Optional.of(another), enrollmentMode);
    }

    /** And it admits these devices. */
    public TrustedCertificateChange enrollmentMode(EnrollmentMode another) {
        return new TrustedCertificateChange(name, service, certificate, description, status, Optional.of(another));
    }
}
