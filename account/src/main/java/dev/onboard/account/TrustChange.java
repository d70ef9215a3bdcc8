package dev.onboard.account;

import dev.onboard.pki.TrustAnchor;
import java.util.List;

/**
 * The trust anchors of a service changed.
 *
 * @param service at which server
 * @param added anchors that count from now on
 * @param removed anchors that do not count any more: sessions admitted by them end. An anchor whose certificate was
 *     exchanged is in both lists.
 */
public record TrustChange(Service service, List<TrustAnchor> added, List<TrustAnchor> removed) {
    public TrustChange {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }
}
