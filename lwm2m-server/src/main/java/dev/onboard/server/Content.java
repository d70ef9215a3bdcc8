package dev.onboard.server;

import java.util.OptionalLong;

/**
 * A body as it is on the wire. The array is not copied: nobody may change it.
 *
 * @param mediaType for example {@code text/plain}, {@code application/vnd.oma.lwm2m+tlv}
 * @param bytes the body
 * @param maxAge for how many seconds the device lets it be kept (RFC 7252, section 5.10.5); empty when it does not say
 */
public record Content(String mediaType, byte[] bytes, OptionalLong maxAge) {
    /** A body of this type. */
    public static Content of(String mediaType, byte[] bytes) {
        return new Content(mediaType, bytes, OptionalLong.empty());
    }
}
