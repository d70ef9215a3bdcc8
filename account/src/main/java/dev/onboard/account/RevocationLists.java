package dev.onboard.account;

import dev.onboard.journal.Journal;
import dev.onboard.pki.Revocation;
import java.net.URI;
import java.util.List;

/**
 * What the account knows of revoked certificates: the lists kept for its trusted certificates, and its own list of the
 * certificates that its LwM2M device CA issued. Thread-safe. Changes return after they are durable, and count from the next
 * handshake on; open sessions of a revoked certificate end.
 */
public interface RevocationLists {
    /**
     * What counts at a server now. The same object until something changes.
     *
     * @param lists in DER; at the LwM2M server with the account's own when it has revoked something
     * @param mode what becomes of a certificate without a usable list
     */
    record Current(List<byte[]> lists, Revocation mode) {
        public Current {
            lists = List.copyOf(lists);
        }
    }

    /** What counts at this server. */
    Current current(Service service);

    /**
     * What becomes of a certificate without a usable list. {@link Revocation#SOFT_FAIL} unless told otherwise: what a list
     * revokes is refused, and a CA that publishes no list locks nobody out. Certificates that the account revoked itself are
     * refused in every mode.
     */
    Revocation mode();

    /** Changes the mode, durably. */
    void setMode(Revocation mode);

    /** The lists of a trusted certificate, oldest first. */
    List<UploadedRevocationList> of(String trustedCertificateId);

    /**
     * Keeps a list, PEM or DER, beside those that are there: of several the newest state counts as RFC 5280, 6.3 says.
     *
     * @throws AccountException {@link AccountException.Kind#NOT_FOUND} without such a trusted certificate,
     *     {@link AccountException.Kind#INVALID} when it is no usable list or its signature is not the CA's
     */
    UploadedRevocationList add(String trustedCertificateId, byte[] list);

    /**
     * Fetches a list and keeps it; it is fetched again when it has ended, and by {@link #refresh}.
     *
     * @param source {@code file:/…}, or {@code http://} on a loopback address
     * @throws AccountException as {@link #add}, and {@link AccountException.Kind#INVALID} when nothing can be fetched there
     */
    UploadedRevocationList fetch(String trustedCertificateId, URI source);

    /** Fetches a list again. @throws AccountException as {@link #fetch}, also for a list that was uploaded */
    UploadedRevocationList refresh(String trustedCertificateId, String id);

    /** Forgets a list. @throws AccountException {@link AccountException.Kind#NOT_FOUND} */
    void remove(String trustedCertificateId, String id);

    /** The account's own list, made anew: every certificate of its LwM2M device CA that is revoked, DER, good for seven days. */
    byte[] own();

    /** Calls the listener after each change, on the thread of who made it. @return ends the subscription */
    Journal.Subscription subscribe(Runnable listener);
}
