package dev.onboard.device;

import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why a device did not get further. Immutable.
 *
 * @param stage the step that did not succeed
 * @param refusedBy who said no; empty when nobody did (a timeout)
 * @param reason stable id: of our own verdict when the device refused, {@code alert-unknown-ca} or {@code response-4.03}
 *     when all that the device knows is the peer's answer, {@code timeout} when there was none
 * @param alert the TLS alert that went over the wire
 * @param detail a sentence for a person
 * @param outlook whether trying again can help
 */
public record Failure(
        Stage stage, Optional<Party> refusedBy, String reason, OptionalInt alert, String detail, Outlook outlook) {
    /** Whether trying again with the same credentials can help (OMA LwM2M Transport 5.2.9, classes "Retry" and "Fail"). */
    public enum Outlook {
        MAY_PASS,
        PERMANENT
    }

    /** Nobody refused, it just did not work. */
    public static Failure of(Stage stage, String reason, String detail, Outlook outlook) {
        return new Failure(stage, Optional.empty(), reason, OptionalInt.empty(), detail, outlook);
    }

    /** Somebody refused without an alert. */
    public static Failure refused(Stage stage, Party by, String reason, String detail, Outlook outlook) {
        return new Failure(stage, Optional.of(by), reason, OptionalInt.empty(), detail, outlook);
    }

    /** The same with other words. */
    public Failure withDetail(String value) {
        return new Failure(stage, refusedBy, reason, alert, value, outlook);
    }
}
