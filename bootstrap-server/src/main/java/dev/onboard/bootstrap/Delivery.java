package dev.onboard.bootstrap;

import dev.onboard.pki.Credential;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * Everything that one bootstrap writes, as a value: what is good comes from {@link #of}, and a scenario takes that and makes
 * one thing of it bad. Immutable. Its text shows ids and no value, since one of them is a private key.
 *
 * @param deletes the paths of the Bootstrap-Deletes that come first
 * @param instances what is written, in this order, each as a whole
 * @param ending what comes after the last write
 */
public record Delivery(List<String> deletes, List<Instance> instances, Ending ending) {
    /** Full rights on an object's instance: read, write, execute, delete (OMA LwM2M Core, object 2). */
    private static final long ALL_RIGHTS = 15;

    private static final long READ = 1;
    private static final int ACCESS_CONTROL = 2;
    /** Device, firmware, and the platform's objects for firmware and certificates: each has one instance. */
    private static final List<Integer> MANAGED = List.of(3, 5, 14, 10252, 10255, 35011);

    /** As owner in object 2: the bootstrap server, or nobody. */
    private static final long NOBODY = 65_535;

    /** What comes after the last write. */
    public enum Ending {
        /** Bootstrap-Finish. */
        FINISH,
        /** Bootstrap-Finish, and another one once the first is confirmed. */
        FINISH_TWICE,
        /** Nothing: the server falls silent. */
        SILENCE
    }

    /**
     * One instance of an object.
     *
     * @param object its object's id
     * @param number counts the instances of this object from 0. That is its instance id, except in the Security object,
     *     where the device's own bootstrap account has one that must not be hit: there it counts the free ones
     * @param resources by resource id: {@link String}, {@link Boolean}, {@link Long}, {@code byte[]}, or a map from a
     *     resource instance's id to a {@link Long}
     */
    public record Instance(int object, int number, SortedMap<Integer, Object> resources) {
        /** The Security object. */
        public static final int SECURITY = 0;
        /** The Server object. */
        public static final int SERVER = 1;

        public Instance {
            resources = Collections.unmodifiableSortedMap(new TreeMap<>(resources));
        }

        /** With another value of this resource. */
        public Instance with(int resource, Object value) {
            SortedMap<Integer, Object> changed = new TreeMap<>(resources);
            changed.put(resource, value);
            return new Instance(object, number, changed);
        }

        /** Without this resource. */
        public Instance without(int resource) {
            SortedMap<Integer, Object> changed = new TreeMap<>(resources);
            changed.remove(resource);
            return new Instance(object, number, changed);
        }

        @Override
        public String toString() {
            return "/" + object + "/" + number + resources.keySet();
        }
    }

    public Delivery {
        deletes = List.copyOf(deletes);
        instances = List.copyOf(instances);
    }

    /**
     * What a device needs in order to register at these servers: for each an instance of the Security object and one of the
     * Server object. With several servers also the Access Control object, which lets each server manage its own Server
     * object, the first one the device and its firmware, and the others read these (OMA LwM2M Core 8.2).
     *
     * @param issued the device's LwM2M key and certificate, with the chain above it
     * @throws IllegalArgumentException when there is no server
     */
    public static Delivery of(Credential issued, List<LwM2mServerAccount> servers) {
        return of(servers, (server, resources) -> {
            resources.put(SecurityResource.SECURITY_MODE.id(), 2L);
            resources.put(SecurityResource.PUBLIC_KEY.id(), server.chain().encode(issued.chain()));
            resources.put(SecurityResource.SECRET_KEY.id(), issued.privateKeyPkcs8());
        });
    }

    /** As {@link #of} for a device that makes its key itself and enrols over EST: security mode 4, and no key or certificate. */
    public static Delivery enrolling(List<LwM2mServerAccount> servers) {
        return of(servers, (server, resources) -> resources.put(SecurityResource.SECURITY_MODE.id(), 4L));
    }

    /** @param proof adds to the Security object how the device proves who it is */
    private static Delivery of(
            List<LwM2mServerAccount> servers, BiConsumer<LwM2mServerAccount, SortedMap<Integer, Object>> proof) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("a bootstrap that delivers no LwM2M server leaves the device nowhere");
        }
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            SortedMap<Integer, Object> security = account(servers.get(i));
            proof.accept(servers.get(i), security);
            instances.add(new Instance(Instance.SECURITY, i, security));
            instances.add(server(i, servers.get(i)));
        }
        if (servers.size() == 1) {
            return new Delivery(List.of("/0", "/1"), instances, Ending.FINISH);
        }
        instances.addAll(accessControl(servers));
        return new Delivery(List.of("/0", "/1", "/2"), instances, Ending.FINISH);
    }

    /** All of a Security instance but how the device proves who it is. */
    private static SortedMap<Integer, Object> account(LwM2mServerAccount server) {
        SortedMap<Integer, Object> resources = new TreeMap<>();
        resources.put(SecurityResource.SERVER_URI.id(), server.uri().toString());
        resources.put(SecurityResource.BOOTSTRAP_SERVER.id(), false);
        resources.put(
                SecurityResource.SERVER_PUBLIC_KEY.id(), server.matching().of(encoded(server.serverCertificate())));
        resources.put(SecurityResource.SHORT_SERVER_ID.id(), (long) server.shortServerId());
        if (server.matching().number() != 0) {
            resources.put(SecurityResource.MATCHING_TYPE.id(), (long)
                    server.matching().number());
        }
        if (!server.suites().isEmpty()) {
            SortedMap<Integer, Long> suites = new TreeMap<>();
            server.suites().forEach(suite -> suites.put(suites.size(), (long) suite));
            resources.put(SecurityResource.CIPHER_SUITES.id(), suites);
        }
        server.serverName().ifPresent(name -> resources.put(SecurityResource.SERVER_NAME.id(), name));
        resources.put(
                SecurityResource.CERTIFICATE_USAGE.id(), (long) server.usage().number());
        return resources;
    }

    private static Instance server(int number, LwM2mServerAccount server) {
        return new Instance(
                Instance.SERVER,
                number,
                new TreeMap<>(Map.of(
                        0, (long) server.shortServerId(), 1, server.lifetime().toSeconds(), 6, true, 7, "U")));
    }

    private static List<Instance> accessControl(List<LwM2mServerAccount> servers) {
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            long owner = servers.get(i).shortServerId();
            instances.add(access(
                    instances.size(), Instance.SERVER, i, new TreeMap<>(Map.of((int) owner, ALL_RIGHTS)), owner));
        }
        SortedMap<Integer, Long> rights = new TreeMap<>();
        servers.forEach(server -> rights.put(server.shortServerId(), rights.isEmpty() ? ALL_RIGHTS : READ));
        MANAGED.forEach(object -> instances.add(access(instances.size(), object, 0, rights, NOBODY)));
        return instances;
    }

    private static Instance access(int number, int object, int instance, SortedMap<Integer, Long> rights, long owner) {
        return new Instance(
                ACCESS_CONTROL,
                number,
                new TreeMap<>(Map.of(0, (long) object, 1, (long) instance, 2, rights, 3, owner)));
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read has no encoding", e);
        }
    }

    /** The first instance of this object; empty when none is written. */
    public Optional<Instance> first(int object) {
        return instances.stream().filter(one -> one.object() == object).findFirst();
    }

    /** With a change to this instance of this object, counted from 0; the same when it is not written. */
    public Delivery changing(int object, int instance, UnaryOperator<Instance> change) {
        List<Instance> changed = new ArrayList<>(instances);
        changed.replaceAll(one -> one.object() == object && one.number() == instance ? change.apply(one) : one);
        return new Delivery(deletes, changed, ending);
    }

    /** Nothing but these instances is written. */
    public Delivery withInstances(List<Instance> value) {
        return new Delivery(deletes, value, ending);
    }

    /** Deletes these paths first. */
    public Delivery withDeletes(List<String> value) {
        return new Delivery(value, instances, ending);
    }

    /** Ends like this. */
    public Delivery withEnding(Ending value) {
        return new Delivery(deletes, instances, value);
    }
}
