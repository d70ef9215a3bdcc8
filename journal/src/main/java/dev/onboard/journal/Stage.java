package dev.onboard.journal;

/**
 * A step on a device's path from the factory to the LwM2M server and in its life after, in the order in which a device
 * meets them. Written as {@link #word()}, for example {@code bootstrap-handshake}.
 */
public enum Stage implements Word {
    /** The factory made a device's bundle. */
    MADE,
    /** The account's trusted certificates changed: uploaded, updated, removed. */
    TRUST,
    /** The device was switched on, off, or reset. */
    POWER,
    /** DTLS handshake between a device and the bootstrap server, one event on each side. */
    BOOTSTRAP_HANDSHAKE,
    /** {@code POST /bs}: may this identity bootstrap under this endpoint name? */
    ADMISSION,
    /** The account's active certificate issuer signed (or did not sign) an LwM2M certificate. */
    ISSUED,
    /** One Bootstrap-Delete or Bootstrap-Write was answered. */
    WRITTEN,
    /** A request of EST (RFC 9148, or the platform's) was answered; on the device, its answer was judged. */
    ENROLLED,
    /** Bootstrap-Finish; on the device, the new credentials became its own. */
    FINISHED,
    /** DTLS handshake between a device and the LwM2M server, one event on each side. */
    LWM2M_HANDSHAKE,
    /** {@code POST /rd}: the device registered, or its registration was refused. */
    REGISTERED,
    /** A registration update. */
    UPDATED,
    /** The registration ended: by the device, by expiry, or by the account. */
    DEREGISTERED,
    /** The LwM2M server read, wrote, observed or executed something on the device. */
    OPERATION,
    /** An open DTLS session was closed by policy: its certificate expired or its trusted certificate went away. */
    SESSION_CLOSED,
    /** The device returned to bootstrap, or waits before it tries again. */
    FALLBACK,
    /** Renewal of an LwM2M certificate. */
    RENEWED,
    /** A firmware update's step. */
    FIRMWARE;

    /** The stage with this {@link #word()}; throws {@link IllegalArgumentException} when there is none. */
    public static Stage of(String word) {
        return Word.parse(Stage.class, word);
    }

    /** The stable, lower-case, hyphenated name used in every event, report and answer. */
    @Override
    public String word() {
        return Word.super.word();
    }
}
