package dev.onboard.account;

import java.time.Instant;
import java.util.Locale;

/**
 * A device in a campaign.
 *
 * @param result of its Firmware Update object (OMA, object 5, resource 5)
 * @param reason why it did not take the firmware, or was skipped; empty otherwise
 */
public record CampaignDevice(
        String id,
        String campaignId,
        String deviceId,
        String endpoint,
        State state,
        int result,
        String reason,
        Instant createdAt,
        Instant updatedAt) {
    /** Where a device stands in a campaign. */
    public enum State {
        /** Nothing was sent yet. */
        PENDING,
        /** The firmware is on its way to the device; whether it arrived is not known. */
        SENDING,
        /** The firmware was sent, or the device was told where it is. */
        UPDATED_CONNECTOR_CHANNEL,
        /** The device did not take the firmware. */
        FAILED_CONNECTOR_CHANNEL_UPDATE,
        /** It runs. */
        DEPLOYED,
        /** It ran before anything was sent: skipped. */
        ALREADY_DEPLOYED,
        /** Nothing was sent, for the device lacks what takes it: skipped. */
        NOT_SENT,
        /** The device is not known any more. */
        DEREGISTERED;

        /** As the platform writes it, which has fewer words. */
        public String word() {
            return switch (this) {
                case SENDING -> PENDING.word();
                case ALREADY_DEPLOYED -> DEPLOYED.word();
                case NOT_SENT -> FAILED_CONNECTOR_CHANNEL_UPDATE.word();
                default -> name().toLowerCase(Locale.ROOT);
            };
        }

        /** Whether something was sent, and how it ends is not known yet. */
        public boolean isBegun() {
            return this == SENDING || this == UPDATED_CONNECTOR_CHANNEL;
        }

        /** Whether nothing more will happen. */
        public boolean isEnd() {
            return this != PENDING && !isBegun();
        }
    }

    /** The same where it stands now. */
    public CampaignDevice in(State now) {
        return new CampaignDevice(id, campaignId, deviceId, endpoint, now, 0, "", createdAt, updatedAt);
    }
}
