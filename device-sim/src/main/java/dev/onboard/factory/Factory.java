package dev.onboard.factory;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.SubjectName;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes devices. It has one root CA, under it a line of intermediate CAs, each made when a device first needs it, and the
 * signer of firmware whose certificate goes into every device as its update authenticity certificate.
 *
 * <p>Thread-safe. Kept between runs by {@link FactoryFiles}.
 */
public final class Factory {
    private final InstantSource clock;
    private final Credential updateSigner;
    /** Root first; each next one was signed by the one before. */
    private final List<CertificateAuthority> line;

    Factory(List<CertificateAuthority> line, Credential updateSigner, InstantSource clock) {
        this.line = new ArrayList<>(line);
        this.updateSigner = updateSigner;
        this.clock = clock;
    }

    /**
     * Founds a factory: a new root CA and a new signer of firmware.
     *
     * @param name goes into the names of its CAs
     */
    public static Factory found(String name, InstantSource clock, SecureRandom random) {
        return found(name, KeyAlgorithm.P256, clock, random);
    }

    /** Founds a factory whose CAs have keys of this kind. */
    static Factory found(String name, KeyAlgorithm key, InstantSource clock, SecureRandom random) {
        return found(
                name,
                key,
                CertificateAuthority.selfSigned(
                        CertificateRecipe.firmwareSigner(name + " update authenticity"), clock, random),
                clock,
                random);
    }

    /** Founds a factory with a new root CA, whose devices accept firmware of this signer. */
    static Factory found(
            String name, KeyAlgorithm key, Credential updateSigner, InstantSource clock, SecureRandom random) {
        CertificateAuthority root = CertificateAuthority.root(
                CertificateRecipe.ca(name + " root CA").withKey(key), clock, random);
        return new Factory(List.of(root), updateSigner, clock);
    }

    /**
     * The CA that signs the certificates of devices with so many CAs above them.
     *
     * @param chainDepth 1 for the root, at most {@link FactoryOrder#DEEPEST}
     */
    public synchronized CertificateAuthority authority(int chainDepth) {
        if (chainDepth < 1 || chainDepth > FactoryOrder.DEEPEST) {
            throw new IllegalArgumentException("a chain depth of " + chainDepth
                    + " cannot be made; 1 (signed by the root) to " + FactoryOrder.DEEPEST + " can");
        }
        while (line.size() < chainDepth) {
            CertificateAuthority above = line.get(line.size() - 1);
            line.add(above.subordinate(
                    CertificateRecipe.ca(intermediateName(line.size())).withKey(kind(above))));
        }
        return line.get(chainDepth - 1);
    }

    /** The CAs made so far, root first. */
    public synchronized List<CertificateAuthority> authorities() {
        return List.copyOf(line);
    }

    /** The certificates of the CAs above a device of this chain depth: the one that signs it first, the root last. */
    public List<X509Certificate> chain(int chainDepth) {
        return authority(chainDepth).chain();
    }

    /** Key and certificate with which firmware is signed for this factory's devices. */
    public Credential updateSigner() {
        return updateSigner;
    }

    /** Makes a device. */
    public DeviceBundle make(FactoryOrder order) {
        CertificateAuthority signer = authority(order.chainDepth());
        Credential leaf = signer.issue(order.recipe());
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(leaf.certificate());
        List<X509Certificate> above = signer.chain();
        chain.addAll(above.subList(0, above.size() - 1));
        return new DeviceBundle(
                order.endpoint(),
                order.mode(),
                leaf.withChain(chain),
                order.serverUri(),
                order.serverCa(),
                List.of(),
                updateSigner.certificate(),
                order.identity(),
                order.sends());
    }

    /** Makes a device and says so in the journal. */
    public DeviceBundle make(FactoryOrder order, Journal journal) {
        Instant start = clock.instant();
        DeviceBundle bundle = make(order);
        X509Certificate certificate = bundle.credential().certificate();
        journal.record(Event.of(Stage.MADE, Party.FACTORY)
                .endpoint(order.endpoint().value())
                .took(Duration.between(start, clock.instant()))
                .fact("serial", certificate.getSerialNumber().toString(16))
                .fact("issuer", certificate.getIssuerX500Principal().getName())
                .fact("mode", order.mode().word())
                .fact("chain_depth", Integer.toString(order.chainDepth())));
        return bundle;
    }

    private static KeyAlgorithm kind(CertificateAuthority authority) {
        return authority.certificate().getPublicKey() instanceof ECPublicKey key
                        && key.getParams().getOrder().bitLength() == 384
                ? KeyAlgorithm.P384
                : KeyAlgorithm.P256;
    }

    private String intermediateName(int number) {
        String root = SubjectName.commonNames(line.get(0).certificate()).get(0);
        return root.replace(" root CA", "") + " intermediate CA " + number;
    }
}
