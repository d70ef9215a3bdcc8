package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.CoAPMessageFormatException;
import org.eclipse.californium.core.coap.Message;
import org.junit.jupiter.api.Test;

class BlockCheckedTest {
    /** A confirmable POST to /rd with Block1 (option 27, extended delta 3 after Uri-Path 11) of this value. */
    private static byte[] post(int block, int payload) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        octets.writeBytes(new byte[] {0x41, 0x02, 0x12, 0x34, 0x77, (byte) 0xb2, 'r', 'd'});
        octets.writeBytes(new byte[] {(byte) 0xd1, 3, (byte) block, (byte) 0xff});
        octets.writeBytes(new byte[payload]);
        return octets.toByteArray();
    }

    @Test
    void aBodyOfTheSizeThatItSaysIsRead() {
        Message read = new BlockChecked().parseMessage(post(0x08, 16));
        assertThat(read.getPayloadSize()).isEqualTo(16);
        assertThat(read.getOptions().getBlock1().getSize()).isEqualTo(16);
    }

    @Test
    void aBodyThatIsLargerThanItsBlockIsMalformed() {
        assertThatThrownBy(() -> new BlockChecked().parseMessage(post(0x08, 40)))
                .isInstanceOfSatisfying(CoAPMessageFormatException.class, malformed -> {
                    assertThat(malformed.getErrorCode()).isEqualTo(ResponseCode.BAD_REQUEST);
                    assertThat(malformed.isConfirmable()).isTrue();
                    assertThat(malformed.getMid()).isEqualTo(0x1234);
                    assertThat(malformed.getToken().getBytes()).containsExactly(0x77);
                })
                .hasMessageContaining("does not fit the block option");
    }
}
