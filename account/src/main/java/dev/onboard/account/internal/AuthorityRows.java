package dev.onboard.account.internal;

import dev.onboard.pki.Fingerprint;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The table of the CAs by which processes sign LwM2M device certificates; their keys are nowhere in it. */
final class AuthorityRows {
    private AuthorityRows() {}

    static void add(Handle handle, List<X509Certificate> chain, Instant now) {
        handle.createUpdate("""
                        INSERT INTO device_authority (fingerprint, chain, created_at)
                        VALUES (:fingerprint, :chain, :now) ON CONFLICT (fingerprint) DO NOTHING
                        """)
                .bind("fingerprint", Fingerprint.sha256(chain.get(0)))
                .bind("chain", DerChain.encode(chain))
                .bind("now", StoredTime.of(now))
                .execute();
    }

    static List<List<X509Certificate>> all(Handle handle) {
        return handle.createQuery("SELECT chain FROM device_authority ORDER BY created_at, fingerprint")
                .map((row, context) -> DerChain.decode(row.getBytes("chain")))
                .list();
    }
}
