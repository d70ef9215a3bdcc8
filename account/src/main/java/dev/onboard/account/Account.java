package dev.onboard.account;

import dev.onboard.account.internal.AccountRow;
import dev.onboard.account.internal.Backend;
import dev.onboard.account.internal.Ids;
import dev.onboard.account.internal.IssuerAnswers;
import dev.onboard.account.internal.OwnAuthority;
import dev.onboard.account.internal.PostgresDatabase;
import dev.onboard.account.internal.SqliteFile;
import dev.onboard.account.internal.Storage;
import dev.onboard.account.internal.StoredCampaigns;
import dev.onboard.account.internal.StoredCertificates;
import dev.onboard.account.internal.StoredDevelopers;
import dev.onboard.account.internal.StoredDeviceEvents;
import dev.onboard.account.internal.StoredDevices;
import dev.onboard.account.internal.StoredEnrollments;
import dev.onboard.account.internal.StoredImages;
import dev.onboard.account.internal.StoredIssuers;
import dev.onboard.account.internal.StoredKeys;
import dev.onboard.account.internal.StoredManifests;
import dev.onboard.account.internal.StoredRenewals;
import dev.onboard.account.internal.StoredRevocation;
import dev.onboard.account.internal.StoredTrust;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.TrustRules;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A Device Management account. Thread-safe; it has one writer's thread and a few workers however many devices there
 * are, and everything it acknowledges is durable.
 */
public final class Account implements AutoCloseable {
    private final Storage storage;
    private final AccountRow row;
    private volatile AnchorPolicy anchorPolicy;
    private volatile CertificateAuthority authority;
    private volatile Optional<Duration> certificateLife = Optional.empty();
    private final StoredTrust trusted;
    private final StoredRevocation revocation;
    private final StoredDevices devices;
    private final StoredCertificates issued;
    private final StoredIssuers issuers;
    private final StoredRenewals renewals;
    private final StoredDeviceEvents deviceEvents;
    private final StoredKeys keys;
    private final StoredDevelopers developers;
    private final StoredEnrollments enrollments;
    private final StoredImages images;
    private final StoredManifests manifests;
    private final StoredCampaigns campaigns;

    private Account(
            Storage storage,
            CertificateAuthority authority,
            InstantSource clock,
            SecureRandom random,
            Journal journal,
            IssuerClients clients) {
        Ids ids = new Ids(random, clock);
        this.storage = storage;
        this.row = storage.read(AccountRow::find)
                .orElseGet(() -> Storage.await(storage.change(
                        handle -> AccountRow.findOrCreate(handle, ids.next(), clock.instant()), made -> {})));
        this.anchorPolicy = row.anchorPolicy();
        storage.keep(AccountRow::find, found -> found.ifPresent(account -> anchorPolicy = account.anchorPolicy()));
        this.authority = authority;
        this.trusted = new StoredTrust(storage, row.id(), ids, clock, journal, this::anchorPolicy, authority.chain());
        this.revocation = new StoredRevocation(storage, trusted, () -> this.authority, ids, clock, journal);
        trusted.subscribe(change -> revocation.trustChanged());
        this.devices = new StoredDevices(storage, trusted, ids, clock, journal);
        this.issuers = new StoredIssuers(
                storage,
                ids,
                clock,
                new OwnAuthority(
                        () -> this.authority,
                        recipe -> certificateLife.map(recipe::withValidity).orElse(recipe)),
                clients,
                new IssuerAnswers(
                        row.id(), new AccountTrust(trusted, revocation, Service.LWM2M, TrustRules.USUAL), clock));
        this.issued = new StoredCertificates(storage, row.id(), ids, clock, journal, issuers, revocation::changed);
        this.renewals = new StoredRenewals(storage, ids, clock);
        this.deviceEvents = new StoredDeviceEvents(storage);
        this.keys = new StoredKeys(storage, ids, clock);
        this.developers = new StoredDevelopers(storage, trusted, row.id(), ids, clock, random);
        this.enrollments = new StoredEnrollments(storage, ids, clock);
        this.images = new StoredImages(storage, ids, clock);
        this.manifests = new StoredManifests(storage, ids, clock);
        this.campaigns = new StoredCampaigns(storage, ids, clock);
    }

    /**
     * Loads what the first start in this process needs. A start does so itself when this was not called; on another thread,
     * ahead of it, it makes the start quicker.
     */
    public static void prepare() {
        SqliteFile.prepare();
    }

    /**
     * Opens the account in this directory; makes both when they do not exist (directory 0700, files 0600).
     *
     * @param directory belongs to the account alone; another process cannot open it meanwhile
     * @param lwm2mDeviceAuthority signs LwM2M device certificates; trusted at the LwM2M server without being uploaded
     * @throws AccountException {@link AccountException.Kind#STORAGE} when the directory cannot be used, is in use, or
     *     holds a database of a newer Onboard
     */
    public static Account open(
            Path directory,
            CertificateAuthority lwm2mDeviceAuthority,
            InstantSource clock,
            SecureRandom random,
            Journal journal) {
        return open(Database.in(directory), lwm2mDeviceAuthority, clock, random, journal, IssuerClients.none());
    }

    /**
     * As the other, in any database and with clients of third-party certificate issuers. Several processes may open one
     * on PostgreSQL: a change of the trusted certificates, the API keys or the anchor policy is acknowledged when all of
     * them know it.
     */
    public static Account open(
            Database database,
            CertificateAuthority lwm2mDeviceAuthority,
            InstantSource clock,
            SecureRandom random,
            Journal journal,
            IssuerClients clients) {
        Storage storage = Storage.open(backend(database));
        try {
            return new Account(storage, lwm2mDeviceAuthority, clock, random, journal, clients);
        } catch (RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    private static Backend backend(Database database) {
        return database instanceof Database.Server server
                ? PostgresDatabase.of(server.url(), System.getenv())
                : SqliteFile.open(((Database.Directory) database).path());
    }

    /** The account's id: 32 lower-case hexadecimal digits, made once. */
    public String id() {
        return row.id();
    }

    /** When the account was made. */
    public Instant createdAt() {
        return row.createdAt();
    }

    /** What happens to uploads that cannot serve as trust anchors. */
    public AnchorPolicy anchorPolicy() {
        return anchorPolicy;
    }

    /** Changes what happens to uploads from now on. */
    public void setAnchorPolicy(AnchorPolicy policy) {
        Storage.await(storage.change(handle -> AccountRow.setPolicy(handle, policy), set -> anchorPolicy = set));
    }

    /**
     * For how long the account's own CA signs from now on, in this process: ten years otherwise. A third party's CA decides
     * itself.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public void setCertificateLife(Duration life) {
        if (life.isNegative() || life.isZero()) {
            throw new IllegalArgumentException("a certificate life of " + life + " is none; give more than nothing");
        }
        certificateLife = Optional.of(life);
    }

    /**
     * Signs LwM2M device certificates by another CA of the account's own from now on, and trusts its devices. What the CA
     * before signed is trusted no longer unless its certificate was uploaded for {@link Service#LWM2M}; open sessions stay
     * then. The account's own revocation list is the new CA's; what was revoked before stays refused at the admission.
     */
    public void setDeviceAuthority(CertificateAuthority next) {
        trusted.setOwnChain(next.chain(), () -> authority = next);
        revocation.authorityChanged();
    }

    /** The CAs whose devices are trusted. */
    public TrustedCertificates trustedCertificates() {
        return trusted;
    }

    /** What is known of revoked certificates. */
    public RevocationLists revocationLists() {
        return revocation;
    }

    /** The keys of the account's interface. */
    public ApiKeys apiKeys() {
        return keys;
    }

    /** The certificates for development. */
    public DeveloperCertificates developerCertificates() {
        return developers;
    }

    /** The enrolment list. */
    public Enrollments enrollments() {
        return enrollments;
    }

    /** The firmware images. */
    public FirmwareImages firmwareImages() {
        return images;
    }

    /** The firmware manifests. */
    public FirmwareManifests firmwareManifests() {
        return manifests;
    }

    /** The campaigns that bring firmware to devices. */
    public UpdateCampaigns updateCampaigns() {
        return campaigns;
    }

    /** The devices. */
    public DeviceDirectory devices() {
        return devices;
    }

    /** What happened to the devices. */
    public DeviceEvents deviceEvents() {
        return deviceEvents;
    }

    /** Third-party certificate issuers, and which one signs. */
    public Issuers issuers() {
        return issuers;
    }

    /** Renewals of certificates on devices. */
    public CertificateEnrollments certificateEnrollments() {
        return renewals;
    }

    /** The certificates that were issued. */
    public IssuedCertificates issuedCertificates() {
        return issued;
    }

    /**
     * Has the active certificate issuer sign an LwM2M certificate: CN is the endpoint name, OU the account's id, L the
     * device's id, for client authentication. It is stored before it is handed out; its serial was never used before.
     *
     * @return fails with {@link AccountException} when the device is not known or the issuer does not sign
     */
    public CompletionStage<IssuedCertificate> issue(IssueRequest request) {
        return issued.issue(request);
    }

    /** Completes when the database has answered a question just now; fails with {@link AccountException} when it does not. */
    public CompletionStage<Void> answers() {
        return storage.readLater(AccountRow::find).thenAccept(found -> {});
    }

    /** How many changes wait to be written to the database. */
    public int backlog() {
        return storage.backlog();
    }

    /** Ends after everything that waits is written. Does nothing when called again. */
    @Override
    public void close() {
        storage.close();
    }
}
