package dev.onboard.account.internal;

import dev.onboard.account.Service;
import dev.onboard.account.TrustChange;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.account.TrustedCertificates;
import dev.onboard.journal.Journal;
import dev.onboard.pki.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** What a handshake needs of the trusted certificates: immutable lists, exchanged after each commit. Thread-safe. */
final class TrustInMemory {
    private final CopyOnWriteArrayList<Consumer<TrustChange>> listeners = new CopyOnWriteArrayList<>();
    private volatile Snapshot snapshot;

    /** Everything that is trusted at one time. */
    private record Snapshot(List<TrustedCertificate> all, Map<Service, List<TrustAnchor>> anchors) {}

    /**
     * Everything in the database.
     *
     * @param authorities the chains of the CAs by which this account's processes sign LwM2M device certificates
     */
    record Contents(List<TrustedCertificate> all, List<List<X509Certificate>> authorities) {}

    TrustInMemory(Contents contents) {
        this.snapshot = snapshot(contents);
    }

    private static Snapshot snapshot(Contents contents) {
        Map<Service, List<TrustAnchor>> anchors = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            List<TrustAnchor> active = new ArrayList<>();
            if (service == Service.LWM2M) {
                contents.authorities().forEach(chain -> active.add(own(chain)));
            }
            for (TrustedCertificate certificate : contents.all()) {
                if (certificate.service() == service && certificate.status() == Status.ACTIVE) {
                    active.add(certificate.anchor());
                }
            }
            anchors.put(service, List.copyOf(active));
        }
        return new Snapshot(List.copyOf(contents.all()), anchors);
    }

    private static TrustAnchor own(List<X509Certificate> chain) {
        return new TrustAnchor(
                TrustedCertificates.OWN_LWM2M_DEVICE_CA,
                chain.get(0),
                chain.subList(1, chain.size()),
                TrustAnchor.Kind.AUTHORITY);
    }

    List<TrustedCertificate> all() {
        return snapshot.all();
    }

    List<TrustAnchor> anchors(Service service) {
        return anchors(snapshot, service);
    }

    private static List<TrustAnchor> anchors(Snapshot snapshot, Service service) {
        return snapshot.anchors().getOrDefault(service, List.of());
    }

    Journal.Subscription subscribe(Consumer<TrustChange> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Puts this into force, and tells what became of the anchors. */
    void exchange(Contents contents) {
        Snapshot before = snapshot;
        Snapshot after = snapshot(contents);
        snapshot = after;
        for (Service service : Service.values()) {
            List<TrustAnchor> added = without(anchors(after, service), anchors(before, service));
            List<TrustAnchor> removed = without(anchors(before, service), anchors(after, service));
            if (!added.isEmpty() || !removed.isEmpty()) {
                TrustChange change = new TrustChange(service, added, removed);
                listeners.forEach(listener -> listener.accept(change));
            }
        }
    }

    private static List<TrustAnchor> without(List<TrustAnchor> these, List<TrustAnchor> those) {
        return these.stream().filter(anchor -> !those.contains(anchor)).toList();
    }
}
