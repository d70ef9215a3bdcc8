package dev.onboard.dtls.internal;

import dev.onboard.dtls.RawPeer;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.Tls13Verifier;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsEncryptor;
import org.bouncycastle.tls.crypto.TlsVerifier;
import org.jspecify.annotations.Nullable;

/** A Certificate message (RFC 5246, 7.4.2) with arbitrary entries. */
final class RawCertificates extends Certificate {
    private final List<byte[]> entries;
    private final RawPeer.Framing framing;

    RawCertificates(List<byte[]> entries, RawPeer.Framing framing) {
        super(entries.stream().map(Entry::new).toArray(TlsCertificate[]::new));
        this.entries = entries;
        this.framing = framing;
    }

    @Override
    public void encode(TlsContext context, OutputStream message, @Nullable OutputStream endPointHash)
            throws IOException {
        int length = entries.stream().mapToInt(entry -> 3 + entry.length).sum();
        TlsUtils.writeUint24(
                switch (framing) {
                    case EXACT, ENTRY_TOO_LONG -> length;
                    case LIST_TOO_LONG -> length + 1;
                    case LIST_TOO_SHORT -> length - 1;
                },
                message);
        boolean lie = framing == RawPeer.Framing.ENTRY_TOO_LONG;
        for (byte[] entry : entries) {
            TlsUtils.writeUint24(lie ? entry.length + 100 : entry.length, message);
            message.write(entry);
            lie = false;
        }
    }

    /** Bytes that pass for a certificate until somebody asks what they say. */
    private record Entry(byte[] bytes) implements TlsCertificate {
        @Override
        public byte[] getEncoded() {
            return bytes.clone();
        }

        @Override
        public TlsEncryptor createEncryptor(int tlsCertificateRole) {
            throw unread();
        }

        @Override
        public TlsVerifier createVerifier(short signatureAlgorithm) {
            throw unread();
        }

        @Override
        public Tls13Verifier createVerifier(int signatureScheme) {
            throw unread();
        }

        @Override
        public byte[] getExtension(ASN1ObjectIdentifier extension) {
            throw unread();
        }

        @Override
        public BigInteger getSerialNumber() {
            throw unread();
        }

        @Override
        public String getSigAlgOID() {
            throw unread();
        }

        @Override
        public ASN1Encodable getSigAlgParams() {
            throw unread();
        }

        @Override
        public short getLegacySignatureAlgorithm() {
            throw unread();
        }

        @Override
        public boolean supportsSignatureAlgorithm(short signatureAlgorithm) {
            return true;
        }

        @Override
        public boolean supportsSignatureAlgorithmCA(short signatureAlgorithm) {
            return true;
        }

        @Override
        public TlsCertificate checkUsageInRole(int tlsCertificateRole) {
            return this;
        }

        private static IllegalStateException unread() {
            return new IllegalStateException("what is sent is not read");
        }
    }
}
