package dev.onboard.explain;

import dev.onboard.pki.Alert;

/** What an alert of a peer that says nothing more most likely means, and what to do about it. */
public final class AlertMeaning {
    private AlertMeaning() {}

    /** One sentence without its full stop. */
    public static String fix(Alert alert) {
        return switch (alert) {
            case UNKNOWN_CA, CERTIFICATE_UNKNOWN ->
                "give that side the CA certificate that issued yours, or send the certificates in between";
            case BAD_CERTIFICATE ->
                "see that a certificate is sent, that it is exact DER, that its chain is in order and its time has begun";
            case UNSUPPORTED_CERTIFICATE ->
                "use a P-256 key and a certificate whose key usage and extended key usage allow this purpose";
            case CERTIFICATE_REVOKED -> "use another certificate; this one is revoked";
            case CERTIFICATE_EXPIRED -> "renew the certificate that has ended, or set that side's clock right";
            case ACCESS_DENIED -> "have that side's operator admit this identity";
            case DECRYPT_ERROR -> "use the private key that belongs to the certificate that is sent";
            case HANDSHAKE_FAILURE, INSUFFICIENT_SECURITY ->
                "offer a cipher suite, curve and signature algorithm that both sides have, and a certificate";
            case PROTOCOL_VERSION -> "use DTLS 1.2 on both sides";
            case ILLEGAL_PARAMETER, DECODE_ERROR, UNEXPECTED_MESSAGE ->
                "compare the DTLS libraries of both sides; one sent what the other does not take";
            case UNRECOGNIZED_NAME -> "ask for a server name that the server has";
            case UNKNOWN_PSK_IDENTITY -> "use certificates, or give that side the pre-shared key";
            case INTERNAL_ERROR -> "read the other side's log; it says that the fault is its own";
            default -> "ask the operator of the other side for its reason";
        };
    }
}
