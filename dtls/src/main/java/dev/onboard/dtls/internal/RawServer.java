package dev.onboard.dtls.internal;

import dev.onboard.dtls.RawPeer;
import dev.onboard.dtls.RawPeer.Habit;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Vector;
import java.util.function.Consumer;
import org.bouncycastle.tls.AbstractTlsServer;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The raw peer as a server: one handshake after the other on one thread. */
public final class RawServer extends AbstractTlsServer {
    private static final Logger LOG = LoggerFactory.getLogger(RawServer.class);
    private static final int PATIENCE_MILLIS = 10_000;

    private final RawHandshake handshake;

    private RawServer(RawHandshake handshake) {
        super(handshake.crypto);
        this.handshake = handshake;
    }

    /** Listens until it is closed. */
    public static RawPeer.Listening listen(
            RawPeer.Settings settings, InetSocketAddress at, Consumer<RawPeer.Report> ended) throws IOException {
        DatagramSocket socket = new DatagramSocket(at);
        InetSocketAddress local = new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
        Thread thread = new Thread(() -> serve(settings, socket, local, ended), "onboard-raw-peer-" + local.getPort());
        thread.setDaemon(true);
        thread.start();
        return new RawPeer.Listening() {
            @Override
            public InetSocketAddress address() {
                return local;
            }

            @Override
            public void close() {
                socket.close();
                try {
                    thread.join(PATIENCE_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    private static void serve(
            RawPeer.Settings settings, DatagramSocket socket, InetSocketAddress local, Consumer<RawPeer.Report> ended) {
        byte[] buffer = new byte[16 * 1024];
        while (!socket.isClosed()) {
            try {
                socket.setSoTimeout(0);
                DatagramPacket first = new DatagramPacket(buffer, buffer.length);
                socket.receive(first);
                if (!isClientHello(buffer, first.getLength())) {
                    continue; // what a peer still had to say after its handshake was over
                }
                RawHandshake handshake = new RawHandshake(settings);
                RawServer server = new RawServer(handshake);
                RawTransport transport = new RawTransport(
                        socket,
                        (InetSocketAddress) first.getSocketAddress(),
                        Arrays.copyOf(buffer, first.getLength()),
                        settings.habits());
                RawPeer.Report report = handshake.run(local, () -> {
                    DTLSServerProtocol protocol = new DTLSServerProtocol();
                    DTLSTransport session = protocol.accept(server, transport);
                    if (settings.habits().contains(Habit.RENEGOTIATES)) {
                        new Renegotiation(handshake, session, transport).asServer(Duration.ofMillis(PATIENCE_MILLIS));
                    }
                    session.close();
                });
                if (!socket.isClosed()) {
                    ended.accept(report);
                }
            } catch (IOException e) {
                LOG.debug("a datagram could not be received at {}; the next one may", local, e);
            }
        }
    }

    /** A handshake record (type 22, RFC 6347, 4.1) whose first message is of type 1. */
    private static boolean isClientHello(byte[] datagram, int length) {
        return length > 25 && datagram[0] == 22 && datagram[13] == 1;
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
    public int[] getSupportedGroups() {
        return handshake.settings.groups().stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public int getHandshakeTimeoutMillis() {
        return PATIENCE_MILLIS;
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
    public int getSelectedCipherSuite() throws IOException {
        int selected = super.getSelectedCipherSuite();
        handshake.chosen(selected);
        return selected;
    }

    @Override
    public TlsCredentials getCredentials() throws IOException {
        RawSigner signer = handshake.signer();
        if (signer == null) {
            throw new TlsFatalAlert(AlertDescription.handshake_failure, "this server has no certificate");
        }
        return signer;
    }

    @Override
    public CertificateRequest getCertificateRequest() {
        return new CertificateRequest(
                new short[] {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign},
                handshake.signatureAlgorithms(),
                new Vector<>());
    }

    @Override
    public void notifyAlertReceived(short level, short description) {
        super.notifyAlertReceived(level, description);
        handshake.alerted(level, description);
    }

    @Override
    public void notifyClientCertificate(Certificate certificate) throws IOException {
        handshake.judge();
    }
}
