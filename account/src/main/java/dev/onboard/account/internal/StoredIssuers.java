package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateIssuer;
import dev.onboard.account.IssuerClients;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.IssuerType;
import dev.onboard.account.Issuers;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.internal.Listing.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The certificate issuers in the database. What signs is looked up for each certificate, so that a change counts at once. */
public final class StoredIssuers implements Issuers {
    private static final Listing<Issuer> LISTING = new Listing<>(
            "certificate_issuer",
            "certificate issuer",
            Map.of(
                    "id", Column.text("id"),
                    "name", Column.text("name"),
                    "description", Column.text("description"),
                    "issuer_type", Column.text("type"),
                    "created_at", Column.time("created_at"),
                    "updated_at", Column.time("updated_at")),
            (row, context) -> issuer(row));

    private final Storage storage;
    private final Ids ids;
    private final InstantSource clock;
    private final CertificateIssuer own;
    private final IssuerClients clients;
    private final IssuerAnswers answers;
    private final Map<String, Health> health = new ConcurrentHashMap<>();
    private final ConfigurationRows configurations;

    public StoredIssuers(
            Storage storage,
            Ids ids,
            InstantSource clock,
            CertificateIssuer own,
            IssuerClients clients,
            IssuerAnswers answers) {
        this.answers = answers;
        this.storage = storage;
        this.ids = ids;
        this.clock = clock;
        this.own = own;
        this.clients = clients;
        this.configurations = new ConfigurationRows(ids, clock);
        Storage.await(storage.write(configurations::ensureLwm2m));
    }

    private record Stored(Issuer issuer, IssuerCredentials credentials) {}

    private static Issuer issuer(ResultSet row) throws SQLException {
        return new Issuer(
                row.getString("id"),
                row.getString("name"),
                row.getString("description"),
                IssuerType.of(row.getString("type")).orElseThrow(),
                StoredTexts.of(row.getString("attributes")),
                row.getLong("revision"),
                StoredTime.instant(row.getLong("created_at")),
                StoredTime.instant(row.getLong("updated_at")));
    }

    private static Optional<Stored> find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM certificate_issuer WHERE id = :id")
                .bind("id", id)
                .map((row, context) ->
                        new Stored(issuer(row), IssuerCredentials.of(StoredTexts.of(row.getString("credentials")))))
                .findOne();
    }

    private static Stored existing(Handle handle, String id) {
        return find(handle, id).orElseThrow(() -> AccountException.notFound("certificate issuer", id));
    }

    private static Update bind(Update update, Issuer issuer, IssuerCredentials credentials) {
        return update.bind("id", issuer.id())
                .bind("name", issuer.name())
                .bind("description", issuer.description())
                .bind("type", issuer.type().name())
                .bind("attributes", StoredTexts.json(issuer.attributes()))
                .bind("credentials", StoredTexts.json(credentials.reveal()))
                .bind("revision", issuer.revision())
                .bind("created_at", StoredTime.of(issuer.createdAt()))
                .bind("updated_at", StoredTime.of(issuer.updatedAt()));
    }

    private static void refuseDuplicate(Handle handle, Issuer wanted) {
        handle.createQuery("SELECT id FROM certificate_issuer WHERE name = :name AND id <> :id")
                .bind("name", wanted.name())
                .bind("id", wanted.id())
                .mapTo(String.class)
                .findOne()
                .ifPresent(other -> {
                    throw AccountException.conflict(
                            "name", "'" + wanted.name() + "' is the name of certificate issuer " + other);
                });
    }

    @Override
    public Issuer add(NewIssuer wanted) {
        IssuerRules.check(wanted);
        Instant now = StoredTime.now(clock);
        Issuer issuer = new Issuer(
                ids.next(), wanted.name(), wanted.description(), wanted.type(), wanted.attributes(), 1, now, now);
        return Storage.await(storage.write(handle -> {
            int present = handle.createQuery("SELECT count(*) FROM certificate_issuer")
                    .mapTo(Integer.class)
                    .one();
            if (present >= MOST) {
                throw AccountException.limit(
                        "certificate-issuers", "the account has its " + MOST + " issuers; remove one first");
            }
            refuseDuplicate(handle, issuer);
            bind(handle.createUpdate("""
                                    INSERT INTO certificate_issuer (id, name, description, type, attributes, credentials,
                                        revision, created_at, updated_at)
                                    VALUES (:id, :name, :description, :type, :attributes, :credentials,
                                        :revision, :created_at, :updated_at)
                                    """), issuer, wanted.credentials()).execute();
            return issuer;
        }));
    }

    @Override
    public Issuer update(String id, Change change) {
        return Storage.await(storage.write(handle -> {
            Stored old = existing(handle, id);
            Issuer wanted = new Issuer(
                    id,
                    change.name().orElse(old.issuer().name()),
                    change.description().orElse(old.issuer().description()),
                    old.issuer().type(),
                    change.attributes().orElse(old.issuer().attributes()),
                    old.issuer().revision() + 1,
                    old.issuer().createdAt(),
                    StoredTime.now(clock));
            refuseRename(old.issuer(), wanted);
            IssuerCredentials credentials = change.credentials().orElse(old.credentials());
            IssuerRules.check(wanted, credentials);
            refuseDuplicate(handle, wanted);
            bind(handle.createUpdate("""
                                    UPDATE certificate_issuer SET name = :name, description = :description, type = :type,
                                        attributes = :attributes, credentials = :credentials, revision = :revision,
                                        created_at = :created_at, updated_at = :updated_at
                                    WHERE id = :id
                                    """), wanted, credentials).execute();
            return wanted;
        }));
    }

    /** A command is found by its issuer's name, so nobody may give one issuer the command of another. */
    private static void refuseRename(Issuer old, Issuer wanted) {
        if (old.type() == IssuerType.COMMAND && !old.name().equals(wanted.name())) {
            throw AccountException.invalid(
                    "name", "'" + old.name() + "' is the name of a command on the server's machine; it stays");
        }
    }

    @Override
    public void remove(String id) {
        Storage.await(storage.write(handle -> {
            Issuer issuer = existing(handle, id).issuer();
            configurations.firstOf(handle, id).ifPresent(configuration -> {
                throw AccountException.invalid(
                        "certificate-issuer-id",
                        "'" + issuer.name() + "' is active: configuration '" + configuration.reference() + "' ("
                                + configuration.id() + ") names it; give that one another issuer first");
            });
            return handle.createUpdate("DELETE FROM certificate_issuer WHERE id = :id")
                    .bind("id", id)
                    .execute();
        }));
    }

    @Override
    public Optional<Issuer> get(String id) {
        return storage.read(handle -> find(handle, id)).map(Stored::issuer);
    }

    @Override
    public Page<Issuer> list(Query query) {
        return storage.read(handle -> LISTING.page(handle, query));
    }

    @Override
    public CompletionStage<Verification> verify(String id) {
        Optional<Stored> stored = storage.read(handle -> find(handle, id));
        if (stored.isEmpty()) {
            return CompletableFuture.failedFuture(AccountException.notFound("certificate issuer", id));
        }
        Optional<CheckedIssuer> issuer = connected(stored.get());
        if (issuer.isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Verification.NotPossible(noClient(stored.get().issuer())));
        }
        return issuer.get().issue(answers.trial(ids.random())).handle((signed, failure) -> said(signed, failure));
    }

    private static Verification said(CertificateIssuer.@Nullable Signed signed, @Nullable Throwable failure) {
        if (signed != null) {
            return new Verification.Successful("it signed a certificate on trial; its CA "
                    + IssuerAnswers.described(signed.issuer()) + " is trusted for lwm2m");
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof AccountException refusal && refusal.kind() == AccountException.Kind.ISSUER) {
            return new Verification.Failed(String.valueOf(refusal.getMessage()));
        }
        throw new CompletionException(cause);
    }

    @Override
    public Health health(String id) {
        return health.getOrDefault(id, Health.UNKNOWN);
    }

    private Optional<CheckedIssuer> connected(Stored stored) {
        String id = stored.issuer().id();
        return clients.connect(stored.issuer(), stored.credentials())
                .map(client -> new CheckedIssuer(
                        stored.issuer().name(),
                        client,
                        answers,
                        change -> health.compute(id, (key, old) -> change.apply(old == null ? Health.UNKNOWN : old))));
    }

    private static String noClient(Issuer issuer) {
        return "this version of Onboard has no client for issuers of type " + issuer.type() + ": '" + issuer.name()
                + "' is stored, and was neither contacted nor can it sign";
    }

    /** What signs LwM2M device certificates now. Throws {@link AccountException} when that is an issuer which nobody can talk to. */
    CertificateIssuer active(Handle handle) {
        Optional<String> chosen = configurations.lwm2m(handle).issuerId();
        if (chosen.isEmpty()) {
            return own;
        }
        Stored stored = existing(handle, chosen.get());
        return connected(stored)
                .<CertificateIssuer>map(issuer -> issuer)
                .orElseThrow(() -> AccountException.issuer(noClient(stored.issuer())
                        + "; set the certificate issuer of " + LWM2M + " to null to have the account's own CA sign"));
    }

    @Override
    public Configuration lwm2m() {
        return storage.read(configurations::lwm2m);
    }

    @Override
    public Configuration configure(String reference, String issuerId) {
        IssuerRules.checkReference(reference);
        return Storage.await(storage.write(handle -> {
            checkIssuer(handle, issuerId);
            return configurations.add(handle, reference, issuerId);
        }));
    }

    @Override
    public Configuration reconfigure(String id, Optional<String> issuerId) {
        if (issuerId.isPresent()
                && configuration(id).filter(known -> !known.isCustom()).isPresent()) {
            tryFirst(issuerId.get());
        }
        return Storage.await(storage.write(handle -> {
            Configuration old = configurations.existing(handle, id);
            if (issuerId.isPresent()) {
                checkIssuer(handle, issuerId.get());
            } else if (old.isCustom()) {
                throw AccountException.invalid(
                        "certificate_issuer_id", "is missing; the account's own CA signs LwM2M certificates only");
            }
            return configurations.exchange(handle, old, issuerId);
        }));
    }

    /** Before the change, and outside its transaction: it takes as long as the issuer takes. */
    private void tryFirst(String issuerId) {
        storage.read(handle -> {
            checkIssuer(handle, issuerId);
            return true;
        });
        Verification said = Storage.await(verify(issuerId));
        if (!(said instanceof Verification.Successful)) {
            throw AccountException.issuer(said.message() + "; it was not made active");
        }
    }

    private static void checkIssuer(Handle handle, String issuerId) {
        if (find(handle, issuerId).isEmpty()) {
            throw AccountException.invalid(
                    "certificate_issuer_id", "there is no certificate issuer '" + issuerId + "'");
        }
    }

    @Override
    public void removeConfiguration(String id) {
        Storage.await(storage.write(handle -> configurations.remove(handle, id)));
    }

    @Override
    public Optional<Configuration> configuration(String id) {
        return storage.read(handle -> configurations.find(handle, id));
    }

    @Override
    public Page<Configuration> configurations(Query query) {
        return storage.read(handle -> ConfigurationRows.LISTING.page(handle, query));
    }
}
