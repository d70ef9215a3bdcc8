package dev.onboard.dtls.internal;

import java.io.IOException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.jcajce.util.ProviderJcaJceHelper;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.jspecify.annotations.Nullable;

/** Bouncy Castle's cryptography for one handshake, which keeps the other side's certificates and what protects the session. */
final class RawCrypto extends JcaTlsCrypto {
    /** An instance of our own, never registered: what the process uses elsewhere does not change. */
    static final Provider PROVIDER = new BouncyCastleProvider();

    private final List<byte[]> received = new ArrayList<>();
    private @Nullable TlsCipher cipher;

    RawCrypto(SecureRandom random) {
        super(new ProviderJcaJceHelper(PROVIDER), random, random);
    }

    /** The entries of the other side's Certificate message so far. */
    List<byte[]> received() {
        return List.copyOf(received);
    }

    /** What protects the records of the session; null before its keys are there. */
    @Nullable TlsCipher cipher() {
        return cipher;
    }

    @Override
    public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac) throws IOException {
        cipher = super.createCipher(parameters, encryption, mac);
        return cipher;
    }

    @Override
    public TlsCertificate createCertificate(short type, byte[] encoding) throws IOException {
        received.add(encoding.clone());
        return super.createCertificate(type, encoding);
    }
}
