package dev.onboard.manifest;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a manifest is written and signed. */
public enum ManifestFormat {
    /** A SUIT envelope (draft-ietf-suit-manifest) with COSE_Sign1. */
    SUIT,
    /** The platform's manifest of version 1, ASN.1 DER. */
    PLATFORM_V1,
    /** The platform's manifest of version 3, ASN.1 DER. */
    PLATFORM_V3,
    /** An image in CMS (RFC 4108). */
    CMS;

    /** For command lines and documents, for example {@code platform-v3}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The format with this word. */
    public static Optional<ManifestFormat> of(String word) {
        return Arrays.stream(values())
                .filter(format -> format.word().equals(word))
                .findFirst();
    }

    /** Whether it is one of the platform's: it travels alone, by object 10252, and says where the image is. */
    public boolean isPlatform() {
        return this == PLATFORM_V1 || this == PLATFORM_V3;
    }
}
