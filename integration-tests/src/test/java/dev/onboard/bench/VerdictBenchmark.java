package dev.onboard.bench;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CryptoProvider;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The evaluation of what a device usually sends, its certificate and the CA above it, against the two signature checks that
 * nobody can do without.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
public class VerdictBenchmark {
    /** Whose elliptic curves: the JDK's own, Bouncy Castle's placed before them, or Corretto's, which run where they load. */
    @Param({"jdk", "bouncycastle", "corretto"})
    public String provider = "";

    private TrustPolicy policy =
            TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP).build();
    private List<byte[]> chain = List.of();
    private List<Check> checks = List.of();
    private Instant now = Instant.EPOCH;

    private record Check(X509Certificate certificate, X509Certificate issuer) {}

    /** Makes the chain. */
    @Setup
    public void make() throws GeneralSecurityException {
        System.setProperty(CryptoProvider.PROPERTY, provider.equals("corretto") ? "corretto" : "jdk");
        CryptoProvider.install();
        if (provider.equals("bouncycastle")) {
            Security.insertProviderAt(new BouncyCastleProvider(), 1);
        }
        InstantSource clock = InstantSource.system();
        CertificateAuthority root = CertificateAuthority.root(CertificateRecipe.ca("Root"), clock, new SecureRandom());
        CertificateAuthority ca = root.subordinate(CertificateRecipe.ca("Factory CA"));
        X509Certificate leaf = ca.issue(CertificateRecipe.device("meter-7")).certificate();
        policy = TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                .anchors(List.of(TrustAnchor.authority("root", root.certificate())))
                .build();
        chain = List.of(leaf.getEncoded(), ca.certificate().getEncoded());
        checks = List.of(new Check(leaf, ca.certificate()), new Check(ca.certificate(), root.certificate()));
        now = clock.instant();
        if (!(policy.evaluate(chain, now) instanceof Verdict.Trusted)) {
            throw new IllegalStateException("the chain is not trusted: " + policy.evaluate(chain, now));
        }
    }

    /** All of it. */
    @Benchmark
    public Verdict evaluation() {
        return policy.evaluate(chain, now);
    }

    /** The signature checks alone, over certificates and keys that are parsed already. */
    @Benchmark
    public boolean signatures() throws GeneralSecurityException {
        boolean good = true;
        for (Check check : checks) {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initVerify(check.issuer().getPublicKey());
            signature.update(check.certificate().getTBSCertificate());
            good &= signature.verify(check.certificate().getSignature());
        }
        return good;
    }
}
