package dev.onboard.testbed;

import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementClient;
import dev.onboard.http.OperationException;
import dev.onboard.http.OperationException.Kind;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.server.SharedRegistrations;
import dev.onboard.server.SharedRegistrations.Place;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The LwM2M server that has a device's session, as the servers say in Redis. Thread-safe. */
final class SessionRoute implements DevicesElsewhere.Route {
    /** A server that starts again is another one; those before are forgotten at some time. */
    private static final int MOST_KEPT = 64;

    private final SharedRegistrations shared;
    private final ApiKey key;
    private final Map<Place.At, ManagementClient> clients = new LinkedHashMap<>(MOST_KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Place.At, ManagementClient> eldest) {
            return size() > MOST_KEPT;
        }
    };

    SessionRoute(SharedRegistrations shared, ApiKey key) {
        this.shared = shared;
        this.key = key;
    }

    @Override
    public ManagementClient to(String endpoint) {
        Place place = shared.placeOf(endpoint);
        if (place instanceof Place.At at) {
            synchronized (clients) {
                return clients.computeIfAbsent(at, this::client);
            }
        }
        throw refusal(endpoint, place);
    }

    private static OperationException refusal(String endpoint, Place place) {
        if (place instanceof Place.Unknown unknown) {
            return OperationException.of(
                    Kind.UNAVAILABLE, "where '" + endpoint + "' is registered is not known: " + unknown.why());
        }
        return place instanceof Place.Gone
                ? OperationException.of(
                        Kind.TIMEOUT,
                        "'" + endpoint + "' is registered, but the LwM2M server that had its session does not run any"
                                + " more; it can be asked again after its next update, which another server takes")
                : OperationException.of(
                        Kind.NOT_REGISTERED, "'" + endpoint + "' is not registered at any LwM2M server");
    }

    private ManagementClient client(Place.At at) {
        return ManagementClient.of(
                at.management(),
                key,
                at.authority().map(SessionRoute::certificates).orElse(List.of()));
    }

    private static List<X509Certificate> certificates(String pem) {
        try {
            return CredentialFiles.readCertificates(
                    pem.getBytes(StandardCharsets.UTF_8), "what a server says in Redis");
        } catch (UnreadableFileException e) {
            throw new IllegalStateException(e);
        }
    }
}
