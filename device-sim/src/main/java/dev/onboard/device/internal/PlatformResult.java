package dev.onboard.device.internal;

import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.ManifestReason;
import dev.onboard.manifest.ManifestVerdict;

/**
 * What /10252/0/3 says: the results of the platform's client, which has one set for manifests of version 1 (its update hub) and
 * another for version 3.
 */
final class PlatformResult {
    /** Nothing was tried yet, or the present manifest is being dealt with. */
    static final int NONE = -1;

    private PlatformResult() {}

    /** What becomes of an update beyond a verdict on its manifest. */
    enum Outcome {
        DONE(18, 100),
        INVALID_URI(21, 307),
        CONNECTION_LOST(24, 306),
        NOT_STORED(35, 503),
        INSTALLATION_FAILED(40, 505);

        private final int v3;
        private final int v1;

        Outcome(int v3, int v1) {
            this.v3 = v3;
            this.v1 = v1;
        }

        /** Of a manifest in this format. */
        int of(ManifestFormat format) {
            return format == ManifestFormat.PLATFORM_V1 ? v1 : v3;
        }
    }

    /** Of a manifest in this format, or of an image for it, that was refused. */
    static int of(ManifestFormat format, ManifestVerdict.Refused refused) {
        boolean v1 = format == ManifestFormat.PLATFORM_V1;
        if (refused.kind().isEmpty()) {
            return v1 ? (refused.reason().equals("unknown-ca") ? 208 : 209) : 23; // the signer
        }
        return of(refused.kind().get(), v1);
    }

    private static int of(ManifestReason reason, boolean v1) {
        return switch (reason) {
            case MALFORMED -> v1 ? 218 : 22;
            case UNSUPPORTED -> v1 ? 214 : 28;
            case NOT_SIGNED, BAD_SIGNATURE -> v1 ? 210 : 23;
            case MANIFEST_CHANGED -> v1 ? 207 : 23;
            case WRONG_VENDOR -> v1 ? 215 : 30;
            case WRONG_CLASS -> v1 ? 216 : 31;
            case ROLLBACK -> v1 ? 221 : 27;
            case WRONG_COMPONENT -> v1 ? 222 : 39;
            case UNSUPPORTED_PAYLOAD -> v1 ? 219 : 25;
            case WRONG_PRECURSOR -> v1 ? 229 : 32;
            case PAYLOAD_MISSING, WRONG_SIZE, WRONG_DIGEST -> v1 ? 309 : 26;
        };
    }
}
