package dev.onboard.dtls.internal;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.pki.Credential;
import dev.onboard.pki.TrustPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.californium.core.coap.OptionNumberRegistry;
import org.eclipse.californium.core.coap.option.LegacyMapBasedOptionRegistry;
import org.eclipse.californium.core.coap.option.OptionRegistry;
import org.eclipse.californium.core.coap.option.StandardOptionRegistry;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.RandomTokenGenerator;
import org.eclipse.californium.core.network.TokenGenerator;
import org.eclipse.californium.elements.AddressEndpointContext;
import org.eclipse.californium.elements.Connector;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.MapBasedEndpointContext;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite;

/**
 * Makes the endpoints of devices, CoAP over DTLS and, for firmware, CoAP alone: one socket each, no thread each. Thread-safe.
 */
public final class DtlsClientSide {
    /** As an endpoint makes it for itself, but one for all. */
    private static final OptionRegistry OPTIONS = new LegacyMapBasedOptionRegistry(
            true, OptionNumberRegistry.getCriticalCustomOptions(), StandardOptionRegistry.getDefaultOptionRegistry());

    private final DtlsThreads threads;
    private final Configuration settings;
    private final TokenGenerator tokens;
    private final List<InetAddress> localAddresses;
    private final AtomicInteger endpoints = new AtomicInteger();

    /**
     * @param settings from {@link DtlsSettings#device}, shared by all devices
     * @param localAddresses the addresses that the devices' sockets are bound to in turn, each on a free port
     */
    public DtlsClientSide(DtlsThreads threads, Configuration settings, List<InetAddress> localAddresses) {
        this.threads = threads;
        this.settings = settings;
        this.tokens = new RandomTokenGenerator(settings);
        this.localAddresses = List.copyOf(localAddresses);
    }

    /** As the other, offering all suites. */
    public CoapEndpoint endpoint(
            Credential credential, TrustPolicy policy, InstantSource clock, HandshakeRecord.Observer observer) {
        return endpoint(credential, policy, clock, List.of(), observer);
    }

    /**
     * An endpoint, not yet started, that proves itself with this credential (chain sent as it stands in it) and trusts a
     * server by this policy.
     *
     * @param suites the cipher suites to offer, by their IANA numbers; those that are not known here are passed over; empty: all
     * @param observer told of every handshake, on a protocol thread
     */
    public CoapEndpoint endpoint(
            Credential credential,
            TrustPolicy policy,
            InstantSource clock,
            List<Integer> suites,
            HandshakeRecord.Observer observer) {
        HandshakeWatch watch = new HandshakeWatch(
                HandshakeRecord.Side.CLIENT, observer, (connection, session) -> {}, threads.traffic());
        DtlsConnectorConfig.Builder builder = DtlsConnectorConfig.builder(settings)
                .setAddress(freePort())
                .setCertificateIdentityProvider(new SentIdentity(() -> credential))
                .setAdvancedCertificateVerifier(new EvaluatingVerifier(() -> policy, clock, watch))
                .setSessionListener(watch);
        if (!suites.isEmpty()) {
            builder.set(DtlsConfig.DTLS_CIPHER_SUITES, known(suites));
        }
        RecentMessages messages = new RecentMessages(settings);
        SelectorConnector connector = new SelectorConnector(
                builder.build(),
                new CertificateGate(() -> policy, clock, watch),
                threads.selector(),
                threads.traffic(),
                messages::forgetAllButTheLast);
        connector.setExecutor(threads.io());
        return endpoint(connector, messages);
    }

    /** An endpoint, not yet started, without DTLS: for what needs no secrecy and proves itself. */
    public CoapEndpoint plainEndpoint() {
        return endpoint(new PlainConnector(freePort(), threads.selector()), new RecentMessages(settings));
    }

    private InetSocketAddress freePort() {
        int turn = Math.floorMod(endpoints.getAndIncrement(), localAddresses.size());
        return new InetSocketAddress(localAddresses.get(turn), 0);
    }

    private CoapEndpoint endpoint(Connector connector, RecentMessages messages) {
        CoapEndpoint endpoint = CoapEndpoint.builder()
                .setConfiguration(settings)
                .setConnector(connector)
                .setTokenGenerator(tokens)
                .setMessageExchangeStore(messages.exchanges(settings, tokens))
                .setOptionRegistry(OPTIONS)
                .build();
        endpoint.setExecutors(threads.io(), threads.io());
        return endpoint;
    }

    /**
     * What is to come of the server is at most what it sent last, because the answer was lost: what an endpoint keeps to answer
     * earlier requests once more is given up.
     */
    public static void lastWasAnswered(CoapEndpoint endpoint) {
        if (endpoint.getConnector() instanceof SelectorConnector connector) {
            connector.lastWasAnswered();
        }
    }

    /**
     * Says close_notify to a server (RFC 5246, 7.2.1), when there is a session with it.
     *
     * @param afterwards what comes then, the end of the endpoint for example; on a protocol thread
     */
    public static void leave(CoapEndpoint endpoint, InetSocketAddress server, Runnable afterwards) {
        if (endpoint.getConnector() instanceof GatedConnector connector) {
            connector.leave(server, afterwards);
        } else {
            afterwards.run();
        }
    }

    /** Those of these suites, by their IANA numbers, that there are here; in the order given. */
    public static List<CipherSuite> known(List<Integer> suites) {
        return suites.stream()
                .map(CipherSuite::getTypeByCode)
                .filter(DtlsSettings.SUITES::contains)
                .toList();
    }

    /** The names of all suites that there are here. */
    public static List<String> suites() {
        return DtlsSettings.SUITES.stream().map(CipherSuite::name).toList();
    }

    /**
     * Where to send a request: the server's address, and its name for SNI (RFC 6066 section 3). An address literal is
     * not a name and is not sent.
     */
    public static EndpointContext destination(InetSocketAddress server, String host) {
        boolean literal = host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || Character.isDigit(c));
        return literal ? new AddressEndpointContext(server) : new AddressEndpointContext(server, host, null);
    }

    /** The same destination for a request before which a new session is made, whether or not there is one. */
    public static EndpointContext inNewSession(EndpointContext destination) {
        return MapBasedEndpointContext.addEntries(destination, DtlsEndpointContext.ATTRIBUE_HANDSHAKE_MODE_FORCE_FULL);
    }

    /** The same destination for a request before which the session that there is is resumed, or a new one made when the server will not. */
    public static EndpointContext inResumedSession(EndpointContext destination) {
        return MapBasedEndpointContext.addEntries(destination, DtlsEndpointContext.ATTRIBUTE_HANDSHAKE_MODE_FORCE);
    }
}
