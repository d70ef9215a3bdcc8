package dev.onboard.dtls.internal;

import dev.onboard.pki.EnrolmentRequest;
import dev.onboard.pki.NotCertified;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Who stands behind a server's EST resources. Thread-safe; nothing here blocks.
 *
 * @param endpoint the endpoint name that a device asks for; empty when its certificate does not tell
 * @param signing signs
 * @param authorities what a device shall trust from then on as EST server (RFC 9148, 4.2): roots first
 * @param keys makes a key for a device that asks for one ({@code skg}, {@code skc}); it is answered, and kept nowhere
 */
public record Enrolments(
        Function<Asker, Optional<String>> endpoint,
        Signing signing,
        Supplier<List<X509Certificate>> authorities,
        Supplier<KeyPair> keys) {
    /** A device that asks, as its session says. */
    public record Asker(PeerTrust trust, InetSocketAddress address) {}

    /** Has certificates signed. */
    @FunctionalInterface
    public interface Signing {
        /**
         * For this device and the key of its request.
         *
         * @return the certificate first, then those above it; fails with {@link NotCertified}
         */
        CompletionStage<List<X509Certificate>> sign(Asker asker, String endpoint, EnrolmentRequest request);
    }
}
