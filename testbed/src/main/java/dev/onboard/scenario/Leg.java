package dev.onboard.scenario;

import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Purpose;
import java.util.Optional;

/** Whose certificates a scenario is about, and to whom they are shown. */
public enum Leg {
    /** A device shows its factory certificate to the bootstrap server. */
    DEVICE_BOOTSTRAP(Purpose.DEVICE_AT_BOOTSTRAP, Party.BOOTSTRAP_SERVER, Stage.BOOTSTRAP_HANDSHAKE),
    /** A device shows its LwM2M device certificate to the LwM2M server; it begins in LwM2M mode. */
    DEVICE_LWM2M(Purpose.DEVICE_AT_LWM2M, Party.LWM2M_SERVER, Stage.LWM2M_HANDSHAKE),
    /** The bootstrap server shows its certificate to a device. */
    BOOTSTRAP_SERVER(Purpose.BOOTSTRAP_SERVER, Party.DEVICE, Stage.BOOTSTRAP_HANDSHAKE),
    /** The LwM2M server shows its certificate to a device that begins in LwM2M mode. */
    LWM2M_SERVER(Purpose.LWM2M_SERVER, Party.DEVICE, Stage.LWM2M_HANDSHAKE),
    /** Nobody shows anything over a wire: the evaluation alone. */
    EVALUATION(Purpose.DEVICE_AT_BOOTSTRAP, Party.OPERATOR, Stage.BOOTSTRAP_HANDSHAKE);

    private final Purpose purpose;
    private final Party judge;
    private final Stage handshake;

    Leg(Purpose purpose, Party judge, Stage handshake) {
        this.purpose = purpose;
        this.judge = judge;
        this.handshake = handshake;
    }

    /** The word in files and ids, for example {@code device-bootstrap}. */
    public String word() {
        return this == EVALUATION ? "evaluation" : purpose.word();
    }

    /** What the certificates are shown for. */
    public Purpose purpose() {
        return purpose;
    }

    /** Who judges them. */
    public Party judge() {
        return judge;
    }

    /** In which handshake. */
    public Stage handshake() {
        return handshake;
    }

    /** Whether the device goes straight to the LwM2M server. */
    public boolean startsAtLwm2m() {
        return this == DEVICE_LWM2M || this == LWM2M_SERVER;
    }

    /** The leg with this word; empty when there is none. */
    public static Optional<Leg> of(String word) {
        for (Leg leg : values()) {
            if (leg.word().equals(word)) {
                return Optional.of(leg);
            }
        }
        return Optional.empty();
    }
}
