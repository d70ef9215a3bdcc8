package dev.onboard.dtls.internal;

import java.util.Optional;

/** What a device asks an EST server for, each with a resource of its own. */
enum EstOperation {
    /** A certificate for a key of the device's (RFC 9148, 4.3). */
    ENROL("sen", "281 287"),
    /** The successor of the certificate that the session was opened with, for another key. */
    RENEW("sren", "281 287"),
    /** A key and its certificate as PKCS#7 (4.8). */
    GENERATE("skg", "62"),
    /** A key and its certificate alone. */
    GENERATE_SINGLE("skc", "62"),
    /** As {@link #ENROL}, in the platform's dialect. */
    PLATFORM("sen", "");

    private final String resource;
    private final String formats;

    EstOperation(String resource, String formats) {
        this.resource = resource;
        this.formats = formats;
    }

    /** The last part of its path. */
    String resource() {
        return resource;
    }

    /** The content formats of answers, as a link names them; empty for none. */
    String formats() {
        return formats;
    }

    /** Whether the server makes the key. */
    boolean generates() {
        return this == GENERATE || this == GENERATE_SINGLE;
    }

    /**
     * In which form the certificate comes.
     *
     * @param accept the request's, negative when it has none
     * @return empty when it cannot come as the device wants it
     */
    Optional<EstFormat> certificate(int accept) {
        return switch (this) {
            case PLATFORM -> Optional.of(EstFormat.PLATFORM);
            case GENERATE ->
                accept < 0 || accept == EstFormat.KEY ? Optional.of(EstFormat.CERTIFICATES) : Optional.empty();
            case GENERATE_SINGLE ->
                accept < 0 || accept == EstFormat.KEY ? Optional.of(EstFormat.CERTIFICATE) : Optional.empty();
            case ENROL, RENEW ->
                accept < 0 || accept == EstFormat.CERTIFICATES.code()
                        ? Optional.of(EstFormat.CERTIFICATES)
                        : accept == EstFormat.CERTIFICATE.code()
                                ? Optional.of(EstFormat.CERTIFICATE)
                                : Optional.empty();
        };
    }

    /** What an answer may be, in a sentence. */
    String acceptable() {
        return generates()
                ? "a key with its certificate is given as content format 62"
                : "a certificate is given as content format 281 or 287";
    }
}
