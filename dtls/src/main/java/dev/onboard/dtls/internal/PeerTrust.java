package dev.onboard.dtls.internal;

import dev.onboard.pki.Verdict;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import org.eclipse.californium.elements.auth.AdditionalInfo;
import org.eclipse.californium.elements.auth.ExtensiblePrincipal;
import org.eclipse.californium.scandium.auth.ApplicationLevelInfoSupplier;

/**
 * Who is at the other end of an established session and what admitted it. It travels with the principal of every
 * message, so that no table of sessions has to be asked.
 *
 * @param certificate the peer's own certificate
 * @param trust the verdict of the handshake
 */
public record PeerTrust(X509Certificate certificate, Verdict.Trusted trust) {
    private static final String KEY = "onboard.trust";

    /** What the handshake left with this principal; empty for a principal that is not of ours. */
    public static Optional<PeerTrust> of(Principal principal) {
        return principal instanceof ExtensiblePrincipal<?> extensible
                ? Optional.ofNullable(extensible.getExtendedInfo().get(KEY, PeerTrust.class))
                : Optional.empty();
    }

    static ApplicationLevelInfoSupplier supplier() {
        return (principal, argument) ->
                argument instanceof PeerTrust trust ? AdditionalInfo.from(Map.of(KEY, trust)) : AdditionalInfo.empty();
    }
}
