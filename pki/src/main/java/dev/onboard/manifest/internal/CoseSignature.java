package dev.onboard.manifest.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * One COSE_Sign1 with its payload elsewhere (RFC 9052, 4.2). Immutable; its arrays are not to be changed.
 *
 * @param protectedHeader as it was signed
 * @param algorithm COSE's number; 0 when none is named
 * @param chain x5chain (RFC 9360): the signer's certificate in DER and those above it, leaf first; empty when not given
 * @param signature r and s
 */
public record CoseSignature(byte[] protectedHeader, long algorithm, List<byte[]> chain, byte[] signature) {
    /** ES256 (RFC 9053, 2.1). */
    public static final int ES256 = -7;
    /** ECDSA on P-256 with SHA-256, the fully specified name of the same (RFC 9864, 2.1). */
    public static final int ESP256 = -9;

    private static final int TAG = 18;
    private static final int ALG = 1;
    private static final int CRIT = 2;
    private static final int X5CHAIN = 33;

    /** What is signed: Sig_structure (RFC 9052, 4.4) with this payload. */
    public byte[] signed(byte[] payload) {
        return signed(protectedHeader, payload);
    }

    /** The header that names ES256. */
    public static byte[] es256() {
        return new CborWriter().map(1).integer(ALG).integer(ES256).done();
    }

    /** See {@link #signed(byte[])}. */
    public static byte[] signed(byte[] protectedHeader, byte[] payload) {
        return new CborWriter()
                .array(4)
                .text("Signature1")
                .bytes(protectedHeader)
                .bytes(new byte[0])
                .bytes(payload)
                .done();
    }

    /** The octets, tagged. */
    public byte[] encoded() {
        CborWriter out = new CborWriter().tag(TAG).array(4).bytes(protectedHeader);
        if (chain.isEmpty()) {
            out.map(0);
        } else {
            out.map(1).integer(X5CHAIN);
            if (chain.size() == 1) {
                out.bytes(chain.get(0));
            } else {
                out.array(chain.size());
                chain.forEach(out::bytes);
            }
        }
        return out.nothing().bytes(signature).done();
    }

    /** Reads one. */
    public static CoseSignature read(CborReader in) throws MalformedCborException {
        String what = "the signature";
        in.tag(TAG, what);
        if (in.array(what) != 4) {
            throw new MalformedCborException(what + " is not an array of 4");
        }
        byte[] header = in.bytes("the protected header");
        long algorithm = header.length == 0 ? 0 : algorithm(header);
        List<byte[]> chain = unprotected(in);
        if (!in.isNull()) {
            throw new MalformedCborException(what + " has a payload of its own");
        }
        byte[] signature = in.bytes(what);
        in.end(what);
        return new CoseSignature(header, algorithm, chain, signature);
    }

    private static long algorithm(byte[] header) throws MalformedCborException {
        CborReader in = CborReader.of(header);
        int pairs = in.map("the protected header");
        long algorithm = 0;
        for (int i = 0; i < pairs; i++) {
            long key = in.integer("a label of the protected header");
            if (key == CRIT) {
                throw new MalformedCborException(
                        "the protected header has critical labels, of which none is known here");
            } else if (key == ALG && algorithm == 0) {
                algorithm = in.integer("the algorithm");
            } else if (key == ALG) {
                throw new MalformedCborException("the protected header names the algorithm twice");
            } else {
                in.item("the protected header");
            }
        }
        in.end("the protected header");
        return algorithm;
    }

    private static List<byte[]> unprotected(CborReader in) throws MalformedCborException {
        List<byte[]> chain = new ArrayList<>();
        int pairs = in.map("the unprotected header");
        for (int i = 0; i < pairs; i++) {
            if (in.integer("a label of the unprotected header") != X5CHAIN) {
                in.item("the unprotected header");
                continue;
            }
            if (!chain.isEmpty()) {
                throw new MalformedCborException("the unprotected header has x5chain twice");
            }
            int certificates = in.next() == 4 ? in.array("x5chain") : 1;
            for (int k = 0; k < certificates; k++) {
                chain.add(in.bytes("x5chain"));
            }
        }
        return List.copyOf(chain);
    }
}
