package dev.onboard.dtls.internal;

import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.californium.elements.auth.X509CertPath;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.DTLSSession;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.ResumptionSupportingConnectionStore;
import org.eclipse.californium.scandium.dtls.ResumptionVerificationResult;
import org.eclipse.californium.scandium.dtls.SessionId;
import org.eclipse.californium.scandium.dtls.resumption.ResumptionVerifier;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;

/**
 * Lets a session be resumed (RFC 5246 section 7.3) when its device would be admitted now: its certificates are judged by the policy
 * in force, at this time, against the revocation lists that there are. What is refused falls back to a full handshake, which then
 * refuses by itself, with its alert and its event. Thread-safe.
 */
final class JudgedResumption implements ResumptionVerifier {
    private final Supplier<Credential> credential;
    private final Supplier<TrustPolicy> policy;
    private final InstantSource clock;
    private final HandshakeWatch watch;
    private volatile @Nullable ResumptionSupportingConnectionStore store;
    private @Nullable X509Certificate shown;
    private long shownSince;

    JudgedResumption(
            Supplier<Credential> credential, Supplier<TrustPolicy> policy, InstantSource clock, HandshakeWatch watch) {
        this.credential = credential;
        this.policy = policy;
        this.clock = clock;
        this.watch = watch;
    }

    /** Where the sessions will be; called before there are any. */
    synchronized void lookIn(ResumptionSupportingConnectionStore sessions) {
        store = sessions;
        shown = credential.get().certificate();
    }

    @Override
    public ResumptionVerificationResult verifyResumptionRequest(
            ConnectionId cid, @Nullable ServerNames serverNames, SessionId sessionId) {
        ResumptionSupportingConnectionStore sessions = store;
        DTLSSession session = sessions == null ? null : sessions.find(sessionId);
        if (session == null
                || !isOfPresentCertificate(session)
                || !(session.getPeerIdentity() instanceof X509CertPath peer)) {
            return full(cid);
        }
        List<byte[]> chain = new ArrayList<>();
        for (Certificate certificate : peer.getPath().getCertificates()) {
            try {
                chain.add(certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate that was received has no encoding", e);
            }
        }
        Verdict verdict = policy.get().evaluate(chain, clock.instant());
        if (!(verdict instanceof Verdict.Trusted trusted)) {
            return full(cid);
        }
        X509Certificate leaf =
                (X509Certificate) peer.getPath().getCertificates().get(0);
        watch.evaluated(cid, new HandshakeWatch.Evaluated(chain, leaf, verdict));
        return new ResumptionVerificationResult(cid, session, new PeerTrust(leaf, trusted));
    }

    private static ResumptionVerificationResult full(ConnectionId cid) {
        return new ResumptionVerificationResult(cid, null, null);
    }

    /** A session in which another certificate was shown tells its device nothing of the present one. */
    private synchronized boolean isOfPresentCertificate(DTLSSession session) {
        X509Certificate present = credential.get().certificate();
        if (!present.equals(shown)) {
            // a change that is seen late costs a full handshake of those that began meanwhile
            shownSince = System.currentTimeMillis();
            shown = present;
        }
        return session.getCreationTime() >= shownSince;
    }

    /** An address is proved first: an abbreviated handshake from a forged one would cost a session its connection. */
    @Override
    public boolean skipRequestHelloVerify(SessionId sessionId) {
        return false;
    }

    @Override
    public void setResultHandler(HandshakeResultHandler resultHandler) {
        // every request is answered at once
    }
}
