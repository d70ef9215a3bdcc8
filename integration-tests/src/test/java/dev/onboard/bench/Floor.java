package dev.onboard.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.CryptoProvider;
import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.concurrent.TimeUnit;
import javax.crypto.KeyAgreement;

/**
 * What an onboarding cannot cost less than: its operations on P-256, on all sides, by the fastest provider that is there, in
 * milliseconds of one processor.
 *
 * @param keyMillis to generate a key pair
 * @param signMillis to sign, SHA256withECDSA
 * @param verifyMillis to verify
 * @param agreeMillis to agree on a secret
 */
record Floor(String provider, double keyMillis, double signMillis, double verifyMillis, double agreeMillis) {
    /** The LwM2M key, and an ephemeral one on either side of two handshakes. */
    static final int KEYS = 5;
    /** The certificate; ServerKeyExchange and CertificateVerify of two handshakes. */
    static final int SIGNATURES = 5;
    /** The same two of each handshake, and the device's certificate; the servers' certificates not, when their verdicts are reused. */
    static final int VERIFICATIONS = 6;
    /** Either side of two handshakes. */
    static final int AGREEMENTS = 4;

    private static final long TIME_EACH = TimeUnit.MILLISECONDS.toNanos(700);
    private static final byte[] TEXT = new byte[200];

    private interface Operation {
        void run() throws GeneralSecurityException;
    }

    /** Measures it, for about six seconds, half of which warms up. */
    static Floor measure() throws GeneralSecurityException {
        CryptoProvider.install();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair own = generator.generateKeyPair();
        KeyPair other = generator.generateKeyPair();
        byte[] signed = sign(own);
        return new Floor(
                CryptoProvider.inUse(),
                millis(generator::generateKeyPair),
                millis(() -> sign(own)),
                millis(() -> {
                    Signature check = Signature.getInstance("SHA256withECDSA");
                    check.initVerify(own.getPublic());
                    check.update(TEXT);
                    if (!check.verify(signed)) {
                        throw new GeneralSecurityException("a good signature is refused");
                    }
                }),
                millis(() -> {
                    KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
                    agreement.init(own.getPrivate());
                    agreement.doPhase(other.getPublic(), true);
                    agreement.generateSecret();
                }));
    }

    private static byte[] sign(KeyPair pair) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        signature.update(TEXT);
        return signature.sign();
    }

    /** Of this thread's processor time, after as long again for the compiler. */
    private static double millis(Operation operation) throws GeneralSecurityException {
        run(operation);
        return run(operation);
    }

    private static double run(Operation operation) throws GeneralSecurityException {
        var threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        long used = 0;
        int count = 0;
        while (used < TIME_EACH) {
            for (int i = 0; i < 50; i++) {
                operation.run();
            }
            count += 50;
            used = threads.getCurrentThreadCpuTime() - start;
        }
        return used / 1e6 / count;
    }

    /** For one onboarding. */
    double each() {
        return KEYS * keyMillis + SIGNATURES * signMillis + VERIFICATIONS * verifyMillis + AGREEMENTS * agreeMillis;
    }

    ObjectNode json() {
        ObjectNode json = Json.object().put("provider", provider).put("cpu_ms_each", each());
        json.putObject("counts")
                .put("key_generations", KEYS)
                .put("signatures", SIGNATURES)
                .put("verifications", VERIFICATIONS)
                .put("agreements", AGREEMENTS);
        json.putObject("cpu_ms_per_operation")
                .put("key_generation", keyMillis)
                .put("signature", signMillis)
                .put("verification", verifyMillis)
                .put("agreement", agreeMillis);
        return json;
    }

    String sentence() {
        return String.format(
                "floor   %d key generations, %d signatures, %d verifications, %d key agreements on P-256 by %s: %.2f CPU-ms",
                KEYS, SIGNATURES, VERIFICATIONS, AGREEMENTS, provider, each());
    }
}
