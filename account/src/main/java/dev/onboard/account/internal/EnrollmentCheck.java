package dev.onboard.account.internal;

import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** Whether a trusted certificate admits a device: every one, or those of the enrolment list. */
interface EnrollmentCheck {
    boolean admits(Handle handle, TrustAnchor anchor, X509Certificate leaf, Instant now);
}
