package dev.onboard.dtls.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsEncodeResult;

/**
 * A raw peer asks for another handshake within the session that it has (RFC 5246, 7.4.1.1 and 7.4.1.2), which RFC 7925, 17 forbids,
 * and waits until the other side has warned it and answered a CoAP ping (RFC 7252, 4.2) in the same session. Bouncy Castle sends no
 * handshake messages in a session, so the record is put together here. Used by one thread.
 */
final class Renegotiation {
    private static final short HANDSHAKE = 22;
    private static final int RECORD_HEADER = 13;
    /** Epoch 1 and a number that the session does not reach, within the window against replays (RFC 6347, 4.1.2.6). */
    private static final long NUMBER = 1L << 48 | 16;

    private static final byte[] HELLO_REQUEST = new byte[12];
    private static final byte[] PING = {0x40, 0x00, 0x52, 0x4e};
    private static final byte[] ANSWER = {0x70, 0x00, 0x52, 0x4e};
    private static final int ONE_LOOK_MILLIS = 20;

    private final RawHandshake handshake;
    private final DTLSTransport session;
    private final RawTransport transport;

    Renegotiation(RawHandshake handshake, DTLSTransport session, RawTransport transport) {
        this.handshake = handshake;
        this.session = session;
        this.transport = transport;
    }

    /** Sends a ClientHello. */
    void asClient(Duration patience) throws IOException {
        byte[] body = ByteBuffer.allocate(42)
                .putShort((short) 0xfefd)
                .put(handshake.crypto.createNonceGenerator(new byte[0]).generateNonce(32))
                .put((byte) 0) // session id
                .put((byte) 0) // cookie
                .putShort((short) 2)
                .putShort(handshake.settings.suites().get(0).shortValue())
                .put((byte) 1)
                .put((byte) 0) // no compression
                .array();
        ask(
                ByteBuffer.allocate(12 + body.length)
                        .putInt(1 << 24 | body.length)
                        .putShort((short) 0) // the first message of the new handshake
                        .putShort((short) 0)
                        .put((byte) 0) // from its first octet
                        .put((byte) 0)
                        .putShort((short) body.length) // to its last
                        .put(body)
                        .array(),
                patience);
    }

    /** Sends a HelloRequest. */
    void asServer(Duration patience) throws IOException {
        ask(HELLO_REQUEST, patience);
    }

    private void ask(byte[] message, Duration patience) throws IOException {
        TlsCipher cipher = handshake.crypto.cipher();
        if (cipher == null) {
            throw new IllegalStateException("a session has keys");
        }
        TlsEncodeResult sealed = cipher.encodePlaintext(
                NUMBER, HANDSHAKE, ProtocolVersion.DTLSv12, RECORD_HEADER, message, 0, message.length);
        ByteBuffer.wrap(sealed.buf, sealed.off, RECORD_HEADER)
                .put((byte) HANDSHAKE)
                .putShort((short) 0xfefd)
                .putLong(NUMBER)
                .putShort((short) (sealed.len - RECORD_HEADER));
        transport.send(sealed.buf, sealed.off, sealed.len);
        session.send(PING, 0, PING.length);
        awaitBoth(patience);
    }

    private void awaitBoth(Duration patience) throws IOException {
        byte[] data = new byte[session.getReceiveLimit()];
        long deadline = System.nanoTime() + patience.toNanos();
        boolean answered = false;
        while (handshake.warning().isEmpty() || !answered) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        answered
                                ? "no warning came for the second handshake"
                                : "the session is dead after the second handshake");
            }
            int length = session.receive(data, 0, data.length, ONE_LOOK_MILLIS);
            answered |= length == ANSWER.length && Arrays.equals(ANSWER, Arrays.copyOf(data, length));
        }
    }
}
