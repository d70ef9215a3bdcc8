package dev.onboard.dtls.internal;

import dev.onboard.dtls.RawPeer;
import dev.onboard.dtls.RawPeer.Result;
import dev.onboard.pki.Verdict;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.AlertLevel;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsTimeoutException;
import org.jspecify.annotations.Nullable;

/** What both roles of the raw peer have in common in one handshake. Used by one thread. */
final class RawHandshake {
    /** Far above what Scandium takes: limits are the other side's business. */
    static final int LARGEST_MESSAGE = 1 << 20;

    static final int MOST_CERTIFICATES = 1000;

    private static final SecureRandom RANDOM = new SecureRandom();

    final RawPeer.Settings settings;
    final RawCrypto crypto = new RawCrypto(RANDOM);
    private Optional<Verdict> verdict = Optional.empty();
    private int suite;
    private OptionalInt warning = OptionalInt.empty();

    /** The handshake itself; returns when it is done. */
    interface Steps {
        void run() throws IOException;
    }

    RawHandshake(RawPeer.Settings settings) {
        this.settings = settings;
    }

    int[] suites() {
        return settings.suites().stream().mapToInt(Integer::intValue).toArray();
    }

    Vector<Integer> groups() {
        return new Vector<>(settings.groups());
    }

    ProtocolVersion[] versions() {
        return new ProtocolVersion[] {
            settings.version() == RawPeer.Version.DTLS_1_0 ? ProtocolVersion.DTLSv10 : ProtocolVersion.DTLSv12
        };
    }

    Vector<SignatureAndHashAlgorithm> signatureAlgorithms() {
        Vector<SignatureAndHashAlgorithm> all = new Vector<>();
        for (short hash : new short[] {HashAlgorithm.sha256, HashAlgorithm.sha384, HashAlgorithm.sha512}) {
            all.add(SignatureAndHashAlgorithm.getInstance(hash, SignatureAlgorithm.ecdsa));
            all.add(SignatureAndHashAlgorithm.getInstance(hash, SignatureAlgorithm.rsa));
        }
        all.add(SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha1, SignatureAlgorithm.ecdsa));
        return all;
    }

    @Nullable RawSigner signer() {
        return settings.key().map(key -> new RawSigner(settings, key)).orElse(null);
    }

    void chosen(int cipherSuite) {
        suite = cipherSuite;
    }

    /** An alert came; a fatal one is thrown by what reads. */
    void alerted(short level, short description) {
        if (level == AlertLevel.warning && description != AlertDescription.close_notify) {
            warning = OptionalInt.of(description);
        }
    }

    OptionalInt warning() {
        return warning;
    }

    /** Judges the other side's chain, which has come. */
    void judge() throws IOException {
        verdict = settings.judge().apply(crypto.received());
        if (verdict.orElse(null) instanceof Verdict.Refused refused) {
            throw new TlsFatalAlert(
                    (short) refused.alert().number(), refused.reason().id() + ": " + refused.detail());
        }
    }

    RawPeer.Report run(InetSocketAddress local, Steps steps) {
        Result result;
        try {
            steps.run();
            result = new Result.Established(suite, warning);
        } catch (TlsFatalAlertReceived e) {
            result = new Result.RefusedByPeer(e.getAlertDescription());
        } catch (TlsFatalAlert e) {
            if (verdict.isEmpty() && !crypto.received().isEmpty()) {
                verdict = settings.judge().apply(crypto.received()); // Bouncy Castle could not read them
            }
            result = new Result.RefusedHere(e.getAlertDescription(), String.valueOf(e.getMessage()));
        } catch (TlsTimeoutException e) {
            result = new Result.Failed("the other side fell silent");
        } catch (PortUnreachableException e) {
            result = new Result.Failed("nothing listens there");
        } catch (IOException e) {
            result = new Result.Failed(String.valueOf(e.getMessage()));
        }
        return new RawPeer.Report(result, local, crypto.received(), verdict);
    }
}
