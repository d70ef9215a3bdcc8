package dev.onboard.testbed;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.Credential;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The LwM2M server's CA, key and certificate, which are exchanged together while the server runs. Thread-safe. */
final class LwM2mIdentity {
    private final Function<CertificateAuthority, Credential> leaf;
    private volatile Present present;

    private record Present(CertificateAuthority authority, Credential credential) {}

    /**
     * @param cross by which the CA before vouches for this one
     * @param leaf makes a key and a certificate for the server
     */
    LwM2mIdentity(
            CertificateAuthority authority,
            Optional<X509Certificate> cross,
            Function<CertificateAuthority, Credential> leaf) {
        this.leaf = leaf;
        this.present = made(authority, cross);
    }

    private Present made(CertificateAuthority authority, Optional<X509Certificate> cross) {
        Credential made = leaf.apply(authority);
        Optional<X509Certificate> vouching = cross.filter(certificate -> certificate
                .getSubjectX500Principal()
                .equals(authority.certificate().getSubjectX500Principal()));
        return new Present(
                authority,
                vouching.map(above -> made.withChain(List.of(made.certificate(), above)))
                        .orElse(made));
    }

    /** Another key and certificate of this CA. */
    void exchange(CertificateAuthority authority, Optional<X509Certificate> cross) {
        present = made(authority, cross);
    }

    /** A key and a certificate that this CA has signed. */
    void exchange(Credential another) {
        present = new Present(present.authority(), another);
    }

    CertificateAuthority authority() {
        return present.authority();
    }

    Credential credential() {
        return present.credential();
    }

    /** What comes of the CA's certificate and the server's own, of the same moment. */
    <T> T known(BiFunction<X509Certificate, X509Certificate, T> by) {
        Present now = present;
        return by.apply(now.authority().certificate(), now.credential().certificate());
    }
}
