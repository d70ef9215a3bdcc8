package dev.onboard.dtls.internal;

import dev.onboard.pki.EnrolmentRequest;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Who stands behind a server's EST resources. Thread-safe; nothing here blocks. */
public interface Enrolments {
    /** A device that asks, as its session says. */
    record Asker(PeerTrust trust, InetSocketAddress address) {}

    /** The endpoint name that it asks for; empty when its certificate does not tell. */
    Optional<String> endpoint(Asker asker);

    /**
     * Has a certificate signed for this device and the key of its request.
     *
     * @return the certificate first, then those above it; fails with {@link Refused}, or with anything else when no
     *     certificate could be had for now
     */
    CompletionStage<List<X509Certificate>> enrol(Asker asker, String endpoint, EnrolmentRequest request);

    /** What a device shall trust from then on as EST server (RFC 9148, 4.2): roots first. */
    List<X509Certificate> authorities();

    /** A device that gets no certificate, for good. */
    final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String reason;

        /** @param detail one sentence for a person */
        public Refused(String reason, String detail) {
            super(detail, null, false, false);
            this.reason = reason;
        }

        /** A stable id. */
        public String reason() {
            return reason;
        }
    }
}
