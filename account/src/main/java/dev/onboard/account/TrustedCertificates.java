package dev.onboard.account;

import dev.onboard.journal.Journal;
import dev.onboard.pki.TrustAnchor;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The CAs whose devices the account trusts. Thread-safe. Changes return after they are durable, and count from the
 * next handshake on.
 *
 * <p>The anchor of an upload is its lowest CA; those above it validate it and never admit anybody themselves.
 */
public interface TrustedCertificates {
    /** The id of the anchor that is always there: the account's own LwM2M device CA, at the LwM2M server only. */
    String OWN_LWM2M_DEVICE_CA = "lwm2m-device-ca";

    /**
     * Stores an upload.
     *
     * @throws AccountException {@link AccountException.Kind#INVALID} with the field when it is not acceptable (not PEM,
     *     a private key, more than one chain, and under {@link AnchorPolicy#PLATFORM} not a CA, expired, unknown
     *     critical extension); {@link AccountException.Kind#CONFLICT} for a name or certificate that is there already
     */
    TrustedCertificate add(NewTrustedCertificate upload);

    /**
     * Changes one.
     *
     * @throws AccountException {@link AccountException.Kind#NOT_FOUND}, and as {@link #add}
     */
    TrustedCertificate update(String id, TrustedCertificateChange change);

    /**
     * Removes one; sessions admitted by it end.
     *
     * @throws AccountException {@link AccountException.Kind#NOT_FOUND}
     */
    void remove(String id);

    /** The one with this id. */
    Optional<TrustedCertificate> get(String id);

    /** All of them, oldest first. */
    List<TrustedCertificate> list();

    /** A page of them. Fields: those of the platform's {@code TrustedCertificateResp}. */
    Page<TrustedCertificate> list(Query query);

    /** What counts at this server now: an immutable list, taken without a lock. */
    List<TrustAnchor> anchors(Service service);

    /**
     * Calls the listener after each change of the anchors, in order, before the change returns to who made it. It runs
     * on the account's writer and must not block.
     *
     * @return ends the subscription
     */
    Journal.Subscription subscribe(Consumer<TrustChange> listener);
}
