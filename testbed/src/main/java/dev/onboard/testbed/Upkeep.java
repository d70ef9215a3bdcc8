package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.account.Issuers;
import dev.onboard.http.Rotations;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.server.LwM2mServer;
import dev.onboard.server.UpdateService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What goes on in a {@link Workbench} once devices are registered: renewals, rotations, update campaigns. Each begins when it is
 * first asked for, so that a workbench without them has none of their threads. Thread-safe; does blocking work.
 */
public final class Upkeep implements AutoCloseable {
    private final Parts parts = new Parts();
    private final Rotation rotation;
    private final Account account;
    private final LwM2mServer server;
    private final Journal journal;
    private final InstantSource clock;
    private final URI ownUri;
    private @Nullable Renewals renewals;
    private boolean updating;

    Upkeep(
            Path directory,
            Account account,
            CertificateAuthority device,
            LwM2mIdentity identity,
            LwM2mServer server,
            Journal journal,
            InstantSource clock,
            SecureRandom random,
            URI ownUri)
            throws IOException {
        WorkDirectory.privateDirectory(directory.resolve("ca"));
        this.rotation = new Rotation(
                directory, TestbedOptions.in(directory), account, device, identity, journal, clock, random);
        this.account = account;
        this.server = server;
        this.journal = journal;
        this.clock = clock;
        this.ownUri = ownUri;
    }

    /**
     * Begins to have the LwM2M certificate of this device renewed, {@code docs/flows/renewal.md}.
     *
     * @throws AccountException when the account does not know the device, or it cannot be renewed
     */
    public Enrollment renew(String endpoint) {
        String id = account.devices()
                .byEndpoint(endpoint)
                .orElseThrow(() -> AccountException.notFound("device", endpoint))
                .id();
        return renewals().begin(id, Issuers.LWM2M);
    }

    private synchronized Renewals renewals() {
        if (renewals == null) {
            renewals = parts.add(Renewals.start(account, server, journal, clock, rotation::needsBootstrap));
        }
        return renewals;
    }

    /** The rotations, {@code docs/flows/rotation.md}. */
    public Rotations rotations() {
        return rotation;
    }

    /** From now on the account's update campaigns are carried out. */
    public synchronized void carryOutCampaigns() {
        if (!updating) {
            updating = true;
            parts.add(UpdateService.start(server, account, journal, ownUri));
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
