package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.Oids;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a certificate revocation list is to say (RFC 5280, 5); {@link CertificateAuthority#sign(RevocationList)} makes it.
 * A good, complete list unless a fault is added. Immutable: each {@code with…} method returns a changed copy.
 */
public final class RevocationList {
    /** Why a certificate is revoked (RFC 5280, 5.3.1). */
    public enum Cause {
        UNSPECIFIED(0),
        KEY_COMPROMISE(1),
        CA_COMPROMISE(2),
        AFFILIATION_CHANGED(3),
        SUPERSEDED(4),
        CESSATION_OF_OPERATION(5),
        /** For a time; a later list may leave the certificate out again. */
        CERTIFICATE_HOLD(6),
        /** In a delta list: no longer on hold. */
        REMOVE_FROM_CRL(8),
        PRIVILEGE_WITHDRAWN(9);

        private final int code;

        Cause(int code) {
            this.code = code;
        }
    }

    /** One named fault of a list. */
    public enum Fault {
        NO_NUMBER,
        CRITICAL_NUMBER,
        BAD_SIGNATURE,
        UNKNOWN_CRITICAL_EXTENSION;

        /** The word in scenarios, for example {@code no-number}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Which certificates a list is about. */
    public enum Scope {
        ALL,
        USER_CERTIFICATES,
        CA_CERTIFICATES
    }

    private record Entry(BigInteger serial, Instant date, Cause cause, Optional<byte[]> certificateIssuer) {}

    private static final class Contents implements Cloneable {
        BigInteger number = BigInteger.ONE;
        Optional<Instant> thisUpdate = Optional.empty();
        Optional<Instant> nextUpdate = Optional.empty();
        List<Entry> entries = List.of();
        Optional<BigInteger> base = Optional.empty();
        Optional<String> distributionPoint = Optional.empty();
        Scope scope = Scope.ALL;
        boolean indirect;
        Set<Fault> faults = Set.of();

        Contents copy() {
            try {
                return (Contents) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final Contents contents;

    private RevocationList(Contents contents) {
        this.contents = contents;
    }

    /** An empty, complete list with this number that counts between these times. */
    public static RevocationList of(long number, Instant thisUpdate, Instant nextUpdate) {
        Contents contents = new Contents();
        contents.number = BigInteger.valueOf(number);
        contents.thisUpdate = Optional.of(thisUpdate);
        contents.nextUpdate = Optional.of(nextUpdate);
        return new RevocationList(contents);
    }

    /** Adds a certificate of the authority that signs the list. */
    public RevocationList withRevoked(BigInteger serial, Instant date, Cause cause) {
        return with(c -> c.entries = append(c.entries, new Entry(serial, date, cause, Optional.empty())));
    }

    /** Adds a certificate of any authority; of another one only in an indirect list. */
    public RevocationList withRevoked(X509Certificate certificate, Instant date, Cause cause) {
        byte[] issuer = certificate.getIssuerX500Principal().getEncoded();
        return with(c -> c.entries =
                append(c.entries, new Entry(certificate.getSerialNumber(), date, cause, Optional.of(issuer))));
    }

    /** Makes it a delta list on the complete list with this number. */
    public RevocationList withDeltaBase(long baseNumber) {
        return with(c -> c.base = Optional.of(BigInteger.valueOf(baseNumber)));
    }

    /** Limits it to the distribution point with this URI. */
    public RevocationList withDistributionPoint(String uri) {
        return with(c -> c.distributionPoint = Optional.of(uri));
    }

    /** Limits it to a kind of certificate. */
    public RevocationList withScope(Scope scope) {
        return with(c -> c.scope = scope);
    }

    /** Lets it list certificates of other authorities. */
    public RevocationList asIndirect() {
        return with(c -> c.indirect = true);
    }

    /** Adds a fault. */
    public RevocationList with(Fault fault) {
        return with(c -> {
            EnumSet<Fault> faults = EnumSet.of(fault);
            faults.addAll(c.faults);
            c.faults = faults;
        });
    }

    private RevocationList with(java.util.function.Consumer<Contents> change) {
        Contents copy = contents.copy();
        change.accept(copy);
        return new RevocationList(copy);
    }

    private static <T> List<T> append(List<T> list, T more) {
        List<T> all = new ArrayList<>(list);
        all.add(more);
        return List.copyOf(all);
    }

    byte[] encode(byte[] issuer, byte[] keyId, PrivateKey key, PublicKey publicKey) {
        SigningAlgorithm algorithm = SigningAlgorithm.of(key, publicKey);
        List<byte[]> fields = new ArrayList<>();
        fields.add(Der.integer(1));
        fields.add(algorithm.identifier());
        fields.add(issuer);
        fields.add(Der.time(contents.thisUpdate.orElseThrow()));
        fields.add(Der.time(contents.nextUpdate.orElseThrow()));
        if (!contents.entries.isEmpty()) {
            fields.add(Der.sequence(contents.entries.stream().map(this::entry).toList()));
        }
        fields.add(Der.explicit(0, Der.sequence(extensions(keyId))));
        byte[] tbs = Der.sequence(fields);
        byte[] signature = CertificateEncoder.sign(key, algorithm, tbs);
        if (contents.faults.contains(Fault.BAD_SIGNATURE)) {
            signature[signature.length - 1] ^= 1;
        }
        return Der.sequence(tbs, algorithm.identifier(), Der.bits(signature));
    }

    private byte[] entry(Entry entry) {
        List<byte[]> extensions = new ArrayList<>();
        if (entry.cause() != Cause.UNSPECIFIED) {
            byte[] code = Der.tlv(0x0a, new byte[] {(byte) entry.cause().code});
            extensions.add(Der.sequence(Der.oid(Oids.REASON_CODE), Der.octets(code)));
        }
        if (contents.indirect && entry.certificateIssuer().isPresent()) {
            byte[] name = Der.explicit(4, entry.certificateIssuer().get());
            extensions.add(
                    Der.sequence(Der.oid(Oids.CERTIFICATE_ISSUER), Der.bool(true), Der.octets(Der.sequence(name))));
        }
        return extensions.isEmpty()
                ? Der.sequence(Der.integer(entry.serial()), Der.time(entry.date()))
                : Der.sequence(Der.integer(entry.serial()), Der.time(entry.date()), Der.sequence(extensions));
    }

    private List<byte[]> extensions(byte[] keyId) {
        List<byte[]> out = new ArrayList<>();
        out.add(Der.sequence(Der.oid(Oids.AUTHORITY_KEY_IDENTIFIER), Der.octets(Der.sequence(Der.implicit(0, keyId)))));
        byte[] number = Der.octets(Der.integer(contents.number));
        if (contents.faults.contains(Fault.CRITICAL_NUMBER)) {
            out.add(Der.sequence(Der.oid(Oids.CRL_NUMBER), Der.bool(true), number));
        } else if (!contents.faults.contains(Fault.NO_NUMBER)) {
            out.add(Der.sequence(Der.oid(Oids.CRL_NUMBER), number));
        }
        contents.base.ifPresent(base -> out.add(
                Der.sequence(Der.oid(Oids.DELTA_CRL_INDICATOR), Der.bool(true), Der.octets(Der.integer(base)))));
        List<byte[]> point = new ArrayList<>();
        contents.distributionPoint.ifPresent(uri ->
                point.add(Der.explicit(0, Der.explicit(0, Der.implicit(6, uri.getBytes(StandardCharsets.US_ASCII))))));
        if (contents.scope != Scope.ALL) {
            int tag = contents.scope == Scope.USER_CERTIFICATES ? 1 : 2;
            point.add(Der.implicit(tag, new byte[] {(byte) 0xff}));
        }
        if (contents.indirect) {
            point.add(Der.implicit(4, new byte[] {(byte) 0xff}));
        }
        if (!point.isEmpty()) {
            out.add(Der.sequence(
                    Der.oid(Oids.ISSUING_DISTRIBUTION_POINT), Der.bool(true), Der.octets(Der.sequence(point))));
        }
        if (contents.faults.contains(Fault.UNKNOWN_CRITICAL_EXTENSION)) {
            out.add(Der.sequence(Der.oid("1.3.6.1.4.1.32473.2"), Der.bool(true), Der.octets(Der.nul())));
        }
        return out;
    }
}
