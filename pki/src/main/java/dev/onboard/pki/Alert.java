package dev.onboard.pki;

import java.util.Locale;
import java.util.Optional;

/** A TLS alert description (RFC 5246, section 7.2, and the extensions of RFC 6066 and RFC 4279) with its number. */
public enum Alert {
    CLOSE_NOTIFY(0, AlertClass.RETRY),
    UNEXPECTED_MESSAGE(10, AlertClass.RETRY),
    BAD_RECORD_MAC(20, AlertClass.RETRY),
    DECRYPTION_FAILED(21, AlertClass.RETRY),
    RECORD_OVERFLOW(22, AlertClass.RETRY),
    HANDSHAKE_FAILURE(40, AlertClass.RETRY),
    BAD_CERTIFICATE(42, AlertClass.FAIL),
    UNSUPPORTED_CERTIFICATE(43, AlertClass.FAIL),
    CERTIFICATE_REVOKED(44, AlertClass.FAIL),
    CERTIFICATE_EXPIRED(45, AlertClass.FAIL),
    CERTIFICATE_UNKNOWN(46, AlertClass.FAIL),
    ILLEGAL_PARAMETER(47, AlertClass.RETRY),
    UNKNOWN_CA(48, AlertClass.FAIL),
    ACCESS_DENIED(49, AlertClass.FAIL),
    DECODE_ERROR(50, AlertClass.RETRY),
    DECRYPT_ERROR(51, AlertClass.RETRY),
    PROTOCOL_VERSION(70, AlertClass.RETRY),
    INSUFFICIENT_SECURITY(71, AlertClass.RETRY),
    INTERNAL_ERROR(80, AlertClass.RETRY),
    INAPPROPRIATE_FALLBACK(86, AlertClass.RETRY),
    USER_CANCELED(90, AlertClass.RETRY),
    NO_RENEGOTIATION(100, AlertClass.IGNORE),
    UNSUPPORTED_EXTENSION(110, AlertClass.IGNORE),
    CERTIFICATE_UNOBTAINABLE(111, AlertClass.FAIL),
    UNRECOGNIZED_NAME(112, AlertClass.FAIL),
    BAD_CERTIFICATE_STATUS_RESPONSE(113, AlertClass.FAIL),
    BAD_CERTIFICATE_HASH_VALUE(114, AlertClass.FAIL),
    UNKNOWN_PSK_IDENTITY(115, AlertClass.FAIL),
    NO_APPLICATION_PROTOCOL(120, AlertClass.RETRY);

    private final int number;
    private final AlertClass oma;

    Alert(int number, AlertClass oma) {
        this.number = number;
        this.oma = oma;
    }

    /** The number on the wire, 0 to 255. */
    public int number() {
        return number;
    }

    /** The name as RFC 5246 spells it, for example {@code certificate_expired}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a device that receives this alert may try again. */
    public AlertClass oma() {
        return oma;
    }

    /** The alert with this number; empty when it is none that is known here. */
    public static Optional<Alert> of(int number) {
        for (Alert alert : values()) {
            if (alert.number == number) {
                return Optional.of(alert);
            }
        }
        return Optional.empty();
    }
}
