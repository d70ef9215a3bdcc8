package dev.onboard.it;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.internal.DtlsClientSide;
import dev.onboard.dtls.internal.DtlsSettings;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Token;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.core.network.serialization.UdpDataSerializer;
import org.eclipse.californium.elements.RawData;

/** A device with a good certificate that sends whatever octets it is given over its DTLS session. Used by one thread. */
final class RawCoap implements AutoCloseable {
    private static final int RESET = 0x70;

    private final InetSocketAddress server;
    private final CoapEndpoint endpoint;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    private int lastId;

    RawCoap(DtlsThreads threads, InetSocketAddress server, Credential device, Purpose purpose, X509Certificate serverCa)
            throws Exception {
        this.server = server;
        TrustPolicy trust = TrustPolicy.forPurpose(purpose)
                .anchors(List.of(TrustAnchor.authority("server", serverCa)))
                .expectedName("localhost")
                .build();
        endpoint = new DtlsClientSide(
                        threads, DtlsSettings.device(Transmission.STANDARD), List.of(InetAddress.getLoopbackAddress()))
                .endpoint(device, trust, Servers.CLOCK, ended -> {});
        endpoint.getConnector().setRawDataReceiver(data -> received.add(data.getBytes()));
        endpoint.getConnector().start(); // without the CoAP that is above it
    }

    /** A message id that was not used. */
    int nextId() {
        return lastId = (lastId + 1) & 0xffff;
    }

    /** A request as it is on the wire (RFC 7252, 3), with an id and a token of its own. */
    byte[] octets(Request request) {
        int id = nextId();
        request.setType(CoAP.Type.CON);
        request.setMID(id);
        request.setToken(new Token(new byte[] {(byte) (id >> 8), (byte) id}));
        request.setDestinationContext(DtlsClientSide.destination(server, "localhost"));
        return new UdpDataSerializer().getByteArray(request);
    }

    void send(byte[] octets) {
        endpoint.getConnector()
                .send(RawData.outbound(octets, DtlsClientSide.destination(server, "localhost"), null, false));
    }

    /** What came and was not taken yet. */
    Optional<byte[]> received() {
        return Optional.ofNullable(received.poll());
    }

    /** The answer's code, class and detail as in {@code 4.04}, and its payload. */
    String ask(Request request) throws InterruptedException {
        return ask(octets(request));
    }

    /** The same of a message with a token of two octets. */
    String ask(byte[] octets) throws InterruptedException {
        send(octets);
        byte[] answer;
        do {
            answer = received.poll(10, TimeUnit.SECONDS);
            if (answer == null) {
                throw new AssertionError("no answer within ten seconds");
            }
        } while (answer.length < 6 || (answer[0] & 0x0f) != 2 || answer[4] != octets[4] || answer[5] != octets[5]);
        return text(answer);
    }

    static String text(byte[] answer) {
        int code = answer[1] & 0xff;
        String all = new String(answer, java.nio.charset.StandardCharsets.ISO_8859_1);
        return (code >> 5) + "." + String.format("%02d", code & 0x1f)
                + all.substring(Math.max(0, all.indexOf(0xff) + 1));
    }

    /** Whether the server answers an empty message (RFC 7252, 4.3); what came before is kept for {@link #received}. */
    boolean isAlive() throws InterruptedException {
        int id = nextId();
        send(new byte[] {0x40, 0, (byte) (id >> 8), (byte) id});
        List<byte[]> others = new java.util.ArrayList<>();
        byte[] answer;
        do {
            answer = received.poll(10, TimeUnit.SECONDS);
            if (answer != null) {
                others.add(answer);
            }
        } while (answer != null
                && !((answer[0] & 0xf0) == RESET && answer[2] == (byte) (id >> 8) && answer[3] == (byte) id));
        received.addAll(others);
        return answer != null;
    }

    @Override
    public void close() {
        endpoint.getConnector().destroy();
    }
}
