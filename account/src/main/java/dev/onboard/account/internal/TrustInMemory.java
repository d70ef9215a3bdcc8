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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What a handshake needs of the trusted certificates: immutable lists, exchanged after each commit. What did not change is
 * the same object afterwards, so that a change costs what it changes. Thread-safe.
 */
final class TrustInMemory {
    private final CopyOnWriteArrayList<Consumer<TrustChange>> listeners = new CopyOnWriteArrayList<>();
    private volatile Snapshot snapshot;

    /** Everything that is trusted at one time. */
    private record Snapshot(Contents contents, Map<String, TrustedCertificate> byId, Map<Service, Anchors> anchors) {}

    /**
     * Those of one service.
     *
     * @param list the CAs of this account's processes, then those of the trusted certificates
     * @param of by trusted certificate
     */
    private record Anchors(List<TrustAnchor> list, Map<String, TrustAnchor> of) {}

    /**
     * Everything in the database.
     *
     * @param authorities the chains of the CAs by which this account's processes sign LwM2M device certificates
     */
    record Contents(List<TrustedCertificate> all, List<List<X509Certificate>> authorities) {}

    TrustInMemory(Contents contents) {
        this.snapshot = snapshot(contents, new Snapshot(new Contents(List.of(), List.of()), Map.of(), Map.of()));
    }

    private static Snapshot snapshot(Contents contents, Snapshot before) {
        Map<String, TrustedCertificate> byId = new HashMap<>();
        contents.all().forEach(certificate -> byId.put(certificate.id(), certificate));
        Map<Service, Anchors> anchors = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            anchors.put(service, anchors(contents, before, service));
        }
        return new Snapshot(contents, byId, anchors);
    }

    /** The same object as before when nothing of it changed: servers take an anchor list apart when it is another one. */
    private static Anchors anchors(Contents contents, Snapshot before, Service service) {
        Anchors old = before.anchors().get(service);
        List<TrustAnchor> list = new ArrayList<>();
        if (service == Service.LWM2M) {
            contents.authorities().forEach(chain -> list.add(own(chain)));
        }
        Map<String, TrustAnchor> of = new HashMap<>();
        for (TrustedCertificate certificate : contents.all()) {
            if (certificate.service() == service && certificate.status() == Status.ACTIVE) {
                TrustAnchor kept = old != null && before.byId().get(certificate.id()) == certificate
                        ? old.of().get(certificate.id())
                        : null;
                TrustAnchor anchor = kept != null ? kept : certificate.anchor();
                list.add(anchor);
                of.put(certificate.id(), anchor);
            }
        }
        return old != null && old.list().equals(list) ? old : new Anchors(List.copyOf(list), of);
    }

    private static TrustAnchor own(List<X509Certificate> chain) {
        return new TrustAnchor(
                TrustedCertificates.OWN_LWM2M_DEVICE_CA,
                chain.get(0),
                chain.subList(1, chain.size()),
                TrustAnchor.Kind.AUTHORITY);
    }

    List<TrustedCertificate> all() {
        return snapshot.contents().all();
    }

    Map<String, TrustedCertificate> byId() {
        return snapshot.byId();
    }

    List<TrustAnchor> anchors(Service service) {
        return list(snapshot, service);
    }

    private static List<TrustAnchor> list(Snapshot snapshot, Service service) {
        Anchors anchors = snapshot.anchors().get(service);
        return anchors == null ? List.of() : anchors.list();
    }

    Journal.Subscription subscribe(Consumer<TrustChange> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Puts this into force, and tells what became of the anchors. */
    void exchange(Contents contents) {
        Snapshot before = snapshot;
        Snapshot after = snapshot(contents, before);
        snapshot = after;
        for (Service service : Service.values()) {
            List<TrustAnchor> added = without(list(after, service), list(before, service));
            List<TrustAnchor> removed = without(list(before, service), list(after, service)).stream()
                    .filter(anchor -> !isUnderAnotherId(anchor, list(after, service)))
                    .toList();
            if (!added.isEmpty() || !removed.isEmpty()) {
                TrustChange change = new TrustChange(service, added, removed);
                listeners.forEach(listener -> listener.accept(change));
            }
        }
    }

    /** Whoever came with this anchor is trusted as before. */
    private static boolean isUnderAnotherId(TrustAnchor anchor, List<TrustAnchor> anchors) {
        return anchors.stream()
                .anyMatch(other ->
                        !other.id().equals(anchor.id()) && other.certificate().equals(anchor.certificate()));
    }

    private static List<TrustAnchor> without(List<TrustAnchor> these, List<TrustAnchor> those) {
        if (these == those) {
            return List.of();
        }
        Set<TrustAnchor> known = new HashSet<>(those);
        return these.stream().filter(anchor -> !known.contains(anchor)).toList();
    }
}
