package dev.onboard.pki;

/** What the certificate is shown for: who sends it, and to whom. */
public enum Purpose {
    /** A device shows its factory certificate to the bootstrap server. */
    DEVICE_AT_BOOTSTRAP("device-bootstrap"),
    /** A device shows its LwM2M device certificate to the LwM2M server. */
    DEVICE_AT_LWM2M("device-lwm2m"),
    /** The bootstrap server shows its certificate to a device. */
    BOOTSTRAP_SERVER("bootstrap-server"),
    /** The LwM2M server shows its certificate to a device. */
    LWM2M_SERVER("lwm2m-server"),
    /** The signer of a firmware manifest. */
    FIRMWARE_SIGNER("firmware");

    private final String word;

    Purpose(String word) {
        this.word = word;
    }

    /** The word on the command line and in documents, for example {@code device-bootstrap}. */
    public String word() {
        return word;
    }

    /** Whether the certificate is that of a device that acts as DTLS client. */
    public boolean isDevice() {
        return this == DEVICE_AT_BOOTSTRAP || this == DEVICE_AT_LWM2M;
    }

    /** Whether the certificate is that of a server. */
    public boolean isServer() {
        return this == BOOTSTRAP_SERVER || this == LWM2M_SERVER;
    }

    /**
     * The purpose with this word.
     *
     * @throws IllegalArgumentException when there is none; the message lists the words
     */
    public static Purpose parse(String word) {
        for (Purpose purpose : values()) {
            if (purpose.word.equals(word)) {
                return purpose;
            }
        }
        throw new IllegalArgumentException(
                "'" + word
                        + "' is not a purpose; one of device-bootstrap, device-lwm2m, bootstrap-server, lwm2m-server, firmware is");
    }
}
