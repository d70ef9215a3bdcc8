package dev.onboard.account;

import java.time.Instant;
import java.util.Locale;

/**
 * A device in a campaign.
 *
 * @param result of its Firmware Update object (OMA, object 5, resource 5)
 * @param reason why it did not take the firmware; empty otherwise
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
    /** Where a device stands in a campaign, in the platform's words. */
    public enum State {
        /** Nothing was sent yet. */
        PENDING,
        /** The firmware was sent, or the device was told where it is. */
        UPDATED_CONNECTOR_CHANNEL,
        /** The device did not take the firmware. */
        FAILED_CONNECTOR_CHANNEL_UPDATE,
        /** It runs. */
        DEPLOYED,
        /** The device is not known any more. */
        DEREGISTERED;

        /** As the platform writes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether nothing more will happen. */
        public boolean isEnd() {
            return this == FAILED_CONNECTOR_CHANNEL_UPDATE || this == DEPLOYED || this == DEREGISTERED;
        }
    }
}
