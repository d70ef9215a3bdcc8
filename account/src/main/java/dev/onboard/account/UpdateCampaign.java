package dev.onboard.account;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A campaign that brings the firmware of one manifest to devices.
 *
 * @param deviceFilter which devices, for example {@code state__eq=registered}
 * @param autostopPercent of the devices must have succeeded before a campaign stops of itself
 * @param autostopReason why it stopped of itself; empty otherwise
 * @param ending how it stopped, in the platform's older words; empty while it has not
 * @param when it begins; empty: when it is started
 */
public record UpdateCampaign(
        String id,
        String name,
        String description,
        Optional<String> manifestId,
        String deviceFilter,
        Delivery delivery,
        Strategy strategy,
        Approval approval,
        Autostop autostop,
        double autostopPercent,
        String autostopReason,
        Phase phase,
        String ending,
        Optional<Instant> when,
        Optional<Instant> startingAt,
        Optional<Instant> activeAt,
        Optional<Instant> stoppingAt,
        Optional<Instant> stoppedAt,
        Optional<Instant> archivedAt,
        long revision,
        Instant createdAt,
        Instant updatedAt) {
    /** How a package comes to a device. */
    public enum Delivery {
        /** The device fetches it. */
        PULL,
        /** The server writes it. */
        PUSH
    }

    /** Which devices take part. */
    public enum Strategy {
        /** Those that match when it starts. */
        ONE_SHOT,
        /** Those that match at any time until it stops. */
        CONTINUOUS
    }

    /** Whether somebody must approve before it begins. */
    public enum Approval {
        REQUIRED,
        NOT_REQUIRED
    }

    /** Whether it stops of itself. */
    public enum Autostop {
        ON,
        OFF
    }

    /** Where it stands. */
    public enum Phase {
        DRAFT,
        AWAITING_APPROVAL,
        TIMED,
        STARTING,
        ACTIVE,
        STOPPING,
        STOPPED,
        ARCHIVED;

        /** As the platform writes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether devices are at it: it sends firmware, or waits for those to which it did. */
        public boolean isCarriedOut() {
            return this == ACTIVE || this == STOPPING;
        }
    }

    /** The platform's older word for where it stands. */
    public String state() {
        return switch (phase) {
            case DRAFT -> "draft";
            case AWAITING_APPROVAL, TIMED -> "scheduled";
            case STARTING -> "checkingmanifest";
            case ACTIVE -> "deploying";
            case STOPPING -> "stopping";
            case STOPPED, ARCHIVED -> ending.isEmpty() ? "draft" : ending;
        };
    }
}
