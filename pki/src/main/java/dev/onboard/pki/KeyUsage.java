package dev.onboard.pki;

import java.util.ArrayList;
import java.util.List;

/** The bits of the keyUsage extension (RFC 5280, 4.2.1.3). */
final class KeyUsage {
    static final int DIGITAL_SIGNATURE = 1;
    static final int KEY_ENCIPHERMENT = 1 << 2;
    static final int KEY_AGREEMENT = 1 << 4;
    static final int KEY_CERT_SIGN = 1 << 5;
    static final int CRL_SIGN = 1 << 6;

    private static final List<String> NAMES = List.of(
            "digitalSignature",
            "contentCommitment",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly");

    private KeyUsage() {}

    /** The names of the bits that are set. */
    static List<String> names(int bits) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < NAMES.size(); i++) {
            if ((bits >> i & 1) != 0) {
                names.add(NAMES.get(i));
            }
        }
        return names;
    }
}
