package dev.onboard.account.internal;

import dev.onboard.account.AnchorPolicy;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The account itself in the database.
 *
 * @param id 32 lower-case hexadecimal digits
 */
public record AccountRow(String id, AnchorPolicy anchorPolicy, Instant createdAt) {
    /** The account; made with this id when there is none. */
    public static AccountRow findOrCreate(Handle handle, String newId, Instant now) {
        handle.createUpdate("""
                        INSERT INTO account (id, anchor_policy, created_at)
                        SELECT :id, :policy, :now WHERE NOT EXISTS (SELECT 1 FROM account)
                        """)
                .bind("id", newId)
                .bind("policy", AnchorPolicy.PLATFORM.word())
                .bind("now", StoredTime.of(now))
                .execute();
        return find(handle).orElseThrow();
    }

    /** The account, when it was made already. */
    public static Optional<AccountRow> find(Handle handle) {
        return handle.createQuery("SELECT * FROM account")
                .map((row, context) -> new AccountRow(
                        row.getString("id"),
                        AnchorPolicy.of(row.getString("anchor_policy")).orElse(AnchorPolicy.PLATFORM),
                        StoredTime.instant(row.getLong("created_at"))))
                .findFirst();
    }

    /** Changes the anchor policy. */
    public static AnchorPolicy setPolicy(Handle handle, AnchorPolicy policy) {
        handle.createUpdate("UPDATE account SET anchor_policy = :policy")
                .bind("policy", policy.word())
                .execute();
        return policy;
    }
}
