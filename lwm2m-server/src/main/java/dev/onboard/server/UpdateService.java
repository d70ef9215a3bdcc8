package dev.onboard.server;

import dev.onboard.account.Account;
import dev.onboard.account.CampaignDevice;
import dev.onboard.account.CampaignDevice.State;
import dev.onboard.account.FirmwareManifest;
import dev.onboard.account.UpdateCampaign;
import dev.onboard.account.UpdateCampaign.Phase;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.server.DeviceRequest.Operation;
import dev.onboard.server.LwM2mServer.Observation;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the account's update campaigns on devices that are registered at this server. What is to be done with a
 * device follows from what its object says, OMA's Firmware Update or the platform's ({@link Procedure}), and from what the account
 * knows, so that it goes on after a restart of either side; nothing that matters is kept here alone.
 *
 * <p>One thread for all devices; a few transfers at a time. Thread-safe. Longer than a page because it is what a campaign does
 * with a device, whole.
 */
public final class UpdateService implements AutoCloseable {
    /** How many devices are being dealt with at a time. */
    private static final int AT_ONCE = 32;
    /** How often the account is asked what has changed of itself: a time that has come, other processes' work. */
    private static final long BEAT_MILLIS = 1000;
    /** How often a device that says nothing is asked how far it is. */
    private static final long LOOK_AGAIN_MILLIS = 5000;
    /** How often firmware is sent to a device that forgets it, or loses its connection. */
    private static final int ATTEMPTS = 3;

    private final LwM2mServer server;
    private final Account account;
    private final Journal journal;
    private final URI files;
    private final Optional<URI> plainFiles;
    private final UpdateThread thread = new UpdateThread();
    private final Journal.Subscription registrations;
    private final Runnable changes;
    private final Map<String, Active> active = new LinkedHashMap<>();
    private final Deque<Work> waiting = new ArrayDeque<>();
    private int atWork;

    /** A campaign under way; used by the one thread alone. */
    private static final class Active {
        private final UpdateCampaign campaign;
        private final FirmwareManifest manifest;
        private final Procedure procedure;
        private final Map<String, Work> devices = new HashMap<>();

        Active(UpdateCampaign campaign, FirmwareManifest manifest) {
            this.campaign = campaign;
            this.manifest = manifest;
            this.procedure = isByManifest() ? new ManifestObject(manifest.format()) : new FirmwareObject();
        }

        String version() {
            return manifest.versionText();
        }

        /** Whether the manifest travels alone, by the platform's object. */
        boolean isByManifest() {
            return manifest.format().isPlatform();
        }
    }

    /** A device in a campaign; used by the one thread alone. */
    private static final class Work {
        private final Active of;
        private CampaignDevice device;
        private Place place = Place.IDLE;
        private int sent;
        private @Nullable Observation observation;

        Work(Active of, CampaignDevice device) {
            this.of = of;
            this.device = device;
        }
    }

    private enum Place {
        /** Waits for its registration, or for what it does by itself. */
        IDLE,
        /** Waits for its turn. */
        QUEUED,
        /** Something is being done with it. */
        AT_WORK,
        /** It downloads. */
        DOWNLOADING,
        ENDED
    }

    private UpdateService(LwM2mServer server, Account account, Journal journal, URI files, Optional<URI> plainFiles) {
        this.server = server;
        this.account = account;
        this.journal = journal;
        this.files = files;
        this.plainFiles = plainFiles;
        this.registrations = server.watch(event -> {
            if (event instanceof ServerEvent.Appeared || event instanceof ServerEvent.Updated) {
                thread.post(() -> wake(event.endpoint()));
            }
        });
        this.changes = account.updateCampaigns().subscribe(campaign -> {
            tell(campaign);
            thread.post(this::look);
        });
        thread.every(BEAT_MILLIS, this::look);
    }

    /**
     * Begins, or goes on.
     *
     * @param own the server's address as its devices know it, {@code coaps://host:port}: they fetch packages from there
     */
    public static UpdateService start(LwM2mServer server, Account account, Journal journal, URI own) {
        return new UpdateService(server, account, journal, own, Optional.empty());
    }

    /**
     * The same, with a file endpoint without DTLS beside it ({@link LwM2mServer#serveFirmware}), for devices that say that they
     * take it (/5/0/8).
     *
     * @param plain its address as devices know it, {@code coap://host:port}
     */
    public static UpdateService start(LwM2mServer server, Account account, Journal journal, URI own, URI plain) {
        return new UpdateService(server, account, journal, own, Optional.of(plain));
    }

    /** What there is to do. */
    private void look() {
        Set<String> present = new HashSet<>();
        for (UpdateCampaign campaign : account.updateCampaigns().underWay()) {
            if (account.updateCampaigns().takeDevices(campaign.id()).phase().isCarriedOut()) {
                UpdateCampaign now = account.updateCampaigns().settle(campaign.id());
                if (now.phase().isCarriedOut()) {
                    present.add(now.id());
                    join(now);
                }
            }
        }
        active.values().stream()
                .filter(each -> !present.contains(each.campaign.id()))
                .toList()
                .forEach(this::drop);
    }

    /** Tells of a campaign that came into another phase, once devices are concerned; on the account's thread, too. */
    private void tell(UpdateCampaign campaign) {
        if (!campaign.phase().isCarriedOut() && campaign.phase() != Phase.STOPPED) {
            return;
        }
        Event.Draft event = Event.of(Stage.FIRMWARE, Party.LWM2M_SERVER)
                .fact("action", "campaign")
                .fact("campaign", campaign.id())
                .fact("phase", campaign.phase().word())
                .fact("state", campaign.state());
        if (!campaign.autostopReason().isEmpty()) {
            event.detail(campaign.autostopReason());
        }
        journal.record(event);
    }

    private void join(UpdateCampaign campaign) {
        @Nullable Active known = active.get(campaign.id());
        if (known == null) {
            // when it is removed in this very moment, its owner has stopped the campaign
            campaign.manifestId()
                    .flatMap(id -> account.firmwareManifests().get(id))
                    .ifPresent(manifest -> {
                        Active begun = new Active(campaign, manifest);
                        active.put(campaign.id(), begun);
                        takeIn(begun);
                    });
        } else if (campaign.phase() == Phase.STOPPING) {
            sendNoMore(known);
        } else if (campaign.strategy() == UpdateCampaign.Strategy.CONTINUOUS) {
            takeIn(known);
        }
    }

    /** What has got nothing yet gets nothing any more. */
    private void sendNoMore(Active stopping) {
        stopping.devices.values().stream()
                .filter(work -> work.device.state() == State.PENDING && work.place != Place.ENDED)
                .forEach(this::leaveOut);
        next();
    }

    /** Does nothing more with it; where it stands stays as it is. */
    private void leaveOut(Work work) {
        if (work.place == Place.QUEUED) {
            waiting.remove(work);
        }
        leave(work);
        work.place = Place.ENDED;
    }

    private void takeIn(Active running) {
        for (CampaignDevice device : account.updateCampaigns().open(running.campaign.id())) {
            if (!running.devices.containsKey(device.endpoint())) {
                Work work = new Work(running, device);
                running.devices.put(device.endpoint(), work);
                queue(work);
            }
        }
    }

    private void drop(Active gone) {
        active.remove(gone.campaign.id());
        gone.devices.values().forEach(this::leaveOut);
        next();
    }

    private void wake(String endpoint) {
        for (Active each : active.values()) {
            Work work = each.devices.get(endpoint);
            if (work != null && work.place == Place.IDLE) {
                queue(work);
            } else if (work != null && work.place == Place.DOWNLOADING) {
                step(work);
            }
        }
    }

    private void queue(Work work) {
        if (work.place == Place.IDLE
                && server.registration(work.device.endpoint()).isPresent()
                && server.sleep(work.device.endpoint()).isEmpty()) {
            work.place = Place.QUEUED;
            waiting.add(work);
            next();
        }
    }

    private void next() {
        while (atWork < AT_ONCE && !waiting.isEmpty()) {
            Work work = waiting.remove();
            atWork++;
            work.place = Place.AT_WORK;
            step(work);
        }
    }

    /** Gives its turn to the next one. */
    private void leave(Work work) {
        if (work.place == Place.AT_WORK || work.place == Place.DOWNLOADING) {
            atWork--;
        }
        if (work.place != Place.ENDED) {
            work.place = Place.IDLE;
        }
        Observation over = work.observation;
        work.observation = null;
        if (over != null) {
            over.close();
        }
    }

    /** Nothing can be done with it now; looked at again after a while, or when it registers. */
    private void rest(Work work) {
        leave(work);
        next();
        thread.after(LOOK_AGAIN_MILLIS, () -> queue(work));
    }

    private void end(Work work, State state, int result, String reason) {
        account.updateCampaigns().record(work.device, state, result, reason);
        leave(work);
        work.place = Place.ENDED;
        tellEnd(work, state, result, reason);
        boolean last = work.of.devices.values().stream().allMatch(each -> each.place == Place.ENDED);
        if (last) {
            thread.post(this::look);
        }
        next();
    }

    private void tellEnd(Work work, State state, int result, String reason) {
        journal.record(
                switch (state) {
                    case DEPLOYED -> event(work, "deployed");
                    case ALREADY_DEPLOYED -> event(work, "skipped").detail(reason);
                    case NOT_SENT ->
                        event(work, "skipped")
                                .refused(Party.LWM2M_SERVER, "object-missing")
                                .detail(reason);
                    default ->
                        event(work, "not-deployed")
                                .refused(Party.DEVICE, "update-result-" + result)
                                .detail(reason);
                });
    }

    private Event.Draft event(Work work, String action) {
        return Event.of(Stage.FIRMWARE, Party.LWM2M_SERVER)
                .endpoint(work.device.endpoint())
                .fact("action", action)
                .fact("campaign", work.of.campaign.id())
                .fact("version", work.of.version());
    }

    /** Asks the device how it stands, and does what is next. */
    private void step(Work work) {
        work.place = Place.AT_WORK;
        String endpoint = work.device.endpoint();
        Procedure procedure = work.of.procedure;
        Optional<String> missing = work.device.state() == State.PENDING
                ? server.registration(endpoint).flatMap(procedure::missing)
                : Optional.empty();
        if (missing.isPresent()) {
            end(work, State.NOT_SENT, 0, missing.get());
            return;
        }
        CompletionStage<List<Node>> answers = CompletableFuture.completedStage(List.of());
        for (String path : procedure.asked()) {
            answers = answers.thenCombine(server.read(endpoint, path), UpdateService::and);
        }
        then(work, answers.thenApply(procedure::stand), stand -> decide(work, stand));
    }

    private static List<Node> and(List<Node> before, Node next) {
        List<Node> all = new ArrayList<>(before);
        all.add(next);
        return all;
    }

    private <T> void then(Work work, CompletionStage<T> stage, java.util.function.Consumer<T> next) {
        stage.whenComplete((value, failure) -> thread.post(() -> {
            if (work.place != Place.AT_WORK) {
                return; // dropped meanwhile
            }
            if (failure == null) {
                next.accept(value);
                return;
            }
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof OperationException refused && refused.code().isPresent()) {
                end(
                        work,
                        State.FAILED_CONNECTOR_CHANNEL_UPDATE,
                        0,
                        "the device refused a step of the update: " + refused.getMessage());
            } else {
                rest(work); // not reached; it registers again
            }
        }));
    }

    private void decide(Work work, Procedure.Stand stand) {
        boolean sent = work.device.state() == State.UPDATED_CONNECTOR_CHANNEL;
        switch (work.of.procedure.next(stand, new Procedure.Known(work.of.version(), sent, work.sent < ATTEMPTS))) {
            case DEPLOYED -> deployed(work, stand);
            case FAILED -> failed(work, stand);
            case SEND -> ifBegun(work, () -> send(work, stand));
            case INSTALL ->
                ifBegun(work, () -> {
                    journal.record(event(work, "update"));
                    then(work, server.execute(work.device.endpoint(), "/5/0/2", ""), done -> rest(work));
                });
            case WATCH -> watch(work);
            case REST -> rest(work);
        }
    }

    private void deployed(Work work, Procedure.Stand stand) {
        if (work.device.state() == State.PENDING) {
            end(work, State.ALREADY_DEPLOYED, 0, "the device ran " + stand.running() + " before; nothing was sent");
        } else {
            end(work, State.DEPLOYED, (int) stand.result(), "");
        }
    }

    private void failed(Work work, Procedure.Stand stand) {
        int result = (int) stand.result();
        end(
                work,
                State.FAILED_CONNECTOR_CHANNEL_UPDATE,
                result,
                "the device's Update Result (" + (work.of.isByManifest() ? "/10252/0/3" : "/5/0/5") + ") is " + result
                        + ", " + work.of.procedure.meaning(result) + "; it goes on with " + stand.running()
                        + ". Its own event says why");
    }

    /** Notes that something is done with the device, and does it; unless the campaign was stopped before. */
    private void ifBegun(Work work, Runnable step) {
        if (work.device.state() == State.PENDING) {
            if (!account.updateCampaigns().begin(work.device)) {
                leaveOut(work);
                next();
                return;
            }
            work.device = work.device.in(State.SENDING);
        }
        step.run();
    }

    private void send(Work work, Procedure.Stand stand) {
        work.sent++;
        if (work.of.isByManifest()) {
            // noted afterwards: what the object said before is not an answer to this manifest
            then(
                    work,
                    packaged(work).thenCompose(manifest -> server.post(work.device.endpoint(), "/10252/0/1", manifest)),
                    taken -> {
                        noteSent(work, "manifest");
                        watch(work);
                    });
        } else {
            sendPackage(work, stand.takesCoap() ? plainFiles.orElse(files) : files);
        }
    }

    private void noteSent(Work work, String delivery) {
        account.updateCampaigns().record(work.device, State.UPDATED_CONNECTOR_CHANNEL, 0, "");
        work.device = work.device.in(State.UPDATED_CONNECTOR_CHANNEL);
        journal.record(event(work, "sent").fact("delivery", delivery));
    }

    /** Begins anew on the device, notes that it was sent, and sends: whatever is interrupted in between is seen later. */
    private void sendPackage(Work work, URI from) {
        String endpoint = work.device.endpoint();
        then(work, server.write(endpoint, "/5/0/1", ""), reset -> {
            noteSent(work, work.of.campaign.delivery().name().toLowerCase(Locale.ROOT));
            if (work.of.campaign.delivery() == UpdateCampaign.Delivery.PULL) {
                then(
                        work,
                        server.write(endpoint, "/5/0/1", from + "/firmware/" + work.of.campaign.id()),
                        written -> watch(work));
            } else {
                then(work, pushed(work), written -> watch(work));
            }
        });
    }

    private CompletionStage<Answer> pushed(Work work) {
        return packaged(work)
                .thenCompose(octets -> server.send(
                        work.device.endpoint(),
                        DeviceRequest.of(Operation.WRITE, "/5/0/0")
                                .with(Content.of("application/octet-stream", octets))));
    }

    /** What the campaign brings. */
    private CompletionStage<byte[]> packaged(Work work) {
        return server.packageOf(work.of.campaign.id())
                .thenCompose(octets -> octets.map(CompletableFuture::completedStage)
                        .orElseGet(() -> CompletableFuture.failedStage(
                                new OperationException("not-delivered", "the campaign has no package any more"))));
    }

    /** It downloads: looked at when it says that something changed, and after a while. */
    private void watch(Work work) {
        work.place = Place.DOWNLOADING;
        thread.after(LOOK_AGAIN_MILLIS, () -> {
            if (work.place == Place.DOWNLOADING) {
                step(work);
            }
        });
        if (work.observation != null) {
            return;
        }
        String endpoint = work.device.endpoint();
        server.observe(
                        endpoint,
                        work.of.procedure.observed(),
                        answer -> thread.post(() -> {
                            boolean downloading = answer.node().orElse(null) instanceof Node.Value value
                                    && Long.valueOf(work.of.isByManifest() ? 4 : 1)
                                            .equals(value.value());
                            if (work.place == Place.DOWNLOADING && !downloading) {
                                step(work);
                            }
                        }))
                .whenComplete((observation, failure) -> thread.post(() -> {
                    if (observation != null && work.place != Place.ENDED && work.observation == null) {
                        work.observation = observation;
                    } else if (observation != null) {
                        observation.close();
                    }
                }));
    }

    /** Stops, and waits up to five seconds for what is being noted; what is on its way to a device goes on when it is started again. */
    @Override
    public void close() {
        registrations.close();
        changes.run();
        thread.close();
    }
}
