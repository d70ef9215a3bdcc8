package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.RawPeer.Habit;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A server's first flight with a HelloRequest before it (RFC 5246, 7.4.1.1). */
class TamperedFlightTest {
    @Test
    void aHelloRequestStandsBeforeTheServerHello() {
        byte[] hello = ByteBuffer.allocate(13 + 12)
                .put((byte) 22)
                .putShort((short) 0xfefd)
                .putLong(0)
                .putShort((short) 12)
                .put((byte) 2)
                .array();
        byte[] sent = new TamperedFlight(Set.of(Habit.SENDS_HELLO_REQUEST)).instead(hello);
        assertThat(HexFormat.of().formatHex(Arrays.copyOf(sent, 25)))
                .as("a record of its own with the number 0, and in it type 0, length 0, number 0")
                .isEqualTo("16fefd0000000000000000000c" + "00".repeat(12));
        byte[] second = Arrays.copyOfRange(sent, 25, sent.length);
        assertThat(ByteBuffer.wrap(second).getLong(3)).as("the record's number").isOne();
        ByteBuffer.wrap(second).putLong(3, 0);
        assertThat(second).isEqualTo(hello);
        assertThat(new TamperedFlight(Set.of()).instead(hello)).isEqualTo(hello);
    }
}
