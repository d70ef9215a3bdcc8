package dev.onboard.pki;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/** A private key and the certificate chain that belongs to it, leaf first. Immutable; {@link #toString} never shows the key. */
public final class Credential {
    private final PrivateKey privateKey;
    private final List<X509Certificate> chain;

    private Credential(PrivateKey privateKey, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a credential needs at least one certificate; the chain is empty");
        }
        this.privateKey = privateKey;
        this.chain = chain.stream().map(CompactCertificate::of).toList();
    }

    /**
     * A key with its chain, checked by a signature: the key must fit the first certificate.
     *
     * @throws IllegalArgumentException when the chain is empty or the key does not fit
     */
    public static Credential of(PrivateKey privateKey, List<X509Certificate> leafFirst) {
        Credential made = new Credential(privateKey, leafFirst);
        X509Certificate leaf = leafFirst.get(0);
        if (!fits(privateKey, leaf)) {
            throw new IllegalArgumentException("the " + privateKey.getAlgorithm()
                    + " private key does not belong to the certificate of " + leaf.getSubjectX500Principal()
                    + "; give the key that the certificate was issued for");
        }
        return made;
    }

    /**
     * A pair that was made here, with the chain that was issued for it: the first certificate must be of its public key.
     *
     * @throws IllegalArgumentException when the chain is empty or the first certificate is of another key
     */
    public static Credential of(KeyPair keys, List<X509Certificate> leafFirst) {
        Credential made = new Credential(keys.getPrivate(), leafFirst);
        X509Certificate leaf = leafFirst.get(0);
        if (!Arrays.equals(leaf.getPublicKey().getEncoded(), keys.getPublic().getEncoded())) {
            throw new IllegalArgumentException("the certificate of " + leaf.getSubjectX500Principal()
                    + " is of another key than the one that was made for it");
        }
        return made;
    }

    /** For a fault: what a party shows, whether or not the key fits the first certificate. */
    public static Credential unproven(PrivateKey privateKey, List<X509Certificate> leafFirst) {
        return new Credential(privateKey, leafFirst);
    }

    /** For a key that was made together with its certificate. */
    static Credential unchecked(PrivateKey privateKey, List<X509Certificate> leafFirst) {
        return new Credential(privateKey, leafFirst);
    }

    private static boolean fits(PrivateKey privateKey, X509Certificate leaf) {
        try {
            String algorithm =
                    SigningAlgorithm.of(privateKey, leaf.getPublicKey()).jcaName();
            byte[] probe = leaf.getTBSCertificate();
            Signature signer = dev.onboard.pki.internal.Providers.signature(algorithm);
            signer.initSign(privateKey);
            signer.update(probe);
            byte[] signature = signer.sign();
            Signature verifier = dev.onboard.pki.internal.Providers.signature(algorithm);
            verifier.initVerify(leaf.getPublicKey());
            verifier.update(probe);
            return verifier.verify(signature);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false; // a key of another kind: it does not fit
        }
    }

    public PrivateKey privateKey() {
        return privateKey;
    }

    /** The certificate of the key. */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** The certificate of the key and what follows it, leaf first; never empty. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** The private key as PKCS#8 version 1, unencrypted DER (RFC 5958; the form OMA Transport 5.2.8.3 asks for). */
    public byte[] privateKeyPkcs8() {
        return PrivateKeys.shortest(privateKey);
    }

    /**
     * The same key with other certificates behind the same leaf.
     *
     * @throws IllegalArgumentException when the first certificate is another one
     */
    public Credential withChain(List<X509Certificate> leafFirst) {
        if (leafFirst.isEmpty() || !leafFirst.get(0).equals(certificate())) {
            throw new IllegalArgumentException("the chain must begin with the certificate of "
                    + certificate().getSubjectX500Principal());
        }
        return new Credential(privateKey, leafFirst);
    }

    @Override
    public String toString() {
        return "Credential[" + certificate().getSubjectX500Principal() + ", " + chain.size() + " certificates]";
    }
}
