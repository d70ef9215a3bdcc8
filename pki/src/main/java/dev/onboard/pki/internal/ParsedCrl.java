package dev.onboard.pki.internal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A certificate revocation list (RFC 5280, 5) taken apart from its exact DER. Immutable and thread-safe. */
public final class ParsedCrl {
    private static final int MOST_ENTRIES = 1_000_000;
    private static final Set<String> KNOWN_EXTENSIONS = Set.of(
            Oids.AUTHORITY_KEY_IDENTIFIER,
            Oids.ISSUER_ALT_NAME,
            Oids.CRL_NUMBER,
            Oids.DELTA_CRL_INDICATOR,
            Oids.ISSUING_DISTRIBUTION_POINT,
            Oids.FRESHEST_CRL);
    private static final Set<String> KNOWN_ENTRY_EXTENSIONS =
            Set.of(Oids.REASON_CODE, Oids.INVALIDITY_DATE, Oids.CERTIFICATE_ISSUER);

    /** Which certificate an entry is about. */
    private record Key(DistinguishedName issuer, BigInteger serial) {}

    /** @param reason the reason code, 0 when none is given; 6 certificateHold, 8 removeFromCRL */
    public record Entry(Instant date, int reason) {}

    /**
     * The issuingDistributionPoint extension.
     *
     * @param onlySomeReasons a mask; 0 when left out
     */
    public record Scope(
            List<GeneralName> names,
            byte @Nullable [] relative,
            boolean onlyUserCertificates,
            boolean onlyCaCertificates,
            int onlySomeReasons,
            boolean indirect,
            boolean onlyAttributeCertificates,
            byte[] encoded) {}

    private final byte[] encoded;
    private final int tbsOffset;
    private final int tbsLength;
    private final SignatureScheme signature;
    private final byte[] signatureValue;
    private final DistinguishedName issuer;
    private final Instant thisUpdate;
    private final @Nullable Instant nextUpdate;
    private final Map<Key, Entry> entries = new HashMap<>();
    private byte @Nullable [] authorityKeyIdentifier;
    private @Nullable BigInteger number;
    private @Nullable BigInteger base;
    private @Nullable Scope scope;
    private @Nullable String fault;

    public static ParsedCrl of(byte[] der) throws MalformedDerException {
        return new ParsedCrl(der);
    }

    private ParsedCrl(byte[] der) throws MalformedDerException {
        this.encoded = der;
        DerReader all = DerReader.of(der);
        DerReader list = all.sequence();
        all.end("the revocation list");
        this.tbsOffset = list.position();
        DerReader tbs = list.sequence();
        this.tbsLength = list.position() - tbsOffset;
        byte[] outer = list.element();
        this.signatureValue = list.bits();
        list.end("the revocation list");

        int version = tbs.isNext(0x02) ? tbs.smallInteger() + 1 : 1;
        byte[] inner = tbs.element();
        if (!java.util.Arrays.equals(inner, outer)) {
            throw new MalformedDerException("the two signature algorithms of the revocation list differ");
        }
        this.signature = SignatureScheme.of(inner);
        this.issuer = DistinguishedName.of(tbs.element());
        this.thisUpdate = time(tbs);
        this.nextUpdate = tbs.isNext(0x17) || tbs.isNext(0x18) ? time(tbs) : null;
        if (tbs.isNext(0x30)) {
            readEntries(tbs.sequence());
        }
        if (tbs.isNext(0xa0)) {
            DerReader field = tbs.enter(0xa0);
            Extension.All extensions = Extension.readAll(field.sequence());
            field.end("the extensions");
            readExtensions(extensions);
        }
        tbs.end("the signed part");
        if (version == 2 && number == null && fault == null) {
            fault = "it has no cRLNumber (RFC 5280, 5.2.3)";
        }
    }

    private static Instant time(DerReader reader) throws MalformedDerException {
        return reader.isNext(0x18)
                ? reader.enter(0x18).generalizedTimeContent()
                : reader.enter(0x17).utcTimeContent();
    }

    private void readEntries(DerReader sequence) throws MalformedDerException {
        DistinguishedName certificateIssuer = issuer;
        while (sequence.hasNext()) {
            if (entries.size() == MOST_ENTRIES) {
                throw new MalformedDerException("more than " + MOST_ENTRIES + " entries");
            }
            DerReader entry = sequence.sequence();
            BigInteger serial = entry.integer();
            Instant date = time(entry);
            int reason = 0;
            if (entry.hasNext()) {
                Extension.All extensions = Extension.readAll(entry.sequence());
                entry.end("an entry");
                for (Extension extension : extensions.list()) {
                    if (extension.oid().equals(Oids.REASON_CODE)) {
                        reason = DerReader.of(extension.value()).enter(0x0a).smallIntegerContent();
                    } else if (extension.oid().equals(Oids.CERTIFICATE_ISSUER)) {
                        certificateIssuer = directoryName(extension.value());
                    } else if (extension.critical() && !KNOWN_ENTRY_EXTENSIONS.contains(extension.oid())) {
                        fault = "an entry has the unknown critical extension " + extension.oid();
                    }
                }
            }
            entries.put(new Key(certificateIssuer, serial), new Entry(date, reason));
        }
    }

    private static DistinguishedName directoryName(byte[] value) throws MalformedDerException {
        for (GeneralName name : GeneralName.readAll(DerReader.of(value).sequence(), "certificateIssuer")) {
            DistinguishedName directory = name.directoryName();
            if (directory != null) {
                return directory;
            }
        }
        throw new MalformedDerException("a certificateIssuer without a directoryName");
    }

    private void readExtensions(Extension.All extensions) throws MalformedDerException {
        if (extensions.duplicate().isPresent()) {
            fault = "the extension " + Oids.nameOr(extensions.duplicate().get()) + " occurs twice";
        }
        for (Extension extension : extensions.list()) {
            DerReader value = DerReader.of(extension.value());
            switch (extension.oid()) {
                case Oids.CRL_NUMBER -> {
                    number = value.integer();
                    if (extension.critical()) {
                        fault = "its cRLNumber is critical (RFC 5280, 5.2.3)";
                    }
                }
                case Oids.DELTA_CRL_INDICATOR -> base = value.integer();
                case Oids.AUTHORITY_KEY_IDENTIFIER -> {
                    DerReader content = value.sequence();
                    authorityKeyIdentifier =
                            content.isNext(0x80) ? content.enter(0x80).rest() : null;
                }
                case Oids.ISSUING_DISTRIBUTION_POINT -> scope = scope(extension.value());
                default -> {
                    if (extension.critical() && !KNOWN_EXTENSIONS.contains(extension.oid())) {
                        fault = "it has the unknown critical extension " + extension.oid();
                    }
                }
            }
        }
    }

    private static Scope scope(byte[] value) throws MalformedDerException {
        DerReader reader = DerReader.of(value);
        DerReader content = reader.sequence();
        reader.end("issuingDistributionPoint");
        DistributionPoint.Name name = content.isNext(0xa0)
                ? DistributionPoint.name(content.enter(0xa0))
                : new DistributionPoint.Name(List.of(), null);
        boolean user = content.isNext(0x81) && content.enter(0x81).boolContent();
        boolean ca = content.isNext(0x82) && content.enter(0x82).boolContent();
        int reasons = content.isNext(0x83) ? content.enter(0x83).namedBitsContent() : 0;
        boolean indirect = content.isNext(0x84) && content.enter(0x84).boolContent();
        boolean attribute = content.isNext(0x85) && content.enter(0x85).boolContent();
        content.end("issuingDistributionPoint");
        return new Scope(name.names(), name.relative(), user, ca, reasons, indirect, attribute, value);
    }

    public DistinguishedName issuer() {
        return issuer;
    }

    public Instant thisUpdate() {
        return thisUpdate;
    }

    public Optional<Instant> nextUpdate() {
        return Optional.ofNullable(nextUpdate);
    }

    public Optional<BigInteger> number() {
        return Optional.ofNullable(number);
    }

    /** The number of the complete list that this delta list builds on; empty for a complete list. */
    public Optional<BigInteger> base() {
        return Optional.ofNullable(base);
    }

    public Optional<Scope> scope() {
        return Optional.ofNullable(scope);
    }

    /** Why the list may not be used although it can be read. */
    public Optional<String> fault() {
        return Optional.ofNullable(fault);
    }

    public SignatureScheme signature() {
        return signature;
    }

    public byte @Nullable [] authorityKeyIdentifier() {
        return authorityKeyIdentifier;
    }

    /** The entry about this certificate. */
    public Optional<Entry> entry(DistinguishedName certificateIssuer, BigInteger serial) {
        return Optional.ofNullable(entries.get(new Key(certificateIssuer, serial)));
    }

    /** Serial numbers on the list that belong to its own issuer. */
    public Set<BigInteger> ownSerials() {
        Set<BigInteger> serials = new HashSet<>();
        for (Key key : entries.keySet()) {
            if (key.issuer().equals(issuer)) {
                serials.add(key.serial());
            }
        }
        return serials;
    }

    /** Whether the list was signed with that key. */
    public boolean isSignedWith(SubjectKey key) {
        try {
            return signature.verifies(key.key(), encoded, tbsOffset, tbsLength, signatureValue);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false; // a key no provider reads verifies nothing
        }
    }
}
