package dev.onboard.pki.internal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A successful basic OCSP response (RFC 6960, 4.2.1) taken apart from its DER. Immutable. */
public final class OcspResponse {
    private static final String BASIC = "1.3.6.1.5.5.7.48.1.1";

    /** What a responder says about a certificate. */
    public enum State {
        GOOD,
        REVOKED,
        UNKNOWN
    }

    /** @param date when it was revoked; only with {@link State#REVOKED} */
    public record Single(
            String digest,
            byte[] issuerName,
            byte[] issuerKey,
            BigInteger serial,
            State state,
            Optional<Instant> date,
            Instant thisUpdate,
            Optional<Instant> nextUpdate) {
        /** Whether it is about this certificate of this issuer. */
        public boolean isAbout(ParsedCertificate certificate, ParsedCertificate issuer) {
            if (!serial.equals(certificate.serial())) {
                return false;
            }
            try {
                MessageDigest hash = MessageDigest.getInstance(digest);
                byte[] name = hash.digest(issuer.subject().encoded());
                DerReader info = DerReader.of(issuer.key().encoded()).sequence();
                info.next();
                return Arrays.equals(name, issuerName) && Arrays.equals(hash.digest(info.bits()), issuerKey);
            } catch (GeneralSecurityException | MalformedDerException e) {
                return false; // a digest nobody knows is about nothing
            }
        }
    }

    private final byte[] signed;
    private final SignatureScheme signature;
    private final byte[] signatureValue;
    private final List<Single> responses = new ArrayList<>(1);
    private final List<ParsedCertificate> certificates = new ArrayList<>(1);

    /** Parses a response; one that reports an error, or is no basic response, fails. */
    public static OcspResponse of(byte[] der) throws MalformedDerException {
        return new OcspResponse(der);
    }

    private OcspResponse(byte[] der) throws MalformedDerException {
        DerReader all = DerReader.of(der);
        DerReader response = all.sequence();
        all.end("the response");
        int status = response.enter(0x0a).smallIntegerContent();
        if (status != 0) {
            throw new MalformedDerException("the responder reports error " + status);
        }
        DerReader bytes = response.enter(0xa0).sequence();
        if (!bytes.oid().equals(BASIC)) {
            throw new MalformedDerException("it is no basic response");
        }
        DerReader basic = DerReader.of(bytes.octets()).sequence();
        this.signed = basic.element();
        this.signature = SignatureScheme.of(basic.element());
        this.signatureValue = basic.bits();
        if (basic.isNext(0xa0)) {
            DerReader list = basic.enter(0xa0).sequence();
            while (list.hasNext() && certificates.size() < 4) {
                certificates.add(ParsedCertificate.of(list.element()));
            }
        }
        DerReader data = DerReader.of(signed).sequence();
        if (data.isNext(0xa0)) {
            data.next();
        }
        data.next(); // who answers: the signature tells
        data.enter(0x18);
        DerReader list = data.sequence();
        while (list.hasNext() && responses.size() < 16) {
            responses.add(single(list.sequence()));
        }
    }

    private static Single single(DerReader entry) throws MalformedDerException {
        DerReader id = entry.sequence();
        String oid = id.sequence().oid();
        String digest = switch (oid) {
            case "1.3.14.3.2.26" -> "SHA-1";
            case "2.16.840.1.101.3.4.2.1" -> "SHA-256";
            default -> oid;
        };
        byte[] name = id.octets();
        byte[] key = id.octets();
        BigInteger serial = id.integer();
        State state = State.UNKNOWN;
        @Nullable Instant date = null;
        int tag = entry.nextTag();
        DerReader status = entry.next();
        if (tag == 0x80) {
            state = State.GOOD;
        } else if (tag == 0xa1) {
            state = State.REVOKED;
            date = status.enter(0x18).generalizedTimeContent();
        }
        Instant thisUpdate = entry.enter(0x18).generalizedTimeContent();
        Optional<Instant> next = entry.isNext(0xa0)
                ? Optional.of(entry.enter(0xa0).enter(0x18).generalizedTimeContent())
                : Optional.empty();
        return new Single(digest, name, key, serial, state, Optional.ofNullable(date), thisUpdate, next);
    }

    public List<Single> responses() {
        return responses;
    }

    /** The certificates that came with it: a delegated responder's. */
    public List<ParsedCertificate> certificates() {
        return certificates;
    }

    public boolean isSignedWith(SubjectKey key) {
        try {
            return signature.verifies(key.key(), signed, 0, signed.length, signatureValue);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false; // a key no provider reads verifies nothing
        }
    }
}
