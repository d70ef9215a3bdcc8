package dev.onboard.pki;

import dev.onboard.pki.internal.Certificates;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A certificate authority: signs what a recipe says. Serial numbers are random, positive and of 20 octets (RFC 5280,
 * 4.1.2.2); every certificate carries an authorityKeyIdentifier, a subjectKeyIdentifier and a critical keyUsage.
 * Immutable and thread-safe when the source of randomness is.
 */
public final class CertificateAuthority {
    private final Credential credential;
    private final InstantSource clock;
    private final SecureRandom random;

    private CertificateAuthority(Credential credential, InstantSource clock, SecureRandom random) {
        this.credential = credential;
        this.clock = clock;
        this.random = random;
    }

    /** A new root: makes the key and signs its own certificate. */
    public static CertificateAuthority root(CertificateRecipe recipe, InstantSource clock, SecureRandom random) {
        return new CertificateAuthority(selfSigned(recipe, clock, random), clock, random);
    }

    /** A new key with a certificate that it signed itself; a developer certificate for example. */
    public static Credential selfSigned(CertificateRecipe recipe, InstantSource clock, SecureRandom random) {
        KeyPair pair = recipe.key().generate(random);
        byte[] der = encodeSelfSigned(recipe, pair, clock, random);
        return Credential.unchecked(pair.getPrivate(), List.of(Certificates.certificate(der)));
    }

    /** A certificate for this key, signed by the key itself, as bytes: also for defects that no parser reads. */
    public static byte[] encodeSelfSigned(
            CertificateRecipe recipe, KeyPair pair, InstantSource clock, SecureRandom random) {
        CertificateEncoder.Issuer self = new CertificateEncoder.Issuer(
                CertificateEncoder.subject(recipe),
                CertificateEncoder.keyIdentifier(pair.getPublic()),
                pair.getPrivate(),
                pair.getPublic(),
                Optional.empty());
        return new CertificateEncoder(recipe, pair.getPublic(), clock.instant(), random).encode(self);
    }

    /** An existing authority: its key, and its chain with its own certificate first. */
    public static CertificateAuthority of(Credential credential, InstantSource clock, SecureRandom random) {
        return new CertificateAuthority(credential, clock, random);
    }

    /** A new authority below this one. */
    public CertificateAuthority subordinate(CertificateRecipe recipe) {
        return new CertificateAuthority(issue(recipe), clock, random);
    }

    /** Makes a key and a certificate for it. The chain is the certificate, this authority's and those above up to the root. */
    public Credential issue(CertificateRecipe recipe) {
        KeyPair pair = recipe.key().generate(random);
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(sign(recipe, pair.getPublic()));
        chain.addAll(chain());
        return Credential.unchecked(pair.getPrivate(), chain);
    }

    /**
     * A certificate for this key.
     *
     * @throws IllegalArgumentException when a defect makes something that is no certificate any more: see {@link #encode}
     */
    public X509Certificate sign(CertificateRecipe recipe, PublicKey publicKey) {
        return Certificates.certificate(encode(recipe, publicKey));
    }

    /** What {@link #sign} makes, as bytes: also for defects that no parser reads. */
    public byte[] encode(CertificateRecipe recipe, PublicKey publicKey) {
        X509Certificate own = certificate();
        CertificateEncoder.Issuer issuer = new CertificateEncoder.Issuer(
                own.getSubjectX500Principal().getEncoded(),
                keyIdentifier(own),
                credential.privateKey(),
                own.getPublicKey(),
                Optional.of(own.getNotAfter().toInstant()));
        return new CertificateEncoder(recipe, publicKey, clock.instant(), random).encode(issuer);
    }

    /** The subjectKeyIdentifier of the certificate: what it says itself, else computed. */
    private static byte[] keyIdentifier(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(dev.onboard.pki.internal.Oids.SUBJECT_KEY_IDENTIFIER);
        if (extension != null) {
            try {
                return DerReader.of(DerReader.of(extension).octets()).octets();
            } catch (MalformedDerException e) {
                throw new IllegalStateException(
                        "the CA certificate of " + certificate.getSubjectX500Principal() + " has a "
                                + "subjectKeyIdentifier that is not DER: " + e.getMessage(),
                        e);
            }
        }
        return CertificateEncoder.keyIdentifier(certificate.getPublicKey());
    }

    /**
     * A revocation list in DER, signed by this authority.
     *
     * @throws IllegalArgumentException when the list does not say from when to when it counts
     */
    public byte[] sign(RevocationList list) {
        X509Certificate own = certificate();
        return list.encode(
                own.getSubjectX500Principal().getEncoded(),
                keyIdentifier(own),
                credential.privateKey(),
                own.getPublicKey());
    }

    /** This authority's own certificate. */
    public X509Certificate certificate() {
        return credential.certificate();
    }

    /** This authority's certificate and those above it up to the root. */
    public List<X509Certificate> chain() {
        return credential.chain();
    }

    /** The key with the chain. */
    public Credential credential() {
        return credential;
    }

    @Override
    public String toString() {
        return "CertificateAuthority[" + certificate().getSubjectX500Principal() + "]";
    }
}
