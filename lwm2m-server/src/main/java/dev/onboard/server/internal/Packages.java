package dev.onboard.server.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.UpdateCampaigns;
import dev.onboard.pki.Fingerprint;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The packages of the campaigns that are active: read once, and kept while they are. Thread-safe; nothing here blocks. */
public final class Packages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Packages.class);

    private final UpdateCampaigns campaigns;
    private final Map<String, CompletableFuture<Optional<Package>>> kept = new ConcurrentHashMap<>();
    private final ExecutorService reader;
    private final Runnable unsubscribe;

    /**
     * What a campaign's devices get.
     *
     * @param octets not to be changed
     * @param etag of the octets, 8 octets in hexadecimal
     */
    public record Package(byte[] octets, String etag) {}

    Packages(UpdateCampaigns campaigns) {
        this.campaigns = campaigns;
        ThreadPoolExecutor one =
                new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "onboard-packages");
                    thread.setDaemon(true);
                    return thread;
                });
        one.allowCoreThreadTimeOut(true);
        this.reader = one;
        this.unsubscribe = campaigns.subscribe(campaign -> kept.clear());
    }

    /** The package of the campaign with this id; empty when it is not active. */
    public CompletableFuture<Optional<Package>> of(String campaign) {
        return kept.computeIfAbsent(campaign, id -> read(id, () -> find(id), reader));
    }

    /** The image that the platform's manifest of an active campaign says is at this address; empty when there is none. */
    CompletableFuture<Optional<Package>> at(String uri) {
        // no id of a campaign has a space in it
        return kept.computeIfAbsent(
                "at " + uri, key -> read(key, () -> campaigns.imageAt(uri).map(Packages::packaged), reader));
    }

    private CompletableFuture<Optional<Package>> read(String key, Supplier<Optional<Package>> how, Executor on) {
        CompletableFuture<Optional<Package>> reading = CompletableFuture.supplyAsync(how, on);
        reading.whenComplete((found, failure) -> {
            if (failure != null || found.isEmpty()) {
                kept.remove(key);
            }
        });
        return reading;
    }

    private static Package packaged(byte[] octets) {
        return new Package(octets, Fingerprint.sha256(octets).substring(0, 16));
    }

    private Optional<Package> find(String id) {
        try {
            return campaigns
                    .get(id)
                    .filter(campaign -> campaign.phase().isCarriedOut())
                    .map(campaigns::packageOf)
                    .map(Packages::packaged);
        } catch (AccountException e) {
            LOG.info("campaign {} has no package: {}", id, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        unsubscribe.run();
        reader.shutdownNow();
    }
}
