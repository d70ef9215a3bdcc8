package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;
import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.Providers;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Writes a certificate from a recipe, with the recipe's defects. The encoding is ours because a library refuses to write
 * most of the faults.
 *
 * <p>Longer than a page because every field and extension has its good form and its faults in one place.
 */
final class CertificateEncoder {
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** Who signs: {@code name} is the DER subject, {@code keyId} the subjectKeyIdentifier. */
    record Issuer(byte[] name, byte[] keyId, PrivateKey key, PublicKey publicKey, Optional<Instant> notAfter) {}

    private final CertificateRecipe recipe;
    private final PublicKey publicKey;
    private final Instant now;
    private final SecureRandom random;

    CertificateEncoder(CertificateRecipe recipe, PublicKey publicKey, Instant now, SecureRandom random) {
        this.recipe = recipe;
        this.publicKey = publicKey;
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
        this.random = random;
    }

    /** The DER subject of a recipe. */
    static byte[] subject(CertificateRecipe recipe) {
        List<byte[]> rdns = new ArrayList<>();
        if (!recipe.has(Defect.EMPTY_SUBJECT)) {
            for (CertificateRecipe.Attribute attribute : recipe.subject()) {
                byte[] value = attribute.value().clone();
                if (recipe.has(Defect.T61_SUBJECT)) {
                    value[0] = 0x14;
                }
                rdns.add(Der.set(Der.sequence(Der.oid(attribute.oid()), value)));
            }
        }
        return Der.sequence(rdns);
    }

    /** The SHA-1 of the public key's bits (RFC 5280, 4.2.1.2, method 1). */
    static byte[] keyIdentifier(PublicKey key) {
        try {
            DerReader info = DerReader.of(key.getEncoded()).sequence();
            info.next();
            return MessageDigest.getInstance("SHA-1").digest(info.bits());
        } catch (GeneralSecurityException | MalformedDerException e) {
            throw new IllegalArgumentException("the public key has no usable encoding: " + e.getMessage(), e);
        }
    }

    /** The certificate in DER, or what its defects make of it. */
    byte[] encode(Issuer issuer) {
        String digest = recipe.has(Defect.SHA1_SIGNATURE) ? "SHA1" : recipe.has(Defect.MD5_SIGNATURE) ? "MD5" : "";
        SigningAlgorithm algorithm = SigningAlgorithm.of(issuer.key(), issuer.publicKey(), digest);
        byte[] tbs = edited(toBeSigned(issuer, algorithm), false);
        byte[] signature = sign(issuer.key(), algorithm, tbs);
        if (recipe.has(Defect.BAD_SIGNATURE)) {
            signature[signature.length - 1] ^= 1;
        }
        if (recipe.has(Defect.CHANGED_AFTER_SIGNING)) {
            flipInSubject(tbs);
        }
        byte[] outer = recipe.has(Defect.SIGNATURE_ALGORITHM_MISMATCH)
                ? Der.sequence(Der.oid("1.2.840.10045.4.3.3"))
                : algorithm.identifier();
        byte[] bits = Der.bits(signature);
        if (recipe.has(Defect.BIT_STRING_PADDING)) {
            bits[bits.length - signature.length - 1] = 3; // three unused bits that are set
            bits[bits.length - 1] |= 7;
        }
        return edited(disfigure(Der.sequence(tbs, outer, bits)), true);
    }

    private byte[] edited(byte[] der, boolean signed) {
        byte[] result = der;
        for (CertificateRecipe.Edit edit : recipe.edits()) {
            if (edit.afterSigning() == signed) {
                result = edited(result, edit);
            }
        }
        return result;
    }

    private static byte[] edited(byte[] der, CertificateRecipe.Edit edit) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] octets = edit.octets();
        int at = 0;
        boolean found = false;
        while (at < der.length) {
            int end = at + octets.length;
            if (end <= der.length && Arrays.equals(der, at, end, octets, 0, octets.length)) {
                out.writeBytes(edit.become());
                at = end;
                found = true;
            } else {
                out.write(der[at++]);
            }
        }
        if (!found) {
            throw new IllegalArgumentException(
                    "the octets " + HexFormat.of().formatHex(octets) + " stand nowhere in the certificate");
        }
        return out.toByteArray();
    }

    private byte[] disfigure(byte[] certificate) {
        if (recipe.has(Defect.TRAILING_BYTES)) {
            byte[] longer = java.util.Arrays.copyOf(certificate, certificate.length + 4);
            longer[certificate.length] = 'x';
            return longer;
        }
        if (recipe.has(Defect.TRUNCATED)) {
            return java.util.Arrays.copyOf(certificate, certificate.length - 5);
        }
        if (recipe.has(Defect.NON_MINIMAL_LENGTH)) {
            byte[] longer = new byte[certificate.length + 1];
            longer[0] = 0x30;
            longer[1] = (byte) 0x83;
            System.arraycopy(certificate, 2, longer, 3, certificate.length - 2);
            return longer;
        }
        if (recipe.has(Defect.INDEFINITE_LENGTH)) {
            byte[] ber = new byte[certificate.length];
            ber[0] = 0x30;
            ber[1] = (byte) 0x80;
            System.arraycopy(certificate, 4, ber, 2, certificate.length - 4); // the end is two zero octets
            return ber;
        }
        if (recipe.has(Defect.PEM_INSTEAD_OF_DER)) {
            String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate);
            return ("-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }
        return certificate;
    }

    private byte[] toBeSigned(Issuer issuer, SigningAlgorithm algorithm) {
        List<byte[]> fields = new ArrayList<>();
        boolean plain = recipe.has(Defect.VERSION_1) || recipe.has(Defect.VERSION_2);
        if (recipe.has(Defect.VERSION_2)) {
            fields.add(Der.explicit(0, Der.integer(1)));
        } else if (!plain && !recipe.has(Defect.VERSION_1_WITH_EXTENSIONS)) {
            fields.add(Der.explicit(0, Der.integer(2)));
        }
        fields.add(serial());
        fields.add(algorithm.identifier());
        fields.add(issuer.name());
        fields.add(validity(issuer));
        fields.add(subject(recipe));
        fields.add(subjectPublicKeyInfo());
        if (!plain) {
            fields.add(Der.explicit(3, Der.sequence(extensions(issuer))));
        }
        return Der.sequence(fields);
    }

    /** A serial number of 20 octets at most, positive, random in 152 bits or more (RFC 5280, 4.1.2.2). */
    private byte[] serial() {
        if (recipe.has(Defect.SERIAL_ZERO)) {
            return Der.integer(0);
        }
        if (recipe.serial().isPresent()) {
            return Der.integer(recipe.serial().get());
        }
        byte[] octets = new byte[recipe.has(Defect.SERIAL_TOO_LONG) ? 21 : 20];
        random.nextBytes(octets);
        octets[0] = (byte) (octets[0] & 0x3f | 0x40); // positive, and always of full length
        if (recipe.has(Defect.SERIAL_NEGATIVE)) {
            octets[0] |= (byte) 0x80;
        }
        if (recipe.has(Defect.NON_MINIMAL_INTEGER)) {
            return Der.tlv(0x02, new byte[] {0, 0x11});
        }
        return Der.integer(new BigInteger(octets));
    }

    private byte[] validity(Issuer issuer) {
        Instant notBefore = recipe.notBefore().orElse(now.minus(SKEW));
        Instant notAfter = recipe.notAfter().orElseGet(() -> {
            Instant own = now.plus(recipe.duration());
            // not beyond the issuer's life, unless that is over: then the fault is the issuer's
            return issuer.notAfter().filter(own::isAfter).filter(now::isBefore).orElse(own);
        });
        if (recipe.has(Defect.EXPIRED)) {
            notBefore = now.minus(Duration.ofDays(30));
            notAfter = now.minus(Duration.ofHours(1));
        }
        if (recipe.has(Defect.NOT_YET_VALID)) {
            notBefore = now.plus(Duration.ofHours(1));
            notAfter = notBefore.plus(recipe.duration());
        }
        if (recipe.has(Defect.REVERSED_VALIDITY)) {
            return Der.sequence(Der.time(now.plus(Duration.ofDays(1))), Der.time(now.minus(Duration.ofDays(1))));
        }
        if (notAfter.isAfter(LAST)) {
            notAfter = LAST;
        }
        byte[] end = Der.time(notAfter);
        if (recipe.has(Defect.GENERALIZED_TIME_BEFORE_2050)) {
            end = Der.generalizedTime(notAfter);
        }
        if (recipe.has(Defect.UTC_TIME_WITHOUT_SECONDS)) {
            end = Der.tlv(0x17, (text(Der.utcTime(notAfter), 10) + "Z").getBytes(StandardCharsets.US_ASCII));
        }
        if (recipe.has(Defect.UTC_TIME_WITH_OFFSET)) {
            end = Der.tlv(0x17, (text(Der.utcTime(notAfter), 12) + "+0100").getBytes(StandardCharsets.US_ASCII));
        }
        if (recipe.has(Defect.GENERALIZED_TIME_WITH_FRACTION)) {
            end = Der.tlv(0x18, (text(Der.generalizedTime(notAfter), 14) + ".5Z").getBytes(StandardCharsets.US_ASCII));
        }
        return Der.sequence(Der.time(notBefore), end);
    }

    private static String text(byte[] time, int length) {
        return new String(time, 2, length, StandardCharsets.US_ASCII);
    }

    private byte[] subjectPublicKeyInfo() {
        byte[] encoded = publicKey.getEncoded();
        if (recipe.has(Defect.POINT_NOT_ON_CURVE)) {
            encoded = encoded.clone();
            encoded[encoded.length - 1] ^= 1;
        }
        if (recipe.has(Defect.POINT_AT_INFINITY)) {
            return Der.sequence(Der.sequence(Der.oid(Oids.EC_PUBLIC_KEY), Der.oid(Oids.P256)), Der.bits(new byte[1]));
        }
        if (recipe.has(Defect.EXPLICIT_CURVE)) {
            return FaultyKeys.explicitP256(publicKey);
        }
        if (recipe.has(Defect.NEGATIVE_RSA_MODULUS)) {
            return FaultyKeys.negativeModulus();
        }
        if (recipe.has(Defect.UNKNOWN_KEY_ALGORITHM)) {
            return Der.sequence(Der.sequence(Der.oid("1.3.6.1.4.1.32473.7")), Der.bits(new byte[32]));
        }
        return encoded;
    }

    private List<byte[]> extensions(Issuer issuer) {
        List<byte[]> out = new ArrayList<>();
        boolean ca = recipe.isCa();
        if (ca && !recipe.has(Defect.NO_BASIC_CONSTRAINTS) || recipe.has(Defect.CA_AS_END_ENTITY)) {
            List<byte[]> fields = new ArrayList<>();
            if (!recipe.has(Defect.CA_BIT_MISSING)) {
                fields.add(Der.bool(true));
                recipe.pathLength().ifPresent(length -> fields.add(Der.integer(length)));
            }
            out.add(extension(
                    Oids.BASIC_CONSTRAINTS, !recipe.has(Defect.BASIC_CONSTRAINTS_NOT_CRITICAL), Der.sequence(fields)));
        }
        if (!recipe.has(Defect.NO_KEY_USAGE)) {
            byte[] value = Der.namedBits(keyUsage());
            if (recipe.has(Defect.KEY_USAGE_NOT_DER)) {
                value = new byte[] {3, 2, 0, value[3]};
            }
            out.add(extension(Oids.KEY_USAGE, !recipe.has(Defect.KEY_USAGE_NOT_CRITICAL), value));
        }
        extendedKeyUsage()
                .ifPresent(value -> out.add(
                        extension(Oids.EXTENDED_KEY_USAGE, recipe.has(Defect.CRITICAL_EXTENDED_KEY_USAGE), value)));
        subjectAltName()
                .ifPresent(value -> out.add(
                        extension(Oids.SUBJECT_ALT_NAME, recipe.subject().isEmpty(), value)));
        if (!recipe.has(Defect.NO_SUBJECT_KEY_IDENTIFIER)) {
            out.add(extension(
                    Oids.SUBJECT_KEY_IDENTIFIER,
                    recipe.has(Defect.CRITICAL_SUBJECT_KEY_IDENTIFIER),
                    Der.octets(keyIdentifier(publicKey))));
        }
        // RFC 5280, 4.2.1.1: a self-signed certificate may leave it out, and the shorter one fits the bootstrap write
        boolean needless = issuer.publicKey().equals(publicKey)
                && !recipe.has(Defect.WRONG_AUTHORITY_KEY_IDENTIFIER)
                && !recipe.has(Defect.CRITICAL_AUTHORITY_KEY_IDENTIFIER);
        if (!needless && !recipe.has(Defect.NO_AUTHORITY_KEY_IDENTIFIER)) {
            byte[] keyId = recipe.has(Defect.WRONG_AUTHORITY_KEY_IDENTIFIER) ? new byte[20] : issuer.keyId();
            out.add(extension(
                    Oids.AUTHORITY_KEY_IDENTIFIER,
                    recipe.has(Defect.CRITICAL_AUTHORITY_KEY_IDENTIFIER),
                    Der.sequence(Der.implicit(0, keyId))));
        }
        for (CertificateRecipe.RawExtension extension : recipe.extensions()) {
            out.add(extension(extension.oid(), extension.critical(), extension.value()));
        }
        addFaultyExtensions(out);
        return out;
    }

    private void addFaultyExtensions(List<byte[]> out) {
        if (recipe.has(Defect.UNKNOWN_CRITICAL_EXTENSION)) {
            out.add(extension("1.3.6.1.4.1.32473.1", true, Der.nul()));
        }
        if (recipe.has(Defect.UNKNOWN_EXTENSION)) {
            out.add(extension("1.3.6.1.4.1.32473.1", false, Der.nul()));
        }
        if (recipe.has(Defect.DUPLICATE_EXTENSION)) {
            out.add(out.get(out.size() - 1));
        }
        if (recipe.has(Defect.NAME_CONSTRAINTS_IN_END_ENTITY)) {
            byte[] subtree = Der.sequence(Der.implicit(2, "example.com".getBytes(StandardCharsets.US_ASCII)));
            out.add(extension(Oids.NAME_CONSTRAINTS, true, Der.sequence(Der.explicit(0, subtree))));
        }
        if (recipe.has(Defect.CRITICAL_AUTHORITY_INFO_ACCESS)) {
            byte[] uri = Der.implicit(6, "http://ocsp.example.com".getBytes(StandardCharsets.US_ASCII));
            out.add(extension(
                    Oids.AUTHORITY_INFO_ACCESS, true, Der.sequence(Der.sequence(Der.oid("1.3.6.1.5.5.7.48.1"), uri))));
        }
        if (recipe.has(Defect.MALFORMED_AUTHORITY_INFO_ACCESS)) {
            out.add(extension(Oids.AUTHORITY_INFO_ACCESS, false, Der.utf8("malformed")));
        }
    }

    private int keyUsage() {
        if (recipe.has(Defect.WRONG_KEY_USAGE)) {
            return KeyUsage.KEY_ENCIPHERMENT;
        }
        if (recipe.has(Defect.KEY_AGREEMENT_ONLY)) {
            return KeyUsage.KEY_AGREEMENT;
        }
        if (recipe.has(Defect.KEY_USAGE_WITHOUT_BITS)) {
            return 0;
        }
        int usual = switch (recipe.kind()) {
            case CA -> KeyUsage.KEY_CERT_SIGN | KeyUsage.CRL_SIGN;
            case DEVELOPER -> KeyUsage.DIGITAL_SIGNATURE | KeyUsage.KEY_CERT_SIGN;
            case DEVICE, SERVER, FIRMWARE_SIGNER -> KeyUsage.DIGITAL_SIGNATURE;
        };
        int usage = recipe.keyUsage().orElse(usual);
        if (recipe.has(Defect.KEY_CERT_SIGN_WITHOUT_CA) || recipe.has(Defect.CA_AS_END_ENTITY)) {
            usage |= KeyUsage.KEY_CERT_SIGN;
        }
        if (recipe.has(Defect.NO_KEY_CERT_SIGN)) {
            usage = usage & ~KeyUsage.KEY_CERT_SIGN | KeyUsage.DIGITAL_SIGNATURE;
        }
        return recipe.has(Defect.NO_CRL_SIGN) ? usage & ~KeyUsage.CRL_SIGN : usage;
    }

    private Optional<byte[]> extendedKeyUsage() {
        List<String> usages = recipe.extendedKeyUsage();
        if (recipe.has(Defect.WRONG_EXTENDED_KEY_USAGE)) {
            usages = List.of(
                    recipe.kind() == CertificateRecipe.Kind.SERVER
                                    || recipe.kind() == CertificateRecipe.Kind.FIRMWARE_SIGNER
                            ? Oids.CLIENT_AUTH
                            : Oids.SERVER_AUTH);
        }
        if (recipe.has(Defect.CODE_SIGNING_ONLY)) {
            usages = List.of(Oids.CODE_SIGNING);
        }
        if (recipe.has(Defect.ANY_EXTENDED_KEY_USAGE)) {
            usages = List.of(Oids.ANY_EXTENDED_KEY_USAGE);
        }
        if (recipe.has(Defect.EMPTY_EXTENDED_KEY_USAGE)) {
            return Optional.of(Der.sequence());
        }
        if (usages.isEmpty() || recipe.has(Defect.NO_EXTENDED_KEY_USAGE)) {
            return Optional.empty();
        }
        return Optional.of(Der.sequence(usages.stream().map(Der::oid).toList()));
    }

    private Optional<byte[]> subjectAltName() {
        if (recipe.has(Defect.EMPTY_SUBJECT_ALT_NAME)) {
            return Optional.of(Der.sequence());
        }
        if (recipe.has(Defect.MALFORMED_SUBJECT_ALT_NAME)) {
            return Optional.of(Der.utf8("not a sequence of names"));
        }
        if (recipe.has(Defect.NO_SUBJECT_ALT_NAME)) {
            return Optional.empty();
        }
        List<byte[]> names = recipe.names();
        if (recipe.has(Defect.NON_IA5_DNS_NAME)) {
            names = List.of(Der.implicit(2, "ger\u00e4t.example.com".getBytes(StandardCharsets.ISO_8859_1)));
        }
        if (recipe.has(Defect.WILDCARD_NAME)) {
            names = List.of(Der.implicit(2, "*.example.com".getBytes(StandardCharsets.US_ASCII)));
        }
        if (recipe.has(Defect.ADDRESS_AS_DNS_NAME)) {
            names = List.of(Der.implicit(2, "127.0.0.1".getBytes(StandardCharsets.US_ASCII)));
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(Der.sequence(names));
    }

    private byte[] extension(String oid, boolean critical, byte[] value) {
        if (!critical) {
            return Der.sequence(Der.oid(oid), Der.octets(value));
        }
        byte[] flag = recipe.has(Defect.WRONG_BOOLEAN) ? new byte[] {1, 1, 1} : Der.bool(true);
        return Der.sequence(Der.oid(oid), flag, Der.octets(value));
    }

    static byte[] sign(PrivateKey key, SigningAlgorithm algorithm, byte[] tbs) {
        try {
            Signature signature = Providers.signature(algorithm.jcaName());
            try {
                signature.initSign(key);
            } catch (GeneralSecurityException e) {
                signature = Signature.getInstance(algorithm.jcaName(), Providers.bouncyCastle());
                signature.initSign(key);
            }
            signature.update(tbs);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the issuer's " + key.getAlgorithm() + " key cannot sign: " + e.getMessage(), e);
        }
    }

    private void flipInSubject(byte[] tbs) {
        byte[] value = recipe.subject().get(0).value();
        int found = java.util.Collections.lastIndexOfSubList(boxed(tbs), boxed(value));
        tbs[found + value.length - 1] ^= 1;
    }

    private static List<Byte> boxed(byte[] bytes) {
        List<Byte> list = new ArrayList<>(bytes.length);
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }
}
