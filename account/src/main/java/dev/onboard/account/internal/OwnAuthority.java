package dev.onboard.account.internal;

import dev.onboard.account.CertificateIssuer;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The account's own LwM2M device CA as a certificate issuer. It signs on the thread that asks. Of its chain a device
 * gets what lies below a self-signed root, which the LwM2M server has itself.
 *
 * @param present the CA that signs now
 * @param terms makes of the usual certificate the one that is signed
 */
public record OwnAuthority(Supplier<CertificateAuthority> present, UnaryOperator<CertificateRecipe> terms)
        implements CertificateIssuer {
    /** Signs for as long as is usual. */
    public OwnAuthority(CertificateAuthority authority) {
        this(() -> authority, recipe -> recipe);
    }

    private CertificateAuthority authority() {
        return present.get();
    }

    @Override
    public Optional<X509Certificate> certificate() {
        return Optional.of(authority().certificate());
    }

    @Override
    public String name() {
        return authority().certificate().getSubjectX500Principal().getName();
    }

    @Override
    public CompletionStage<Signed> issue(Subject subject) {
        CertificateAuthority authority = authority();
        CertificateRecipe recipe = terms.apply(subject.recipe()).withSerial(subject.unusedSerial());
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(authority.sign(recipe, subject.publicKey()));
        for (X509Certificate above : authority.chain()) {
            if (!above.getSubjectX500Principal().equals(above.getIssuerX500Principal())) {
                chain.add(above);
            }
        }
        return CompletableFuture.completedFuture(new Signed(chain, authority.certificate()));
    }
}
