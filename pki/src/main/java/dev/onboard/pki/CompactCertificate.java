package dev.onboard.pki;

import dev.onboard.pki.internal.Certificates;
import java.lang.ref.WeakReference;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Principal;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that is kept for long and seldom looked at: it holds its DER, about 500 octets, and what is read from it only until
 * the next garbage collection, where the JDK's own holds 4 KB. Immutable and thread-safe.
 */
public final class CompactCertificate extends X509Certificate {
    private static final long serialVersionUID = 1;

    private final byte[] der;
    private transient volatile WeakReference<X509Certificate> read;

    private CompactCertificate(X509Certificate certificate) {
        try {
            this.der = certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read cannot be encoded", e);
        }
        this.read = new WeakReference<>(certificate);
    }

    /** The same certificate, held compactly. */
    public static X509Certificate of(X509Certificate certificate) {
        return certificate instanceof CompactCertificate ? certificate : new CompactCertificate(certificate);
    }

    private X509Certificate read() {
        X509Certificate certificate = read.get();
        if (certificate == null) {
            certificate = Certificates.certificate(der);
            read = new WeakReference<>(certificate);
        }
        return certificate;
    }

    @Override
    public byte[] getEncoded() {
        return der.clone();
    }

    @Override
    public void checkValidity() throws CertificateExpiredException, CertificateNotYetValidException {
        read().checkValidity();
    }

    @Override
    public void checkValidity(Date date) throws CertificateExpiredException, CertificateNotYetValidException {
        read().checkValidity(date);
    }

    @Override
    public int getVersion() {
        return read().getVersion();
    }

    @Override
    public BigInteger getSerialNumber() {
        return read().getSerialNumber();
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in the superclass
    public Principal getIssuerDN() {
        return read().getIssuerDN();
    }

    @Override
    public X500Principal getIssuerX500Principal() {
        return read().getIssuerX500Principal();
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in the superclass
    public Principal getSubjectDN() {
        return read().getSubjectDN();
    }

    @Override
    public X500Principal getSubjectX500Principal() {
        return read().getSubjectX500Principal();
    }

    @Override
    public Date getNotBefore() {
        return read().getNotBefore();
    }

    @Override
    public Date getNotAfter() {
        return read().getNotAfter();
    }

    @Override
    public byte[] getTBSCertificate() throws CertificateEncodingException {
        return read().getTBSCertificate();
    }

    @Override
    public byte[] getSignature() {
        return read().getSignature();
    }

    @Override
    public String getSigAlgName() {
        return read().getSigAlgName();
    }

    @Override
    public String getSigAlgOID() {
        return read().getSigAlgOID();
    }

    @Override
    public byte @Nullable [] getSigAlgParams() {
        return read().getSigAlgParams();
    }

    @Override
    public boolean @Nullable [] getIssuerUniqueID() {
        return read().getIssuerUniqueID();
    }

    @Override
    public boolean @Nullable [] getSubjectUniqueID() {
        return read().getSubjectUniqueID();
    }

    @Override
    public boolean @Nullable [] getKeyUsage() {
        return read().getKeyUsage();
    }

    @Override
    public @Nullable List<String> getExtendedKeyUsage() throws CertificateParsingException {
        return read().getExtendedKeyUsage();
    }

    @Override
    public int getBasicConstraints() {
        return read().getBasicConstraints();
    }

    @Override
    public @Nullable Collection<List<?>> getSubjectAlternativeNames() throws CertificateParsingException {
        return read().getSubjectAlternativeNames();
    }

    @Override
    public @Nullable Collection<List<?>> getIssuerAlternativeNames() throws CertificateParsingException {
        return read().getIssuerAlternativeNames();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        return read().hasUnsupportedCriticalExtension();
    }

    @Override
    public @Nullable Set<String> getCriticalExtensionOIDs() {
        return read().getCriticalExtensionOIDs();
    }

    @Override
    public @Nullable Set<String> getNonCriticalExtensionOIDs() {
        return read().getNonCriticalExtensionOIDs();
    }

    @Override
    public byte @Nullable [] getExtensionValue(String oid) {
        return read().getExtensionValue(oid);
    }

    @Override
    public void verify(PublicKey key)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, NoSuchProviderException,
                    SignatureException {
        read().verify(key);
    }

    @Override
    public void verify(PublicKey key, String provider)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, NoSuchProviderException,
                    SignatureException {
        read().verify(key, provider);
    }

    @Override
    public void verify(PublicKey key, Provider provider)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, SignatureException {
        read().verify(key, provider);
    }

    @Override
    public PublicKey getPublicKey() {
        return read().getPublicKey();
    }

    @Override
    public String toString() {
        return read().toString();
    }
}
