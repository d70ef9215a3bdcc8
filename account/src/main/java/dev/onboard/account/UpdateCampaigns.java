package dev.onboard.account;

import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.UpdateCampaign.Approval;
import dev.onboard.account.UpdateCampaign.Autostop;
import dev.onboard.account.UpdateCampaign.Delivery;
import dev.onboard.account.UpdateCampaign.Strategy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Update campaigns, and what {@code lwm2m-server} needs to carry them out. Thread-safe. */
public interface UpdateCampaigns {
    /** What a campaign is to be, or to become; what is empty stays as it is, or is the usual. */
    record Change(
            Optional<String> name,
            Optional<String> description,
            Optional<String> manifestId,
            Optional<String> deviceFilter,
            Optional<Delivery> delivery,
            Optional<Strategy> strategy,
            Optional<Approval> approval,
            Optional<Autostop> autostop,
            Optional<Double> autostopPercent,
            Optional<Instant> when) {
        /** No change. */
        public static final Change NONE = new Change(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        /** A campaign of this name that brings this manifest to these devices. */
        public static Change of(String name, String manifestId, String deviceFilter, Delivery delivery) {
            return new Change(
                    Optional.of(name),
                    Optional.empty(),
                    Optional.of(manifestId),
                    Optional.of(deviceFilter),
                    Optional.of(delivery),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /**
     * How many devices of a campaign stand where.
     *
     * @param skipped those that the filter matched and for which nothing is done
     */
    record Metrics(long pending, long success, long failed, long skipped) {
        /** All of them. */
        public long total() {
            return concerned() + skipped;
        }

        /** Those that are not skipped. */
        public long concerned() {
            return pending + success + failed;
        }
    }

    /** Makes a campaign, a draft. Throws {@link AccountException} when a field is not acceptable. */
    UpdateCampaign create(Change wanted);

    /** The campaign with this id. */
    Optional<UpdateCampaign> get(String id);

    /** A page of the campaigns. Fields: {@code id}, {@code name}, {@code description}, {@code phase}, {@code root_manifest_id}, {@code device_filter}, {@code created_at}, {@code updated_at}. */
    Page<UpdateCampaign> list(Query query);

    /** Changes a campaign; what would change what is under way is refused. Approving one that awaits it lets it begin. */
    UpdateCampaign change(String id, Change wanted);

    /** Lets a draft begin: at once, at its time, or when it is approved. */
    UpdateCampaign start(String id);

    /**
     * Ends a campaign. An active one is stopping until the devices to which firmware was sent have ended, or their registrations
     * have; it sends nothing to others. One that is stopping, or has sent nothing, ends at once. Devices that have the package
     * keep it.
     */
    UpdateCampaign stop(String id);

    /** Puts a campaign that has stopped aside. */
    UpdateCampaign archive(String id);

    /** Forgets a campaign that is not under way. */
    void remove(String id);

    /** A page of a campaign's devices. Fields: {@code id}, {@code device_id}, {@code deployment_state}, {@code created_at}. */
    Page<CampaignDevice> devices(String campaignId, Query query);

    /** The entry of a campaign's device with this id. */
    Optional<CampaignDevice> device(String campaignId, String id);

    /** How a campaign's devices stand. */
    Metrics metrics(String campaignId);

    /** The campaigns that are under way, stop, or wait for their time. */
    List<UpdateCampaign> underWay();

    /** Takes the devices that match now into a campaign, and makes it active when it is starting; ends it when it has no package. */
    UpdateCampaign takeDevices(String id);

    /** The devices of a campaign for which something is to be done; of one that is stopping, those to which something was sent. */
    List<CampaignDevice> open(String id);

    /**
     * The octets that a campaign's devices are to get: manifest with image, or the platform's manifest alone. Throws
     * {@link AccountException} when they are not there.
     */
    byte[] packageOf(UpdateCampaign campaign);

    /** The image that a platform's manifest of an active campaign says is at this address; of several, the newest campaign's. */
    Optional<byte[]> imageAt(String uri);

    /**
     * Notes that firmware is about to be sent to a device that has got none yet.
     *
     * @return whether it may be sent: not when the campaign is not active any more
     */
    boolean begin(CampaignDevice device);

    /** Notes where a device stands; what has ended stays as it is. */
    void record(CampaignDevice device, State state, int result, String reason);

    /**
     * Ends a campaign of which nothing more is to be done, by its rules, as {@link #stop} does when some of its devices are at it
     * yet; ends one that is stopping when none is any more. Does nothing otherwise.
     */
    UpdateCampaign settle(String id);

    /** Calls back with every campaign that came into another phase, after it is durable; must not block. Returns what ends it. */
    Runnable subscribe(Consumer<UpdateCampaign> listener);
}
