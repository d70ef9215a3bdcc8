package dev.onboard.account.internal;

import dev.onboard.account.AccountException;
import dev.onboard.account.ApiKeys;
import dev.onboard.pki.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The API keys in the database, and in memory by digest. */
public final class StoredKeys implements ApiKeys {
    private final Storage storage;
    private final Ids ids;
    private final InstantSource clock;
    private volatile Map<String, Entry> byDigest;

    public StoredKeys(Storage storage, Ids ids, InstantSource clock) {
        this.storage = storage;
        this.ids = ids;
        this.clock = clock;
        this.byDigest = storage.read(StoredKeys::all);
        storage.keep(StoredKeys::all, keys -> byDigest = keys);
    }

    private static Map<String, Entry> all(Handle handle) {
        Map<String, Entry> keys = new LinkedHashMap<>();
        handle.createQuery("SELECT * FROM api_key ORDER BY created_at, id")
                .map((row, context) -> Map.entry(
                        row.getString("digest"),
                        new Entry(
                                row.getString("id"),
                                row.getString("name"),
                                Access.of(row.getString("access")).orElse(Access.READ_ONLY),
                                StoredTime.instant(row.getLong("created_at")))))
                .forEach(key -> keys.put(key.getKey(), key.getValue()));
        return keys;
    }

    private static String digest(String key) {
        return Fingerprint.sha256(key.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Entry add(String name, Access access, String key) {
        Texts.check("name", name, 1, 100);
        Entry entry = new Entry(ids.next(), name, access, clock.instant());
        Storage.await(storage.change(
                handle -> {
                    handle.createUpdate("""
                                    INSERT INTO api_key (id, name, digest, access, created_at)
                                    VALUES (:id, :name, :digest, :access, :created_at)
                                    """)
                            .bind("id", entry.id())
                            .bind("name", name)
                            .bind("digest", digest(key))
                            .bind("access", access.word())
                            .bind("created_at", StoredTime.of(entry.createdAt()))
                            .execute();
                    return all(handle);
                },
                keys -> byDigest = keys));
        return entry;
    }

    @Override
    public List<Entry> list() {
        return List.copyOf(byDigest.values());
    }

    @Override
    public void revoke(String id) {
        Storage.await(storage.change(
                handle -> {
                    int revoked = handle.createUpdate("DELETE FROM api_key WHERE id = :id")
                            .bind("id", id)
                            .execute();
                    if (revoked == 0) {
                        throw AccountException.notFound("API key", id);
                    }
                    return all(handle);
                },
                keys -> byDigest = keys));
    }

    @Override
    public Optional<Entry> check(String key) {
        return Optional.ofNullable(byDigest.get(digest(key)));
    }
}
