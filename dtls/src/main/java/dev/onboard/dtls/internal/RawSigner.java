package dev.onboard.dtls.internal;

import dev.onboard.dtls.RawPeer;
import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsStreamSigner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs the handshake with whatever key there is, under whatever name of an algorithm. */
final class RawSigner implements TlsCredentialedSigner {
    private static final Logger LOG = LoggerFactory.getLogger(RawSigner.class);

    private final RawCertificates certificates;
    private final PrivateKey key;
    private final SignatureAndHashAlgorithm claimed;

    RawSigner(RawPeer.Settings settings, PrivateKey key) {
        this.certificates = new RawCertificates(settings.chain(), settings.framing());
        this.key = key;
        this.claimed = settings.signatureAlgorithm().isPresent()
                ? claim(settings.signatureAlgorithm().getAsInt())
                : fitting(key);
    }

    private static SignatureAndHashAlgorithm claim(int hashAndSignature) {
        return SignatureAndHashAlgorithm.getInstance(
                (short) (hashAndSignature >> 8), (short) (hashAndSignature & 0xff));
    }

    private static SignatureAndHashAlgorithm fitting(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.rsa);
            case "DSA" -> SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.dsa);
            case "EdDSA", "Ed25519" ->
                SignatureAndHashAlgorithm.getInstance(HashAlgorithm.Intrinsic, SignatureAlgorithm.ed25519);
            default -> SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);
        };
    }

    @Override
    public Certificate getCertificate() {
        return certificates;
    }

    @Override
    public SignatureAndHashAlgorithm getSignatureAndHashAlgorithm() {
        return claimed;
    }

    @Override
    public byte[] generateRawSignature(byte[] hash) throws IOException {
        throw new TlsFatalAlert(AlertDescription.internal_error, "DTLS 1.2 signs what was said, not its digest");
    }

    @Override
    public TlsStreamSigner getStreamSigner() {
        return new Stream(signature());
    }

    /** Null when this key signs nothing: a signature of zeros is sent then, for the certificate is judged before it. */
    private @Nullable Signature signature() {
        try {
            Signature signature = Signature.getInstance(name(), RawCrypto.PROVIDER);
            signature.initSign(KeyFactory.getInstance(key.getAlgorithm(), RawCrypto.PROVIDER)
                    .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded())));
            return signature;
        } catch (GeneralSecurityException e) {
            LOG.debug("a {} key cannot sign a handshake", key.getAlgorithm(), e);
            return null;
        }
    }

    private String name() {
        String hash = switch (claimed.getHash()) {
            case HashAlgorithm.md5 -> "MD5";
            case HashAlgorithm.sha1 -> "SHA1";
            case HashAlgorithm.sha224 -> "SHA224";
            case HashAlgorithm.sha384 -> "SHA384";
            case HashAlgorithm.sha512 -> "SHA512";
            default -> "SHA256";
        };
        return switch (key.getAlgorithm()) {
            case "RSA" -> hash + "withRSA";
            case "DSA" -> hash + "withDSA";
            case "EdDSA", "Ed25519" -> "Ed25519";
            default -> hash + "withECDSA";
        };
    }

    private record Stream(@Nullable Signature signature) implements TlsStreamSigner {
        @Override
        public OutputStream getOutputStream() {
            return new OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    write(new byte[] {(byte) octet}, 0, 1);
                }

                @Override
                public void write(byte[] octets, int offset, int length) throws IOException {
                    try {
                        if (signature != null) {
                            signature.update(octets, offset, length);
                        }
                    } catch (SignatureException e) {
                        throw new IOException(e);
                    }
                }
            };
        }

        @Override
        public byte[] getSignature() {
            try {
                return signature == null ? new byte[64] : signature.sign();
            } catch (SignatureException e) {
                LOG.debug("a key too small for the digest cannot sign", e);
                return new byte[64];
            }
        }
    }
}
