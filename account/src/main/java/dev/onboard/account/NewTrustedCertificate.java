package dev.onboard.account;

import dev.onboard.account.TrustedCertificate.EnrollmentMode;
import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.pki.CredentialFiles;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * An upload of a CA certificate. Immutable.
 *
 * @param name 1 to 100 characters, unique in the account
 * @param service at which server it shall count
 * @param certificate PEM text: a CA certificate, or a chain of them in any order
 * @param description up to 500 characters; may be empty
 * @param status whether it counts at once
 * @param enrollmentMode which devices it admits
 */
public record NewTrustedCertificate(
        String name,
        Service service,
        String certificate,
        String description,
        Status status,
        EnrollmentMode enrollmentMode) {

    /** Active from the next handshake on, for every device. */
    public static NewTrustedCertificate of(String name, Service service, String pem) {
        return new NewTrustedCertificate(name, service, pem, "", Status.ACTIVE, EnrollmentMode.EVERY_DEVICE);
    }

    /** Active from the next handshake on, for every device. */
    public static NewTrustedCertificate of(String name, Service service, List<X509Certificate> chain) {
        return of(name, service, CredentialFiles.pem(chain));
    }

    /** With this description. */
    public NewTrustedCertificate describedAs(String text) {
        return new NewTrustedCertificate(name, service, certificate, text, status, enrollmentMode);
    }

    /** With this status. */
    public NewTrustedCertificate with(Status another) {
        return new NewTrustedCertificate(name, service, certificate, description, another, enrollmentMode);
    }

    /** With this enrolment mode. */
    public NewTrustedCertificate with(EnrollmentMode another) {
        return new NewTrustedCertificate(name, service, certificate, description, status, another);
    }
}
