package dev.onboard.pki.internal;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The algorithm a certificate or revocation list is signed with.
 *
 * @param oid its identifier in dotted decimal
 * @param jcaName Java's name for it; empty when it is not known
 * @param digest {@code SHA-256} and so on; empty when it is not known or has none of its own
 */
public record SignatureScheme(
        String oid, String jcaName, String digest, @Nullable PSSParameterSpec pss) {
    private static final Map<String, String[]> KNOWN = Map.ofEntries(
            Map.entry("1.2.840.10045.4.1", new String[] {"SHA1withECDSA", "SHA-1"}),
            Map.entry("1.2.840.10045.4.3.1", new String[] {"SHA224withECDSA", "SHA-224"}),
            Map.entry("1.2.840.10045.4.3.2", new String[] {"SHA256withECDSA", "SHA-256"}),
            Map.entry("1.2.840.10045.4.3.3", new String[] {"SHA384withECDSA", "SHA-384"}),
            Map.entry("1.2.840.10045.4.3.4", new String[] {"SHA512withECDSA", "SHA-512"}),
            Map.entry("1.2.840.113549.1.1.2", new String[] {"MD2withRSA", "MD2"}),
            Map.entry("1.2.840.113549.1.1.4", new String[] {"MD5withRSA", "MD5"}),
            Map.entry("1.2.840.113549.1.1.5", new String[] {"SHA1withRSA", "SHA-1"}),
            Map.entry("1.2.840.113549.1.1.14", new String[] {"SHA224withRSA", "SHA-224"}),
            Map.entry("1.2.840.113549.1.1.11", new String[] {"SHA256withRSA", "SHA-256"}),
            Map.entry("1.2.840.113549.1.1.12", new String[] {"SHA384withRSA", "SHA-384"}),
            Map.entry("1.2.840.113549.1.1.13", new String[] {"SHA512withRSA", "SHA-512"}),
            Map.entry("1.2.840.10040.4.3", new String[] {"SHA1withDSA", "SHA-1"}),
            Map.entry("2.16.840.1.101.3.4.3.1", new String[] {"SHA224withDSA", "SHA-224"}),
            Map.entry("2.16.840.1.101.3.4.3.2", new String[] {"SHA256withDSA", "SHA-256"}),
            Map.entry("1.3.101.112", new String[] {"Ed25519", ""}),
            Map.entry("1.3.101.113", new String[] {"Ed448", ""}));
    private static final Map<String, String> DIGESTS = Map.of(
            "1.3.14.3.2.26", "SHA-1",
            "2.16.840.1.101.3.4.2.1", "SHA-256",
            "2.16.840.1.101.3.4.2.2", "SHA-384",
            "2.16.840.1.101.3.4.2.3", "SHA-512");

    /** Reads an AlgorithmIdentifier. */
    static SignatureScheme of(byte[] der) throws MalformedDerException {
        DerReader identifier = DerReader.of(der).sequence();
        String oid = identifier.oid();
        if (oid.equals(Oids.RSASSA_PSS)) {
            return pss(oid, identifier);
        }
        String[] known = KNOWN.get(oid);
        if (known == null) {
            return new SignatureScheme(oid, "", "", null);
        }
        if (identifier.isNext(0x05)) {
            identifier.next().end("NULL");
        }
        identifier.end("the signature algorithm");
        return new SignatureScheme(oid, known[0], known[1], null);
    }

    private static SignatureScheme pss(String oid, DerReader identifier) throws MalformedDerException {
        String digest = "SHA-1";
        String mask = "SHA-1";
        int salt = 20;
        if (identifier.isNext(0x30)) {
            DerReader parameters = identifier.sequence();
            if (parameters.isNext(0xa0)) {
                digest = digest(parameters.enter(0xa0).sequence());
            }
            if (parameters.isNext(0xa1)) {
                DerReader generator = parameters.enter(0xa1).sequence();
                generator.oid();
                mask = digest(generator.sequence());
            }
            if (parameters.isNext(0xa2)) {
                salt = parameters.enter(0xa2).smallInteger();
            }
        }
        if (digest.isEmpty() || mask.isEmpty() || salt > 1024) {
            return new SignatureScheme(oid, "", "", null);
        }
        PSSParameterSpec spec = new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(mask), salt, 1);
        return new SignatureScheme(oid, "RSASSA-PSS", digest, spec);
    }

    private static String digest(DerReader identifier) throws MalformedDerException {
        return DIGESTS.getOrDefault(identifier.oid(), "");
    }

    /** Whether this is a way to sign that is known here. */
    public boolean isKnown() {
        return !jcaName.isEmpty();
    }

    /** Java's name, else the identifier. */
    public String describe() {
        if (oid.equals(Oids.RSASSA_PSS) && isKnown()) {
            return "RSASSA-PSS with " + digest;
        }
        return isKnown() ? jcaName : oid;
    }

    /** Whether the key signed these octets; false also when key and algorithm do not go together. */
    public boolean verifies(PublicKey key, byte[] signed, int offset, int length, byte[] signature) {
        if (!isKnown() || !isExact(signature)) {
            return false;
        }
        Optional<Boolean> result = attempt(key, signed, offset, length, signature, false);
        return result.orElseGet(
                () -> attempt(key, signed, offset, length, signature, true).orElse(false));
    }

    /** A signature of two numbers has one encoding only; Java's own reader takes others too. */
    private boolean isExact(byte[] value) {
        if (!jcaName.endsWith("withECDSA") && !jcaName.endsWith("withDSA")) {
            return true;
        }
        try {
            DerReader reader = DerReader.of(value);
            DerReader pair = reader.sequence();
            reader.end("the signature");
            int r = pair.integer().signum();
            int s = pair.integer().signum();
            pair.end("the signature");
            return r > 0 && s > 0;
        } catch (MalformedDerException e) {
            return false;
        }
    }

    private Optional<Boolean> attempt(
            PublicKey key, byte[] signed, int offset, int length, byte[] signature, boolean bouncyCastle) {
        try {
            Signature engine = bouncyCastle
                    ? Signature.getInstance(jcaName, Providers.bouncyCastle())
                    : Signature.getInstance(jcaName);
            if (pss != null) {
                engine.setParameter(pss);
            }
            engine.initVerify(key);
            engine.update(signed, offset, length);
            try {
                return Optional.of(engine.verify(signature));
            } catch (java.security.SignatureException e) {
                return Optional.of(false); // not even a signature by its shape
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            return Optional.empty(); // this provider does not know the curve: ask the other
        }
    }
}
