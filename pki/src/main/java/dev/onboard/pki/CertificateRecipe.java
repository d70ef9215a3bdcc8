package dev.onboard.pki;

import dev.onboard.pki.internal.Der;
import dev.onboard.pki.internal.Oids;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a certificate is to say. A recipe makes a good certificate (RFC 5280, RFC 7925) unless a {@link Defect} is added.
 * Immutable: each {@code with…} method returns a changed copy.
 *
 * <p>Longer than a page because it is the vocabulary of certificates: one method per thing that can be said.
 */
public final class CertificateRecipe {
    enum Kind {
        CA,
        DEVICE,
        SERVER,
        FIRMWARE_SIGNER,
        DEVELOPER
    }

    /** An attribute of the subject, in the order of the encoding. */
    record Attribute(String oid, byte[] value) {}

    /** An extension as it is written. */
    record RawExtension(String oid, boolean critical, byte[] value) {}

    /** Octets that become others wherever they stand, before or after the certificate is signed. */
    record Edit(byte[] octets, byte[] become, boolean afterSigning) {}

    /** Only ever assigned before the recipe is given out. */
    private static final class Contents implements Cloneable {
        Kind kind = Kind.DEVICE;
        List<Attribute> subject = List.of();
        List<byte[]> names = List.of();
        Duration duration = Duration.ofDays(365);
        Optional<Instant> notBefore = Optional.empty();
        Optional<Instant> notAfter = Optional.empty();
        KeyAlgorithm key = KeyAlgorithm.P256;
        OptionalInt pathLength = OptionalInt.empty();
        OptionalInt keyUsage = OptionalInt.empty();
        List<String> extendedKeyUsage = List.of();
        Set<Defect> defects = Set.of();
        List<RawExtension> extensions = List.of();
        Optional<BigInteger> serial = Optional.empty();
        List<Edit> edits = List.of();

        Contents copy() {
            try {
                return (Contents) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final Contents contents;

    private CertificateRecipe(Contents contents) {
        this.contents = contents;
    }

    private static CertificateRecipe of(Kind kind, String commonName, Duration duration) {
        Contents contents = new Contents();
        contents.kind = kind;
        contents.duration = duration;
        contents.subject = List.of(new Attribute(Oids.COMMON_NAME, directoryString(commonName)));
        return new CertificateRecipe(contents);
    }

    /** A certificate authority: cA TRUE, keyCertSign and cRLSign; valid for 20 years. */
    public static CertificateRecipe ca(String commonName) {
        return of(Kind.CA, commonName, Duration.ofDays(7305));
    }

    /** A device: CN is the endpoint name, digitalSignature, clientAuth; valid for 10 years. */
    public static CertificateRecipe device(String endpointName) {
        return of(Kind.DEVICE, endpointName, Duration.ofDays(3652)).withExtendedKeyUsage(Oids.CLIENT_AUTH);
    }

    /**
     * A server: the host as dNSName and the addresses as iPAddress, digitalSignature, serverAuth and clientAuth (Leshan
     * starts no endpoint without the latter); valid for two years. A host that is an address in text becomes an
     * iPAddress only.
     */
    public static CertificateRecipe server(String host, InetAddress... addresses) {
        CertificateRecipe recipe =
                of(Kind.SERVER, host, Duration.ofDays(730)).withExtendedKeyUsage(Oids.SERVER_AUTH, Oids.CLIENT_AUTH);
        Optional<InetAddress> literal = Addresses.parse(host);
        recipe = literal.isPresent() ? recipe.withAddresses(literal.get()) : recipe.withDnsNames(host);
        for (InetAddress address : addresses) {
            if (!literal.equals(Optional.of(address))) {
                recipe = recipe.withAddresses(address);
            }
        }
        return recipe;
    }

    /** The signer of firmware manifests (the update authenticity certificate): digitalSignature, codeSigning; valid for 20 years. */
    public static CertificateRecipe firmwareSigner(String commonName) {
        return of(Kind.FIRMWARE_SIGNER, commonName, Duration.ofDays(7305)).withExtendedKeyUsage(Oids.CODE_SIGNING);
    }

    /** A developer certificate: a CA certificate that devices also show as their own; digitalSignature, keyCertSign; valid for one year. */
    public static CertificateRecipe developer(String commonName) {
        return of(Kind.DEVELOPER, commonName, Duration.ofDays(365)).withExtendedKeyUsage(Oids.CLIENT_AUTH);
    }

    /** Adds an organizational unit to the subject. */
    public CertificateRecipe withOrganizationalUnit(String unit) {
        return withAttribute(Oids.ORGANIZATIONAL_UNIT, directoryString(unit));
    }

    /** Adds a locality to the subject. */
    public CertificateRecipe withLocality(String locality) {
        return withAttribute(Oids.LOCALITY, directoryString(locality));
    }

    /** Adds an organization to the subject. */
    public CertificateRecipe withOrganization(String organization) {
        return withAttribute(Oids.ORGANIZATION, directoryString(organization));
    }

    /** Adds another common name after those that are there. */
    public CertificateRecipe withCommonName(String another) {
        return withAttribute(Oids.COMMON_NAME, directoryString(another));
    }

    /**
     * Gives the certificate this serial number in place of a random one, for an issuer that keeps count of its own.
     *
     * @throws IllegalArgumentException when it is not positive or longer than 20 octets (RFC 5280, 4.1.2.2)
     */
    public CertificateRecipe withSerial(BigInteger number) {
        if (number.signum() <= 0 || number.bitLength() > 159) {
            throw new IllegalArgumentException("the serial number " + number.toString(16)
                    + " is not positive or longer than 20 octets; take a positive one of at most 159 bits");
        }
        return with(copy -> copy.serial = Optional.of(number));
    }

    /** Adds the serialNumber attribute (2.5.4.5) that IEEE 802.1AR asks of a factory certificate. */
    public CertificateRecipe withSerialNumberAttribute(String serial) {
        return withAttribute(Oids.SERIAL_NUMBER, Der.printable(serial));
    }

    /** Adds an attribute to the subject: its type in dotted decimal and its value as a DER element. */
    public CertificateRecipe withAttribute(String oid, byte[] derValue) {
        return with(c -> c.subject = append(c.subject, List.of(new Attribute(oid, derValue.clone()))));
    }

    /** Takes every attribute out of the subject. */
    public CertificateRecipe withoutSubject() {
        return with(c -> c.subject = List.of());
    }

    /** Valid from and until exactly then, both to the second and both included. */
    public CertificateRecipe withValidity(Instant notBefore, Instant notAfter) {
        return with(c -> {
            c.notBefore = Optional.of(notBefore);
            c.notAfter = Optional.of(notAfter);
        });
    }

    /** Valid for so long from the time of issue, at most as long as the issuer. */
    public CertificateRecipe withValidity(Duration duration) {
        return with(c -> {
            c.notBefore = Optional.empty();
            c.notAfter = Optional.empty();
            c.duration = duration;
        });
    }

    /** The kind of key to make; P-256 unless told otherwise. */
    public CertificateRecipe withKey(KeyAlgorithm algorithm) {
        return with(c -> c.key = algorithm);
    }

    /** Adds dNSName entries to the subjectAltName. */
    public CertificateRecipe withDnsNames(String... names) {
        return withNames(2, names);
    }

    /** Adds uniformResourceIdentifier entries. */
    public CertificateRecipe withUris(String... uris) {
        return withNames(6, uris);
    }

    /** Adds rfc822Name entries. */
    public CertificateRecipe withEmailAddresses(String... addresses) {
        return withNames(1, addresses);
    }

    private CertificateRecipe withNames(int tag, String... names) {
        List<byte[]> added = new ArrayList<>();
        for (String name : names) {
            added.add(Der.implicit(tag, name.getBytes(StandardCharsets.ISO_8859_1)));
        }
        return with(c -> c.names = append(c.names, added));
    }

    /** Adds iPAddress entries. */
    public CertificateRecipe withAddresses(InetAddress... addresses) {
        List<byte[]> added = new ArrayList<>();
        for (InetAddress address : addresses) {
            added.add(Der.implicit(7, address.getAddress()));
        }
        return with(c -> c.names = append(c.names, added));
    }

    /** Takes every entry out of the subjectAltName. */
    public CertificateRecipe withoutNames() {
        return with(c -> c.names = List.of());
    }

    /** For a CA: how many CA certificates may follow below it. */
    public CertificateRecipe withPathLength(int pathLength) {
        if (pathLength < 0) {
            throw new IllegalArgumentException("a path length is 0 or more, not " + pathLength);
        }
        return with(c -> c.pathLength = OptionalInt.of(pathLength));
    }

    /** The extended key usages, as dotted decimal; none leaves the extension out. */
    public CertificateRecipe withExtendedKeyUsage(String... oids) {
        return with(c -> c.extendedKeyUsage = List.of(oids));
    }

    /** The key usage as a mask: bit 0 digitalSignature … bit 5 keyCertSign, bit 6 cRLSign (RFC 5280, 4.2.1.3). */
    public CertificateRecipe withKeyUsage(int bits) {
        return with(c -> c.keyUsage = OptionalInt.of(bits));
    }

    /** Adds an extension that is not critical: type in dotted decimal, value as DER. */
    public CertificateRecipe withExtension(String oid, byte[] value) {
        return with(c -> c.extensions = append(c.extensions, List.of(new RawExtension(oid, false, value.clone()))));
    }

    /** Adds a critical extension: type in dotted decimal, value as DER. */
    public CertificateRecipe withCriticalExtension(String oid, byte[] value) {
        return with(c -> c.extensions = append(c.extensions, List.of(new RawExtension(oid, true, value.clone()))));
    }

    /**
     * For a CA: it may sign for these names and addresses alone, as a critical nameConstraints extension (RFC 5280, 4.2.1.10). A
     * name that is an address in text counts as one.
     */
    public CertificateRecipe withPermittedHosts(List<String> hosts, InetAddress... addresses) {
        List<byte[]> subtrees = new ArrayList<>();
        Set<InetAddress> permitted = new LinkedHashSet<>(List.of(addresses));
        for (String host : hosts) {
            Optional<InetAddress> literal = Addresses.parse(host);
            if (literal.isPresent()) {
                permitted.add(literal.get());
            } else {
                subtrees.add(Der.sequence(Der.implicit(2, host.getBytes(StandardCharsets.US_ASCII))));
            }
        }
        for (InetAddress address : permitted) {
            byte[] octets = address.getAddress();
            byte[] range = Arrays.copyOf(octets, 2 * octets.length);
            Arrays.fill(range, octets.length, range.length, (byte) 0xff);
            subtrees.add(Der.sequence(Der.implicit(7, range)));
        }
        return withCriticalExtension(
                Oids.NAME_CONSTRAINTS, Der.sequence(Der.explicit(0, subtrees.toArray(new byte[0][]))));
    }

    /**
     * Octets of what is signed (tbsCertificate, in DER) become others wherever they stand; the signature fits the result. Lengths
     * around them stay as they are. A certificate in which they stand nowhere cannot be made.
     */
    public CertificateRecipe withEdit(byte[] octets, byte[] become) {
        return with(c -> c.edits = append(c.edits, List.of(new Edit(octets.clone(), become.clone(), false))));
    }

    /** As {@link #withEdit}, of the whole certificate after it was signed. */
    public CertificateRecipe withEditAfterSigning(byte[] octets, byte[] become) {
        return with(c -> c.edits = append(c.edits, List.of(new Edit(octets.clone(), become.clone(), true))));
    }

    /** Adds a fault. */
    public CertificateRecipe with(Defect defect) {
        return with(c -> {
            EnumSet<Defect> defects = EnumSet.of(defect);
            defects.addAll(c.defects);
            c.defects = defects;
        });
    }

    private CertificateRecipe with(java.util.function.Consumer<Contents> change) {
        Contents copy = contents.copy();
        change.accept(copy);
        return new CertificateRecipe(copy);
    }

    private static <T> List<T> append(List<T> list, List<T> more) {
        List<T> all = new ArrayList<>(list);
        all.addAll(more);
        return List.copyOf(all);
    }

    /** PrintableString where the text allows it, else UTF8String (RFC 5280, 4.1.2.4). */
    private static byte[] directoryString(String text) {
        return text.matches("[A-Za-z0-9 '()+,./:=?-]+") ? Der.printable(text) : Der.utf8(text);
    }

    Optional<BigInteger> serial() {
        return contents.serial;
    }

    Kind kind() {
        return contents.kind;
    }

    boolean isCa() {
        return contents.kind == Kind.CA || contents.kind == Kind.DEVELOPER;
    }

    List<Attribute> subject() {
        return contents.subject;
    }

    List<byte[]> names() {
        return contents.names;
    }

    Duration duration() {
        return contents.duration;
    }

    Optional<Instant> notBefore() {
        return contents.notBefore;
    }

    Optional<Instant> notAfter() {
        return contents.notAfter;
    }

    KeyAlgorithm key() {
        return contents.key;
    }

    OptionalInt pathLength() {
        return contents.pathLength;
    }

    OptionalInt keyUsage() {
        return contents.keyUsage;
    }

    List<String> extendedKeyUsage() {
        return contents.extendedKeyUsage;
    }

    List<RawExtension> extensions() {
        return contents.extensions;
    }

    List<Edit> edits() {
        return contents.edits;
    }

    boolean has(Defect defect) {
        return contents.defects.contains(defect);
    }
}
