package dev.onboard.pki;

import dev.onboard.pki.internal.ParsedCertificate;
import java.util.Optional;

/**
 * Why one path, or one certificate, does not do.
 *
 * @param certificate the one concerned; empty when it is none in particular
 * @param stage how far the path came: of several refusals the furthest is reported
 */
record Refusal(Reason reason, Optional<ParsedCertificate> certificate, String detail, int stage) {
    static final int SIGNATURE = 0;
    static final int CERTIFICATE = 1;
    static final int PATH = 2;
    static final int PURPOSE = 3;
    static final int REVOCATION = 4;
    static final int FINDINGS = 5;

    static Refusal of(Reason reason, ParsedCertificate certificate, int stage, String detail) {
        return new Refusal(reason, Optional.of(certificate), detail, stage);
    }
}
