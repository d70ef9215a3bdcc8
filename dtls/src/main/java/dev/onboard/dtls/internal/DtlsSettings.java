package dev.onboard.dtls.internal;

import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.dtls.Transmission;
import dev.onboard.pki.CryptoProvider;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.config.CoapConfig.MatcherMode;
import org.eclipse.californium.core.config.CoapConfig.TrackerMode;
import org.eclipse.californium.elements.config.CertificateAuthenticationMode;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.Configuration.ModuleDefinitionsProvider;
import org.eclipse.californium.elements.config.SystemConfig;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConfig.DtlsRole;
import org.eclipse.californium.scandium.dtls.SignatureAndHashAlgorithm;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite;
import org.eclipse.californium.scandium.dtls.cipher.XECDHECryptography.SupportedGroup;

/**
 * The settings of Scandium and Californium that all our endpoints share; each side starts from its own copy.
 *
 * <p>DTLS 1.2 with X.509 certificates on both sides and nothing else: no PSK, no raw public keys. Suites: the mandatory
 * CCM_8 (OMA LwM2M Transport 5.2.8.3, RFC 7925 section 4.4) and GCM.
 */
public final class DtlsSettings {
    /** What reaches Scandium is no larger than this: {@link CertificateGate} has a limit, and an alert, of its own. */
    private static final int LARGEST_HANDSHAKE_MESSAGE = CertificateGate.LARGEST_MESSAGE;

    /** In order of preference. */
    static final List<CipherSuite> SUITES = List.of(
            CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8);

    /** Octets of a session's id: as many as there may be sessions, and hard to guess. */
    private static final int CONNECTION_ID = 6;

    private static final int MOST_PEERS = 200_000;

    /** With which a peer may sign a handshake. */
    static final List<SignatureAndHashAlgorithm> SIGNATURE_ALGORITHMS = List.of(
            SignatureAndHashAlgorithm.SHA256_WITH_ECDSA,
            SignatureAndHashAlgorithm.SHA384_WITH_ECDSA,
            SignatureAndHashAlgorithm.SHA256_WITH_RSA);

    static {
        // before anything of Scandium asks what there is
        CryptoProvider.install();
        CoapConfig.register();
        UdpConfig.register();
        DtlsConfig.register();
        SystemConfig.register();
    }

    private DtlsSettings() {}

    /** For the DTLS and CoAP endpoint of a server. */
    public static Configuration server(Transmission transmission) {
        Configuration settings = both(transmission);
        settings.set(DtlsConfig.DTLS_ROLE, DtlsRole.SERVER_ONLY);
        // a device that made a new session is still the device that was asked; messages are told apart by address, so
        // that two with one certificate are not each other's duplicates
        settings.set(CoapConfig.RESPONSE_MATCHING, MatcherMode.PRINCIPAL);
        settings.set(DtlsConfig.DTLS_CLIENT_AUTHENTICATION_MODE, CertificateAuthenticationMode.NEEDED);
        // without session ids none is resumed
        settings.set(
                DtlsConfig.DTLS_SERVER_USE_SESSION_ID, transmission.sessions().resumption() == Resumption.ON);
        if (transmission.connectionIds() == Transmission.ConnectionIds.ON) {
            settings.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, CONNECTION_ID);
        }
        settings.set(DtlsConfig.DTLS_RECEIVE_BUFFER_SIZE, 4 * 1024 * 1024);
        settings.set(DtlsConfig.DTLS_SEND_BUFFER_SIZE, 1024 * 1024);
        // how many there may be is for the store to say; to Scandium this is also how many may begin within a minute
        settings.set(
                DtlsConfig.DTLS_MAX_CONNECTIONS,
                Math.max(MOST_PEERS, transmission.sessions().most()));
        settings.set(DtlsConfig.DTLS_MAX_PENDING_INBOUND_JOBS, 100_000);
        settings.set(DtlsConfig.DTLS_MAX_PENDING_OUTBOUND_JOBS, 100_000);
        settings.set(DtlsConfig.DTLS_MAX_PENDING_HANDSHAKE_RESULT_JOBS, 10_000);
        settings.set(
                CoapConfig.MAX_ACTIVE_PEERS,
                Math.max(MOST_PEERS, transmission.sessions().most()));
        settings.set(CoapConfig.MID_TRACKER, TrackerMode.NULL);
        // queue-mode and slow devices keep their place; a foreign client takes one token per transfer
        settings.set(CoapConfig.BLOCKWISE_REUSE_TOKEN, true);
        return settings;
    }

    /** For the DTLS and CoAP endpoint of a device. Make one and share it among all devices of a process. */
    public static Configuration device(Transmission transmission) {
        Configuration settings = both(transmission);
        settings.set(DtlsConfig.DTLS_ROLE, DtlsRole.CLIENT_ONLY);
        settings.set(CoapConfig.RESPONSE_MATCHING, MatcherMode.STRICT);
        // firmware is pushed in one body, up to 32 MB and its manifest
        settings.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, 33 * 1024 * 1024);
        if (transmission.connectionIds() == Transmission.ConnectionIds.ON) {
            settings.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, 0); // its socket is the device's alone
        }
        settings.set(DtlsConfig.DTLS_MAX_CONNECTIONS, 10);
        settings.set(DtlsConfig.DTLS_MAX_PENDING_INBOUND_JOBS, 1000);
        settings.set(DtlsConfig.DTLS_MAX_PENDING_OUTBOUND_JOBS, 1000);
        settings.set(DtlsConfig.DTLS_MAX_PENDING_HANDSHAKE_RESULT_JOBS, 100);
        settings.set(CoapConfig.MAX_ACTIVE_PEERS, 10);
        settings.set(CoapConfig.MID_TRACKER, TrackerMode.NULL);
        return settings;
    }

    private static Configuration both(Transmission transmission) {
        // every connector copies its configuration: what is not set here has the value of its definition
        Configuration settings = new Configuration(new ModuleDefinitionsProvider[0]);
        // nearly everywhere that is also the value of its module
        Configuration modules = new Configuration();
        settings.set(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT, modules.get(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT));
        settings.set(DtlsConfig.DTLS_CONNECTOR_THREAD_COUNT, modules.get(DtlsConfig.DTLS_CONNECTOR_THREAD_COUNT));
        settings.set(
                DtlsConfig.DTLS_MAX_TRANSMISSION_UNIT_LIMIT, modules.get(DtlsConfig.DTLS_MAX_TRANSMISSION_UNIT_LIMIT));
        settings.set(
                DtlsConfig.DTLS_SESSION_TIMEOUT,
                modules.get(DtlsConfig.DTLS_SESSION_TIMEOUT, TimeUnit.SECONDS),
                TimeUnit.SECONDS);
        // the selector's one thread takes datagrams in the order in which they came: with two, a record that a stranger
        // copied
        // could overtake its original, and with a connection id take the device's address from it
        settings.set(DtlsConfig.DTLS_RECEIVER_THREAD_COUNT, 0);
        settings.set(DtlsConfig.DTLS_CIPHER_SUITES, SUITES);
        settings.set(DtlsConfig.DTLS_CURVES, List.of(SupportedGroup.secp256r1, SupportedGroup.secp384r1));
        settings.set(DtlsConfig.DTLS_SIGNATURE_AND_HASH_ALGORITHMS, SIGNATURE_ALGORITHMS);
        settings.set(DtlsConfig.DTLS_MAX_FRAGMENTED_HANDSHAKE_MESSAGE_LENGTH, LARGEST_HANDSHAKE_MESSAGE);
        settings.set(DtlsConfig.DTLS_MAX_TRANSMISSION_UNIT, transmission.mtu());
        settings.set(
                DtlsConfig.DTLS_RETRANSMISSION_TIMEOUT,
                transmission.dtlsTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
        settings.set(DtlsConfig.DTLS_MAX_RETRANSMISSIONS, transmission.dtlsRetransmissions());
        settings.set(CoapConfig.ACK_TIMEOUT, transmission.coapTimeout().toMillis(), TimeUnit.MILLISECONDS);
        settings.set(CoapConfig.MAX_RETRANSMIT, transmission.coapRetransmissions());
        settings.set(DtlsConfig.DTLS_USE_SERVER_NAME_INDICATION, true);
        settings.set(DtlsConfig.DTLS_VERIFY_SERVER_CERTIFICATES_SUBJECT, false);
        settings.set(SystemConfig.HEALTH_STATUS_INTERVAL, 0, TimeUnit.SECONDS);
        settings.set(CoapConfig.PREFERRED_BLOCK_SIZE, 1024);
        settings.set(CoapConfig.MAX_MESSAGE_SIZE, 1024);
        settings.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, 64 * 1024);
        settings.set(CoapConfig.DEDUPLICATOR, CoapConfig.DEDUPLICATOR_PEERS_MARK_AND_SWEEP);
        return settings;
    }
}
