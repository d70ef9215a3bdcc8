package dev.onboard.dtls.internal;

import dev.onboard.dtls.RawPeer;
import dev.onboard.dtls.RawPeer.Habit;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsClient;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateType;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.MaxFragmentLength;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsExtensionsUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.jspecify.annotations.Nullable;

/** The raw peer as a client. */
public final class RawClient extends AbstractTlsClient {
    private final RawHandshake handshake;
    private final int patienceMillis;

    private RawClient(RawHandshake handshake, Duration patience) {
        super(handshake.crypto);
        this.handshake = handshake;
        this.patienceMillis = (int) Math.max(1, patience.toMillis());
    }

    /** One handshake from a socket of its own at this address; port 0 takes a free one. */
    public static RawPeer.Report connect(
            RawPeer.Settings settings, InetSocketAddress from, InetSocketAddress server, Duration patience)
            throws IOException {
        try (DatagramSocket socket = new DatagramSocket(from)) {
            socket.connect(server); // an unreachable port is told, and the local address known
            RawHandshake handshake = new RawHandshake(settings);
            RawClient client = new RawClient(handshake, patience);
            InetSocketAddress local = new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
            RawTransport transport = new RawTransport(socket, server, null, settings.habits());
            return handshake.run(local, () -> {
                DTLSTransport session = new DTLSClientProtocol().connect(client, transport);
                if (settings.habits().contains(Habit.RENEGOTIATES)) {
                    new Renegotiation(handshake, session, transport).asClient(patience);
                }
                session.close();
            });
        }
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return handshake.suites();
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return handshake.versions();
    }

    @Override
    protected Vector<?> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
        return handshake.groups();
    }

    @Override
    protected Vector<?> getSupportedSignatureAlgorithms() {
        return handshake.signatureAlgorithms();
    }

    @Override
    protected @Nullable Vector<?> getSNIServerNames() {
        if (handshake.settings.serverName().isEmpty()) {
            return null;
        }
        Vector<ServerName> names = new Vector<>();
        byte[] name = handshake.settings.serverName().get().getBytes(StandardCharsets.UTF_8);
        names.add(new ServerName(NameType.host_name, name));
        return names;
    }

    @Override
    public boolean shouldUseExtendedMasterSecret() {
        return !has(Habit.NO_EXTENDED_MASTER_SECRET);
    }

    @Override
    protected short @Nullable [] getAllowedClientCertificateTypes() {
        return has(Habit.RAW_PUBLIC_KEY) ? new short[] {CertificateType.RawPublicKey} : null;
    }

    @Override
    public Hashtable<?, ?> getClientExtensions() throws IOException {
        @SuppressWarnings("unchecked")
        Hashtable<Integer, byte[]> extensions = super.getClientExtensions();
        if (has(Habit.FRAGMENTS_OF_512)) {
            TlsExtensionsUtils.addMaxFragmentLengthExtension(extensions, MaxFragmentLength.pow2_9);
        }
        return extensions;
    }

    private boolean has(Habit habit) {
        return handshake.settings.habits().contains(habit);
    }

    @Override
    public int getHandshakeTimeoutMillis() {
        return patienceMillis;
    }

    @Override
    public int getMaxCertificateChainLength() {
        return RawHandshake.MOST_CERTIFICATES;
    }

    @Override
    public int getMaxHandshakeMessageSize() {
        return RawHandshake.LARGEST_MESSAGE;
    }

    @Override
    public boolean shouldCheckSigAlgOfPeerCerts() {
        return false;
    }

    @Override
    public void notifySelectedCipherSuite(int selected) {
        super.notifySelectedCipherSuite(selected);
        handshake.chosen(selected);
    }

    @Override
    public void notifyAlertReceived(short level, short description) {
        super.notifyAlertReceived(level, description);
        handshake.alerted(level, description);
    }

    @Override
    public TlsAuthentication getAuthentication() {
        return new TlsAuthentication() {
            @Override
            public void notifyServerCertificate(TlsServerCertificate server) throws IOException {
                handshake.judge();
            }

            @Override
            @SuppressWarnings("unchecked")
            public @Nullable TlsCredentials getClientCredentials(CertificateRequest request) {
                RawSigner signer = handshake.signer();
                if (signer != null) {
                    // Bouncy Castle signs only with what the server asked for; a lie needs the server to have asked
                    Vector<SignatureAndHashAlgorithm> asked = request.getSupportedSignatureAlgorithms();
                    if (asked != null && !asked.contains(signer.getSignatureAndHashAlgorithm())) {
                        asked.add(signer.getSignatureAndHashAlgorithm());
                    }
                }
                return signer;
            }
        };
    }
}
