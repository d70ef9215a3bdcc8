package dev.onboard.pki.internal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A certificate (RFC 5280, 4.1) taken apart from its exact DER. What frames it must be right, or there is no object; what
 * is wrong inside an extension is a fault of the object, so that a certificate that is not needed does no harm.
 * Immutable and thread-safe.
 *
 * <p>Longer than a page because a certificate is: one field per field, one short reader per extension.
 */
public final class ParsedCertificate {
    /** What is wrong inside a certificate that has the right frame. */
    public record Fault(Kind kind, String detail) {
        public enum Kind {
            MALFORMED,
            DUPLICATE_EXTENSION,
            VERSION
        }
    }

    /** @param pathLength empty when there is no constraint */
    public record BasicConstraints(boolean ca, OptionalInt pathLength) {}

    public record AuthorityKeyIdentifier(byte @Nullable [] keyIdentifier, boolean namesIssuer, boolean namesSerial) {}

    /** @param requireExplicit and @param inhibitMapping empty when left out */
    public record PolicyConstraints(OptionalInt requireExplicit, OptionalInt inhibitMapping) {}

    private final byte[] encoded;
    private final int tbsOffset;
    private final int tbsLength;
    private final int version;
    private final BigInteger serial;
    private final DistinguishedName issuer;
    private final DistinguishedName subject;
    private final Instant notBefore;
    private final Instant notAfter;
    private final boolean earlyGeneralizedTime;
    private final SubjectKey key;
    private final SignatureScheme signature;
    private final boolean algorithmsDiffer;
    private final byte[] signatureValue;
    private final Extension.All extensions;
    private final boolean selfIssued;
    private final List<Fault> faults = new ArrayList<>(0);

    private volatile @Nullable Boolean selfSigned;
    private @Nullable BasicConstraints basicConstraints;
    private OptionalInt keyUsage = OptionalInt.empty();
    private @Nullable Set<String> extendedKeyUsage;
    private List<GeneralName> alternativeNames = List.of();
    private byte @Nullable [] subjectKeyIdentifier;
    private @Nullable AuthorityKeyIdentifier authorityKeyIdentifier;
    private @Nullable NameConstraints nameConstraints;
    private @Nullable Set<String> policies;
    private Map<String, Set<String>> policyMappings = Map.of();
    private @Nullable PolicyConstraints policyConstraints;
    private OptionalInt inhibitAnyPolicy = OptionalInt.empty();
    private List<DistributionPoint> distributionPoints = List.of();

    /** Parses a certificate; anything but exact DER fails. The bytes are kept, not copied. */
    public static ParsedCertificate of(byte[] der) throws MalformedDerException {
        return new ParsedCertificate(der);
    }

    private ParsedCertificate(byte[] der) throws MalformedDerException {
        this.encoded = der;
        DerReader all = DerReader.of(der);
        DerReader certificate = all.sequence();
        all.end("the certificate");
        this.tbsOffset = certificate.position();
        DerReader tbs = certificate.sequence();
        this.tbsLength = certificate.position() - tbsOffset;
        byte[] outerAlgorithm = certificate.element();
        this.signatureValue = certificate.bits();
        certificate.end("the certificate");

        this.version = version(tbs);
        this.serial = tbs.integer();
        byte[] innerAlgorithm = tbs.element();
        this.algorithmsDiffer = !Arrays.equals(innerAlgorithm, outerAlgorithm);
        this.signature = SignatureScheme.of(innerAlgorithm);
        byte[] issuerName = tbs.element();
        this.issuer = DistinguishedName.of(issuerName);
        DerReader validity = tbs.sequence();
        Instant from = time(validity);
        boolean generalized = validity.isNext(0x18);
        this.notAfter = time(validity);
        this.notBefore = from;
        validity.end("the validity");
        this.earlyGeneralizedTime = generalized && notAfter.isBefore(Instant.ofEpochSecond(2524608000L));
        byte[] subjectName = tbs.element();
        this.selfIssued = Arrays.equals(subjectName, issuerName);
        this.subject = selfIssued ? issuer : DistinguishedName.of(subjectName);
        this.key = SubjectKey.of(tbs.element());
        skipUniqueIdentifier(tbs, 0x81);
        skipUniqueIdentifier(tbs, 0x82);
        this.extensions = extensions(tbs);
        tbs.end("the signed part");
        if (!extensions.list().isEmpty() && version != 3) {
            faults.add(new Fault(Fault.Kind.VERSION, "version " + version + " with extensions"));
        }
        extensions
                .duplicate()
                .ifPresent(oid -> faults.add(new Fault(
                        Fault.Kind.DUPLICATE_EXTENSION, "the extension " + Oids.nameOr(oid) + " occurs twice")));
        readExtensions();
    }

    private static int version(DerReader tbs) throws MalformedDerException {
        if (!tbs.isNext(0xa0)) {
            return 1;
        }
        DerReader field = tbs.enter(0xa0);
        int number = field.smallInteger();
        field.end("the version");
        if (number == 0 || number > 2) {
            throw new MalformedDerException("version number " + number + "; 1 and 2 may be written");
        }
        return number + 1;
    }

    private static Instant time(DerReader validity) throws MalformedDerException {
        return validity.isNext(0x18)
                ? validity.enter(0x18).generalizedTimeContent()
                : validity.enter(0x17).utcTimeContent();
    }

    private void skipUniqueIdentifier(DerReader tbs, int tag) throws MalformedDerException {
        if (tbs.isNext(tag)) {
            tbs.next();
            if (version == 1) {
                faults.add(new Fault(Fault.Kind.VERSION, "version 1 with a unique identifier"));
            }
        }
    }

    private static Extension.All extensions(DerReader tbs) throws MalformedDerException {
        if (!tbs.isNext(0xa3)) {
            return Extension.All.NONE;
        }
        DerReader field = tbs.enter(0xa3);
        Extension.All all = Extension.readAll(field.sequence());
        field.end("the extensions");
        return all;
    }

    private void readExtensions() {
        for (Extension extension : extensions.list()) {
            try {
                read(extension);
            } catch (MalformedDerException e) {
                faults.add(new Fault(Fault.Kind.MALFORMED, Oids.nameOr(extension.oid()) + ": " + e.getMessage()));
            }
        }
    }

    private void read(Extension extension) throws MalformedDerException {
        byte[] value = extension.value();
        switch (extension.oid()) {
            case Oids.BASIC_CONSTRAINTS -> basicConstraints = basicConstraints(value);
            case Oids.KEY_USAGE -> keyUsage = keyUsage(value);
            case Oids.EXTENDED_KEY_USAGE -> extendedKeyUsage = oids(value, "extKeyUsage");
            case Oids.SUBJECT_ALT_NAME -> alternativeNames = names(value);
            case Oids.ISSUER_ALT_NAME -> names(value);
            case Oids.SUBJECT_KEY_IDENTIFIER -> {
                DerReader reader = DerReader.of(value);
                subjectKeyIdentifier = reader.octets();
                reader.end("subjectKeyIdentifier");
            }
            case Oids.AUTHORITY_KEY_IDENTIFIER -> authorityKeyIdentifier = authorityKeyIdentifier(value);
            case Oids.NAME_CONSTRAINTS -> nameConstraints = NameConstraints.of(value);
            case Oids.CERTIFICATE_POLICIES -> policies = policies(value);
            case Oids.POLICY_MAPPINGS -> policyMappings = mappings(value);
            case Oids.POLICY_CONSTRAINTS -> policyConstraints = policyConstraints(value);
            case Oids.INHIBIT_ANY_POLICY -> {
                DerReader reader = DerReader.of(value);
                inhibitAnyPolicy = OptionalInt.of(reader.smallInteger());
                reader.end("inhibitAnyPolicy");
            }
            case Oids.CRL_DISTRIBUTION_POINTS -> distributionPoints = DistributionPoint.readAll(value);
            case Oids.FRESHEST_CRL -> DistributionPoint.readAll(value);
            default -> {} // looked at where it matters, or unknown
        }
    }

    private static BasicConstraints basicConstraints(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("basicConstraints");
        boolean ca = false;
        if (content.isNext(0x01)) {
            ca = content.bool();
            if (!ca) {
                throw new MalformedDerException("cA FALSE is spelled out (BER)");
            }
        }
        OptionalInt length = content.isNext(0x02) ? OptionalInt.of(content.smallInteger()) : OptionalInt.empty();
        content.end("basicConstraints");
        return new BasicConstraints(ca, length);
    }

    private static OptionalInt keyUsage(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        int bits = reader.namedBits();
        reader.end("keyUsage");
        if (bits == 0) {
            throw new MalformedDerException("no bit is set");
        }
        return OptionalInt.of(bits);
    }

    private static Set<String> oids(byte[] value, String what) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end(what);
        Set<String> oids = new LinkedHashSet<>();
        while (content.hasNext()) {
            oids.add(content.oid());
        }
        if (oids.isEmpty()) {
            throw new MalformedDerException("an empty list");
        }
        return oids;
    }

    private static List<GeneralName> names(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("the alternative names");
        return GeneralName.readAll(content, "a list");
    }

    private static AuthorityKeyIdentifier authorityKeyIdentifier(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("authorityKeyIdentifier");
        byte[] id = content.isNext(0x80) ? content.enter(0x80).rest() : null;
        boolean namesIssuer = content.isNext(0xa1);
        if (namesIssuer) {
            GeneralName.readAll(content.enter(0xa1), "authorityCertIssuer");
        }
        boolean namesSerial = content.isNext(0x82);
        if (namesSerial) {
            content.enter(0x82).integerContent();
        }
        content.end("authorityKeyIdentifier");
        return new AuthorityKeyIdentifier(id, namesIssuer, namesSerial);
    }

    private static Set<String> policies(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("certificatePolicies");
        Set<String> oids = new LinkedHashSet<>();
        while (content.hasNext()) {
            DerReader policy = content.sequence();
            String oid = policy.oid();
            if (policy.isNext(0x30)) {
                policy.next();
            }
            policy.end("a policy");
            if (!oids.add(oid)) {
                throw new MalformedDerException("the policy " + oid + " occurs twice");
            }
        }
        if (oids.isEmpty()) {
            throw new MalformedDerException("an empty list");
        }
        return oids;
    }

    private static Map<String, Set<String>> mappings(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("policyMappings");
        Map<String, Set<String>> mappings = new LinkedHashMap<>();
        while (content.hasNext()) {
            DerReader pair = content.sequence();
            String from = pair.oid();
            String to = pair.oid();
            pair.end("a policy mapping");
            mappings.computeIfAbsent(from, key -> new LinkedHashSet<>()).add(to);
        }
        if (mappings.isEmpty()) {
            throw new MalformedDerException("an empty list");
        }
        return mappings;
    }

    private static PolicyConstraints policyConstraints(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("policyConstraints");
        OptionalInt explicit =
                content.isNext(0x80) ? OptionalInt.of(content.enter(0x80).smallIntegerContent()) : OptionalInt.empty();
        OptionalInt mapping =
                content.isNext(0x81) ? OptionalInt.of(content.enter(0x81).smallIntegerContent()) : OptionalInt.empty();
        content.end("policyConstraints");
        if (explicit.isEmpty() && mapping.isEmpty()) {
            throw new MalformedDerException("an empty sequence");
        }
        return new PolicyConstraints(explicit, mapping);
    }

    /** The DER it was read from. */
    public byte[] encoded() {
        return encoded;
    }

    public int version() {
        return version;
    }

    public BigInteger serial() {
        return serial;
    }

    public DistinguishedName issuer() {
        return issuer;
    }

    public DistinguishedName subject() {
        return subject;
    }

    public Instant notBefore() {
        return notBefore;
    }

    public Instant notAfter() {
        return notAfter;
    }

    /** Whether notAfter is a GeneralizedTime before 2050 (RFC 5280, 4.1.2.5 asks for UTCTime). */
    public boolean hasEarlyGeneralizedTime() {
        return earlyGeneralizedTime;
    }

    public SubjectKey key() {
        return key;
    }

    public SignatureScheme signature() {
        return signature;
    }

    /** Whether the algorithm beside the signature differs from the one that was signed. */
    public boolean algorithmsDiffer() {
        return algorithmsDiffer;
    }

    public Extension.All extensions() {
        return extensions;
    }

    /** What is wrong inside, in the order found. */
    public List<Fault> faults() {
        return faults;
    }

    /** Whether subject and issuer are the same name. */
    public boolean isSelfIssued() {
        return selfIssued || subject.equals(issuer);
    }

    public Optional<BasicConstraints> basicConstraints() {
        return Optional.ofNullable(basicConstraints);
    }

    /** Whether basicConstraints say cA TRUE. */
    public boolean isCa() {
        return basicConstraints != null && basicConstraints.ca();
    }

    /** The keyUsage bits, bit 0 digitalSignature. */
    public OptionalInt keyUsage() {
        return keyUsage;
    }

    public Optional<Set<String>> extendedKeyUsage() {
        return Optional.ofNullable(extendedKeyUsage);
    }

    /** The names of the subjectAltName; empty without one. */
    public List<GeneralName> alternativeNames() {
        return alternativeNames;
    }

    public byte @Nullable [] subjectKeyIdentifier() {
        return subjectKeyIdentifier;
    }

    public Optional<AuthorityKeyIdentifier> authorityKeyIdentifier() {
        return Optional.ofNullable(authorityKeyIdentifier);
    }

    public Optional<NameConstraints> nameConstraints() {
        return Optional.ofNullable(nameConstraints);
    }

    public Optional<Set<String>> policies() {
        return Optional.ofNullable(policies);
    }

    public Map<String, Set<String>> policyMappings() {
        return policyMappings;
    }

    public Optional<PolicyConstraints> policyConstraints() {
        return Optional.ofNullable(policyConstraints);
    }

    public OptionalInt inhibitAnyPolicy() {
        return inhibitAnyPolicy;
    }

    public List<DistributionPoint> distributionPoints() {
        return distributionPoints;
    }

    /** Whether this key may not have been named by the certificate below: its AKI and this SKI are both there and differ. */
    public boolean contradictsKeyOf(ParsedCertificate issuerCandidate) {
        byte[] named = authorityKeyIdentifier == null ? null : authorityKeyIdentifier.keyIdentifier();
        byte[] own = issuerCandidate.subjectKeyIdentifier;
        return named != null && own != null && !Arrays.equals(named, own);
    }

    /** Whether this certificate was signed with its own key; found out once. */
    public boolean isSelfSigned() {
        Boolean known = selfSigned;
        if (known == null) {
            known = isSelfIssued() && isSignedWith(key);
            selfSigned = known;
        }
        return known;
    }

    /** Whether this certificate was signed with that key. */
    public boolean isSignedWith(SubjectKey issuerKey) {
        try {
            PublicKey publicKey = issuerKey.key();
            return signature.verifies(publicKey, encoded, tbsOffset, tbsLength, signatureValue);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false; // a key no provider reads verifies nothing
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ParsedCertificate certificate && Arrays.equals(encoded, certificate.encoded);
    }

    @Override
    public int hashCode() {
        return serial.hashCode() * 31 + encoded.length;
    }

    @Override
    public String toString() {
        return subject.toString();
    }
}
