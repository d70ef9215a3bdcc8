package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.PacketFault.From;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Flights of a handshake are known by what their datagrams begin with, and counted when they are sent again. */
class FlightWatchTest {
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_HELLO = 2;
    private static final int HELLO_VERIFY_REQUEST = 3;
    private static final int CERTIFICATE = 11;
    private static final int CLIENT_KEY_EXCHANGE = 16;

    private final FlightWatch device = new FlightWatch(From.DEVICE);
    private final FlightWatch server = new FlightWatch(From.SERVER);

    @Test
    void eachMessageIsOfItsFlight() {
        assertThat(device.carry(handshake(CLIENT_HELLO, 0, 0))).isEqualTo(1);
        assertThat(server.carry(handshake(HELLO_VERIFY_REQUEST, 0, 0))).isEqualTo(2);
        assertThat(device.carry(handshake(CLIENT_HELLO, 1, 0))).isEqualTo(3);
        assertThat(server.carry(handshake(SERVER_HELLO, 1, 0))).isEqualTo(4);
        assertThat(server.carry(handshake(CERTIFICATE, 2, 0))).isEqualTo(4);
        assertThat(device.carry(handshake(CERTIFICATE, 2, 0))).isEqualTo(5);
        assertThat(device.carry(record(20, 0))).isEqualTo(5);
        assertThat(device.carry(record(22, 1))).as("Finished").isEqualTo(5);
        assertThat(server.carry(record(20, 0))).isEqualTo(6);
        assertThat(server.carry(record(23, 1))).as("application data").isZero();
    }

    @Test
    void aFlightOfSeveralDatagramsIsBegunOnce() {
        device.carry(handshake(CERTIFICATE, 2, 0));
        device.carry(handshake(CERTIFICATE, 2, 200));
        device.carry(handshake(CLIENT_KEY_EXCHANGE, 3, 0));
        device.carry(record(20, 0));
        device.carry(record(22, 1));
        assertThat(device.begun(5)).isEqualTo(1);
    }

    @Test
    void aFlightThatIsSentAgainIsBegunAgain() {
        device.carry(handshake(CLIENT_HELLO, 0, 0));
        device.carry(handshake(CLIENT_HELLO, 0, 0));
        device.carry(handshake(CLIENT_HELLO, 1, 0));
        assertThat(device.begun(1)).isEqualTo(2);
        assertThat(device.begun(3)).isEqualTo(1);
        server.carry(record(20, 0));
        server.carry(record(20, 0));
        assertThat(server.begun(6)).isEqualTo(2);
    }

    /** A handshake record in clear: type, message_seq and fragment_offset where RFC 6347, 4.2.2 has them. */
    private static byte[] handshake(int type, int sequence, int offset) {
        byte[] datagram = record(22, 0);
        ByteBuffer.wrap(datagram)
                .position(13)
                .put((byte) type)
                .put(new byte[3])
                .putShort((short) sequence)
                .put((byte) 0)
                .putShort((short) offset);
        return datagram;
    }

    private static byte[] record(int contentType, int epoch) {
        return ByteBuffer.allocate(40)
                .put((byte) contentType)
                .putShort((short) 0xfefd)
                .putShort((short) epoch)
                .array();
    }
}
