package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.CampaignDevice;
import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.Device;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Approval;
import dev.onboard.account.UpdateCampaign.Autostop;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.account.UpdateCampaigns;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UnreadableManifestException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** Update campaigns in the database. Longer than a page because it is a campaign's life whole. */
public final class StoredCampaigns implements UpdateCampaigns {
    private static final Set<Phase> UNDER_WAY =
            EnumSet.of(Phase.AWAITING_APPROVAL, Phase.TIMED, Phase.STARTING, Phase.ACTIVE, Phase.STOPPING);

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Storage storage;
    private final Ids ids;
    private final InstantSource clock;
    private final List<Consumer<UpdateCampaign>> listeners = new CopyOnWriteArrayList<>();

    public StoredCampaigns(Storage storage, Ids ids, InstantSource clock) {
        this.storage = storage;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public Runnable subscribe(Consumer<UpdateCampaign> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Does this, and tells whoever listens when the campaign is in another phase then. */
    private UpdateCampaign told(String id, Function<Handle, UpdateCampaign> work) {
        AtomicReference<Phase> before = new AtomicReference<>();
        return Storage.await(storage.write(
                handle -> {
                    before.set(CampaignRows.known(handle, id).phase());
                    return work.apply(handle);
                },
                after -> {
                    if (after.phase() != before.get()) {
                        listeners.forEach(listener -> listener.accept(after));
                    }
                }));
    }

    @Override
    public UpdateCampaign create(Change wanted) {
        Instant now = StoredTime.now(clock);
        UpdateCampaign draft = new UpdateCampaign(
                ids.next(),
                "default_object_name",
                "",
                Optional.empty(),
                "",
                UpdateCampaign.Delivery.PULL,
                UpdateCampaign.Strategy.ONE_SHOT,
                Approval.NOT_REQUIRED,
                Autostop.ON,
                100,
                "",
                Phase.DRAFT,
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1,
                now,
                now);
        if (wanted.deviceFilter().isEmpty()) {
            throw AccountException.invalid(
                    "device_filter", "is missing; say which devices, for example state__eq=registered");
        }
        return Storage.await(storage.write(handle -> {
            UpdateCampaign made = checked(handle, applied(draft, wanted));
            CampaignRows.insert(handle, made);
            return made;
        }));
    }

    private static UpdateCampaign applied(UpdateCampaign to, Change change) {
        return new UpdateCampaign(
                to.id(),
                FirmwareRows.name(change.name().orElse(to.name())),
                FirmwareRows.description(change.description().orElse(to.description())),
                change.manifestId().or(to::manifestId),
                FirmwareRows.limited("device_filter", change.deviceFilter().orElse(to.deviceFilter()), 2000),
                change.delivery().orElse(to.delivery()),
                change.strategy().orElse(to.strategy()),
                change.approval().orElse(to.approval()),
                change.autostop().orElse(to.autostop()),
                change.autostopPercent().orElse(to.autostopPercent()),
                to.autostopReason(),
                to.phase(),
                to.ending(),
                change.when().or(to::when),
                to.startingAt(),
                to.activeAt(),
                to.stoppingAt(),
                to.stoppedAt(),
                to.archivedAt(),
                to.revision(),
                to.createdAt(),
                to.updatedAt());
    }

    private UpdateCampaign checked(Handle handle, UpdateCampaign campaign) {
        if (campaign.when().filter(time -> time.isAfter(LATEST)).isPresent()) {
            throw AccountException.invalid("when", "is after " + LATEST);
        }
        if (campaign.autostopPercent() < 0 || campaign.autostopPercent() > 100) {
            throw AccountException.invalid(
                    "autostop_success_percent", campaign.autostopPercent() + " is not between 0 and 100");
        }
        if (campaign.manifestId().isPresent()
                && StoredManifests.find(handle, campaign.manifestId().get()).isEmpty()) {
            throw AccountException.invalid(
                    "root_manifest_id",
                    "there is no firmware manifest '" + campaign.manifestId().get() + "'");
        }
        DeviceRows.LISTING.page(handle, matching(campaign, Query.all().limit(Query.MIN_LIMIT)));
        return campaign;
    }

    private static Query matching(UpdateCampaign campaign, Query page) {
        return new Query(
                FilterText.conditions(campaign.deviceFilter()),
                page.order(),
                page.after(),
                page.limit(),
                Query.Total.LEFT_OUT);
    }

    /** The same in another phase, with its times. */
    private UpdateCampaign in(UpdateCampaign campaign, Phase phase, String ending, String reason) {
        Instant now = StoredTime.now(clock);
        return new UpdateCampaign(
                campaign.id(),
                campaign.name(),
                campaign.description(),
                campaign.manifestId(),
                campaign.deviceFilter(),
                campaign.delivery(),
                campaign.strategy(),
                campaign.approval(),
                campaign.autostop(),
                campaign.autostopPercent(),
                reason,
                phase,
                ending,
                campaign.when(),
                since(now, campaign.startingAt(), phase == Phase.STARTING),
                since(now, campaign.activeAt(), phase == Phase.ACTIVE),
                since(now, campaign.stoppingAt(), phase == Phase.STOPPING || phase == Phase.STOPPED),
                since(now, campaign.stoppedAt(), phase == Phase.STOPPED),
                since(now, campaign.archivedAt(), phase == Phase.ARCHIVED),
                campaign.revision() + 1,
                campaign.createdAt(),
                now);
    }

    private static Optional<Instant> since(Instant now, Optional<Instant> before, boolean isSo) {
        return before.or(() -> isSo ? Optional.of(now) : Optional.empty());
    }

    private static UpdateCampaign stored(Handle handle, UpdateCampaign campaign) {
        CampaignRows.update(handle, campaign);
        return campaign;
    }

    @Override
    public Optional<UpdateCampaign> get(String id) {
        return storage.read(handle -> CampaignRows.find(handle, id));
    }

    @Override
    public Page<UpdateCampaign> list(Query query) {
        return storage.read(handle -> CampaignRows.LISTING.page(handle, query));
    }

    @Override
    public UpdateCampaign change(String id, Change wanted) {
        return told(id, handle -> {
            UpdateCampaign before = CampaignRows.known(handle, id);
            UpdateCampaign after = checked(handle, applied(before, wanted));
            boolean another = !after.manifestId().equals(before.manifestId())
                    || !after.deviceFilter().equals(before.deviceFilter())
                    || after.delivery() != before.delivery()
                    || after.strategy() != before.strategy();
            if (another && before.phase() != Phase.DRAFT) {
                throw AccountException.conflict(
                        "phase",
                        "the campaign is " + before.phase().word() + "; manifest and devices change in a draft alone");
            }
            if (before.phase() == Phase.AWAITING_APPROVAL && after.approval() == Approval.NOT_REQUIRED) {
                return stored(handle, begun(after));
            }
            return stored(handle, in(after, after.phase(), after.ending(), after.autostopReason()));
        });
    }

    @Override
    public UpdateCampaign start(String id) {
        return told(id, handle -> {
            UpdateCampaign campaign = CampaignRows.known(handle, id);
            if (campaign.phase() != Phase.DRAFT) {
                throw AccountException.conflict(
                        "phase", "the campaign is " + campaign.phase().word() + "; a draft can be started, once");
            }
            if (campaign.manifestId().isEmpty()) {
                throw AccountException.invalid(
                        "root_manifest_id", "is missing; say which firmware manifest the campaign brings");
            }
            return stored(
                    handle,
                    campaign.approval() == Approval.REQUIRED
                            ? in(campaign, Phase.AWAITING_APPROVAL, "", "")
                            : begun(campaign));
        });
    }

    private UpdateCampaign begun(UpdateCampaign campaign) {
        boolean later =
                campaign.when().filter(time -> time.isAfter(clock.instant())).isPresent();
        return in(campaign, later ? Phase.TIMED : Phase.STARTING, "", "");
    }

    @Override
    public UpdateCampaign stop(String id) {
        return told(id, handle -> {
            UpdateCampaign campaign = CampaignRows.known(handle, id);
            if (!UNDER_WAY.contains(campaign.phase())) {
                throw AccountException.conflict(
                        "phase", "the campaign is " + campaign.phase().word() + " and not under way");
            }
            return stored(handle, ended(handle, campaign, "userstopped", campaign.autostopReason()));
        });
    }

    /** Stopped, or, when it is active and devices are at it, stopping. */
    private UpdateCampaign ended(Handle handle, UpdateCampaign campaign, String ending, String reason) {
        boolean waits = campaign.phase() == Phase.ACTIVE && CampaignRows.isBegun(handle, campaign.id());
        return in(campaign, waits ? Phase.STOPPING : Phase.STOPPED, ending, reason);
    }

    @Override
    public UpdateCampaign archive(String id) {
        return told(id, handle -> {
            UpdateCampaign campaign = CampaignRows.known(handle, id);
            if (campaign.phase() != Phase.STOPPED) {
                throw AccountException.conflict(
                        "phase",
                        "the campaign is " + campaign.phase().word() + "; one that has stopped can be archived");
            }
            return stored(handle, in(campaign, Phase.ARCHIVED, campaign.ending(), campaign.autostopReason()));
        });
    }

    @Override
    public void remove(String id) {
        Storage.await(storage.write(handle -> {
            UpdateCampaign campaign = CampaignRows.known(handle, id);
            if (UNDER_WAY.contains(campaign.phase())) {
                throw AccountException.conflict(
                        "phase", "the campaign is " + campaign.phase().word() + "; stop it first");
            }
            CampaignRows.delete(handle, id);
            return true;
        }));
    }

    @Override
    public Page<CampaignDevice> devices(String campaignId, Query query) {
        return storage.read(handle -> {
            CampaignRows.known(handle, campaignId);
            return CampaignRows.DEVICES.page(handle, query.where("campaign_id", campaignId));
        });
    }

    @Override
    public Optional<CampaignDevice> device(String campaignId, String id) {
        return devices(campaignId, Query.all().where("id", id)).entries().stream()
                .findFirst();
    }

    @Override
    public Metrics metrics(String campaignId) {
        return storage.read(handle -> {
            CampaignRows.known(handle, campaignId);
            return CampaignRows.metrics(handle, campaignId);
        });
    }

    @Override
    public List<UpdateCampaign> underWay() {
        return storage.read(CampaignRows::underWay);
    }

    @Override
    public UpdateCampaign takeDevices(String id) {
        return told(id, handle -> {
            UpdateCampaign campaign = CampaignRows.known(handle, id);
            if (campaign.phase() == Phase.TIMED
                    && campaign.when()
                            .filter(time -> time.isAfter(clock.instant()))
                            .isEmpty()) {
                campaign = stored(handle, in(campaign, Phase.STARTING, "", ""));
            }
            boolean starting = campaign.phase() == Phase.STARTING;
            boolean continues =
                    campaign.phase() == Phase.ACTIVE && campaign.strategy() == UpdateCampaign.Strategy.CONTINUOUS;
            if (!starting && !continues) {
                return campaign;
            }
            if (starting) {
                Optional<String> missing = missing(handle, campaign);
                if (missing.isPresent()) {
                    return stored(handle, in(campaign, Phase.STOPPED, "manifestremoved", missing.get()));
                }
            }
            take(handle, campaign);
            return starting ? stored(handle, in(campaign, Phase.ACTIVE, "", "")) : campaign;
        });
    }

    private void take(Handle handle, UpdateCampaign campaign) {
        long now = StoredTime.of(StoredTime.now(clock));
        Query next = matching(campaign, Query.all().limit(Query.MAX_LIMIT));
        Page<Device> page;
        do {
            page = DeviceRows.LISTING.page(handle, next);
            page.entries()
                    .forEach(device ->
                            CampaignRows.take(handle, ids.next(), campaign.id(), device.id(), device.endpoint(), now));
            if (page.hasMore()) {
                next = next.after(page.entries().get(page.entries().size() - 1).id());
            }
        } while (page.hasMore());
    }

    private static Optional<String> missing(Handle handle, UpdateCampaign campaign) {
        Optional<FirmwareManifest> manifest = campaign.manifestId().flatMap(id -> StoredManifests.find(handle, id));
        if (manifest.isEmpty()) {
            return Optional.of("the firmware manifest was removed");
        }
        boolean image = manifest.get().image() == FirmwareManifest.Image.INTEGRATED
                || StoredImages.ofDigest(handle, manifest.get().imageDigest()).isPresent();
        return image
                ? Optional.empty()
                : Optional.of("no firmware image has the SHA-256 "
                        + manifest.get().imageDigest() + " of the manifest; upload it and start another campaign");
    }

    @Override
    public List<CampaignDevice> open(String id) {
        return storage.read(handle -> CampaignRows.open(handle, CampaignRows.known(handle, id)));
    }

    @Override
    public byte[] packageOf(UpdateCampaign campaign) {
        return storage.read(handle -> {
            Optional<String> missing = missing(handle, campaign);
            if (missing.isPresent()) {
                throw AccountException.conflict("root_manifest_id", missing.get());
            }
            String id = campaign.manifestId().orElseThrow();
            FirmwareManifest manifest = StoredManifests.find(handle, id).orElseThrow();
            byte[] content = StoredManifests.content(handle, id).orElseThrow();
            if (manifest.image() == FirmwareManifest.Image.INTEGRATED
                    || manifest.format().isPlatform()) {
                return content;
            }
            try {
                return SuitEnvelope.read(content)
                        .withImage(StoredImages.ofDigest(handle, manifest.imageDigest())
                                .orElseThrow())
                        .encoded();
            } catch (UnreadableManifestException e) {
                throw new IllegalStateException("a manifest that was stored cannot be read any more", e);
            }
        });
    }

    @Override
    public Optional<byte[]> imageAt(String uri) {
        return storage.read(handle ->
                CampaignRows.activeImage(handle, uri).flatMap(digest -> StoredImages.ofDigest(handle, digest)));
    }

    @Override
    public boolean begin(CampaignDevice device) {
        long now = StoredTime.of(StoredTime.now(clock));
        return Storage.await(storage.write(handle -> {
            boolean sends = CampaignRows.find(handle, device.campaignId())
                    .filter(campaign -> campaign.phase() == Phase.ACTIVE)
                    .isPresent();
            if (sends) {
                CampaignRows.begin(handle, device.id(), now);
            }
            return sends;
        }));
    }

    @Override
    public void record(CampaignDevice device, State state, int result, String reason) {
        long now = StoredTime.of(StoredTime.now(clock));
        Storage.await(storage.write(handle -> {
            CampaignRows.record(handle, device.id(), state, result, reason, now);
            return true;
        }));
    }

    @Override
    public UpdateCampaign settle(String id) {
        return told(id, handle -> {
            UpdateCampaign campaign = CampaignRows.known(handle, id);
            if (!campaign.phase().isCarriedOut()) {
                return campaign;
            }
            CampaignRows.deregister(handle, id, StoredTime.of(StoredTime.now(clock)));
            if (campaign.phase() == Phase.STOPPING) {
                return CampaignRows.isBegun(handle, id)
                        ? campaign
                        : stored(handle, in(campaign, Phase.STOPPED, campaign.ending(), campaign.autostopReason()));
            }
            Metrics metrics = CampaignRows.metrics(handle, id);
            if (campaign.autostop() == Autostop.OFF || (metrics.total() == 0 && continues(campaign))) {
                return campaign;
            }
            if (metrics.pending() == 0 && !continues(campaign)) {
                boolean deployed = metrics.failed() == 0 && (metrics.success() > 0 || metrics.skipped() == 0);
                return stored(
                        handle, in(campaign, Phase.STOPPED, deployed ? "deployed" : "autostopped", figures(metrics)));
            }
            double success = metrics.concerned() == 0 ? 100 : 100.0 * metrics.success() / metrics.concerned();
            if (success >= campaign.autostopPercent() && metrics.pending() > 0 && campaign.autostopPercent() < 100) {
                return stored(
                        handle,
                        ended(
                                handle,
                                campaign,
                                "autostopped",
                                metrics.success() + " of " + metrics.concerned()
                                        + " devices run the firmware, as many as asked for"));
            }
            return campaign;
        });
    }

    private static String figures(Metrics metrics) {
        if (metrics.total() == 0) {
            return "no device matches the filter";
        }
        if (metrics.concerned() == 0) {
            return "there was nothing to do: " + metrics.skipped() + " devices were skipped";
        }
        return metrics.success() + " of " + metrics.concerned() + " devices run the firmware, " + metrics.failed()
                + " do not" + (metrics.skipped() == 0 ? "" : "; " + metrics.skipped() + " were skipped");
    }

    private static boolean continues(UpdateCampaign campaign) {
        return campaign.strategy() == UpdateCampaign.Strategy.CONTINUOUS;
    }
}
