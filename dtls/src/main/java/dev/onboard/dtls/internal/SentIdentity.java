package dev.onboard.dtls.internal;

import dev.onboard.pki.Credential;
import java.util.List;
import java.util.function.Supplier;
import javax.security.auth.x500.X500Principal;
import org.eclipse.californium.scandium.dtls.CertificateIdentityResult;
import org.eclipse.californium.scandium.dtls.CertificateType;
import org.eclipse.californium.scandium.dtls.ConnectionId;
import org.eclipse.californium.scandium.dtls.HandshakeResultHandler;
import org.eclipse.californium.scandium.dtls.SignatureAndHashAlgorithm;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite.CertificateKeyAlgorithm;
import org.eclipse.californium.scandium.dtls.cipher.XECDHECryptography.SupportedGroup;
import org.eclipse.californium.scandium.dtls.x509.CertificateProvider;
import org.eclipse.californium.scandium.util.ServerNames;
import org.jspecify.annotations.Nullable;

/**
 * Sends the present credential, whole chain included, whatever the peer says it would accept: a device has one identity,
 * and what the peer thinks of it is the peer's verdict, not ours.
 */
final class SentIdentity implements CertificateProvider {
    private final Supplier<Credential> credential;

    SentIdentity(Supplier<Credential> credential) {
        this.credential = credential;
    }

    @Override
    public List<CertificateKeyAlgorithm> getSupportedCertificateKeyAlgorithms() {
        String algorithm = credential.get().certificate().getPublicKey().getAlgorithm();
        return List.of(algorithm.equals("RSA") ? CertificateKeyAlgorithm.RSA : CertificateKeyAlgorithm.EC);
    }

    @Override
    public List<CertificateType> getSupportedCertificateTypes() {
        return List.of(CertificateType.X_509);
    }

    @Override
    public CertificateIdentityResult requestCertificateIdentity(
            ConnectionId cid,
            boolean client,
            @Nullable List<X500Principal> issuers,
            @Nullable ServerNames serverNames,
            @Nullable List<CertificateKeyAlgorithm> certificateKeyAlgorithms,
            @Nullable List<SignatureAndHashAlgorithm> signatureAndHashAlgorithms,
            @Nullable List<SupportedGroup> curves) {
        Credential present = credential.get();
        return new CertificateIdentityResult(cid, present.privateKey(), present.chain());
    }

    @Override
    public void setResultHandler(HandshakeResultHandler resultHandler) {
        // every request is answered at once
    }
}
