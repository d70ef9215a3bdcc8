package dev.onboard.scenario;

import dev.onboard.journal.Party;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Who takes part in a scenario in place of ours: a user's own servers, or a user's own device. What only the foreign party
 * knows cannot be observed, and is reported as such. Immutable. Commands come from the local command line alone.
 *
 * @param bootstrapServer {@code coaps://host:port}
 * @param lwm2mServer {@code coaps://host:port}
 * @param serverCa what simulated devices trust at these servers
 * @param setup a command that brings the servers' trust in line before each scenario; {@code {endpoint}}, {@code {uri}}, {@code {service}} and
 *     {@code {trust}}, a folder with the trusted certificates in PEM, are filled in
 * @param device a command that is the device; {@code {endpoint}}, {@code {bundle}}, its folder, and {@code {uri}} are filled in
 */
public record ForeignParties(
        Optional<URI> bootstrapServer,
        Optional<URI> lwm2mServer,
        Optional<X509Certificate> serverCa,
        Optional<String> setup,
        Optional<String> device) {
    /** Everybody is ours. */
    public static final ForeignParties NONE = new ForeignParties(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Whether what this party knows is in our journal. */
    public boolean isObserved(Party party) {
        return switch (party) {
            case DEVICE -> device.isEmpty();
            case BOOTSTRAP_SERVER -> bootstrapServer.isEmpty();
            case LWM2M_SERVER -> lwm2mServer.isEmpty();
            default -> bootstrapServer.isEmpty() && lwm2mServer.isEmpty();
        };
    }

    /** Whether a server is not ours. */
    public boolean haveServers() {
        return bootstrapServer.isPresent() || lwm2mServer.isPresent();
    }
}
