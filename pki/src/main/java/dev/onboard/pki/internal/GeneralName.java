package dev.onboard.pki.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One GeneralName (RFC 5280, 4.2.1.6).
 *
 * @param type the tag number: 0 otherName, 1 rfc822Name, 2 dNSName, 4 directoryName, 6 URI, 7 iPAddress, 8 registeredID
 * @param text the text of types 1, 2 and 6, the dotted type of type 0, else empty
 * @param octets the address (and mask) of type 7, the content of every other type
 * @param directoryName the name of type 4
 */
public record GeneralName(
        int type, String text, byte[] octets, @Nullable DistinguishedName directoryName) {
    public static final int OTHER = 0;
    public static final int EMAIL = 1;
    public static final int DNS = 2;
    public static final int DIRECTORY = 4;
    public static final int URI = 6;
    public static final int ADDRESS = 7;

    /** Reads the names of a GeneralNames content; {@code what} is named in messages. */
    static List<GeneralName> readAll(DerReader content, String what) throws MalformedDerException {
        List<GeneralName> names = new ArrayList<>(2);
        while (content.hasNext()) {
            names.add(read(content, false));
        }
        if (names.isEmpty()) {
            throw new MalformedDerException(what + " without a name");
        }
        return List.copyOf(names);
    }

    /** Reads one name; in a constraint an address has its mask behind it. */
    static GeneralName read(DerReader reader, boolean constraint) throws MalformedDerException {
        int tag = reader.nextTag();
        DerReader content = reader.next();
        byte[] octets = content.rest();
        switch (tag) {
            case 0xa0: {
                String oid = content.oid();
                content.enter(0xa0);
                content.end("an otherName");
                return new GeneralName(OTHER, oid, octets, null);
            }
            case 0x81, 0x82, 0x86:
                return new GeneralName(tag & 0x1f, content.text(StandardCharsets.US_ASCII), octets, null);
            case 0xa4: {
                byte[] name = content.element();
                content.end("a directoryName");
                return new GeneralName(DIRECTORY, "", octets, DistinguishedName.of(name));
            }
            case 0x87:
                if (!constraint && octets.length != 4 && octets.length != 16) {
                    throw new MalformedDerException("an iPAddress of " + octets.length + " octets");
                }
                return new GeneralName(ADDRESS, "", octets, null);
            case 0xa3, 0xa5, 0x88:
                return new GeneralName(tag & 0x1f, "", octets, null);
            default:
                throw new MalformedDerException("a name with the unknown tag " + Integer.toHexString(tag));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof GeneralName name) || name.type != type) {
            return false;
        }
        return directoryName != null
                ? java.util.Objects.equals(directoryName, name.directoryName)
                : Arrays.equals(octets, name.octets);
    }

    @Override
    public int hashCode() {
        return type + 31 * (directoryName != null ? directoryName.hashCode() : Arrays.hashCode(octets));
    }

    @Override
    public String toString() {
        return switch (type) {
            case EMAIL -> "email:" + text;
            case DNS -> "DNS:" + text;
            case URI -> "URI:" + text;
            case OTHER -> "otherName:" + text;
            case DIRECTORY -> "DirName:" + directoryName;
            case ADDRESS -> "IP:" + address();
            default -> "type " + type + ":" + HexFormat.of().formatHex(octets);
        };
    }

    private String address() {
        try {
            if (octets.length == 8 || octets.length == 32) {
                int half = octets.length / 2;
                return InetAddress.getByAddress(Arrays.copyOf(octets, half)).getHostAddress()
                        + "/"
                        + InetAddress.getByAddress(Arrays.copyOfRange(octets, half, octets.length))
                                .getHostAddress();
            }
            return InetAddress.getByAddress(octets).getHostAddress();
        } catch (UnknownHostException e) {
            return HexFormat.of().formatHex(octets);
        }
    }
}
