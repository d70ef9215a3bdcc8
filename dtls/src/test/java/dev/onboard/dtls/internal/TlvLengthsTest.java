package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TlvLengthsTest {
    private static boolean fit(String hex) {
        return TlvLengths.fit(HexFormat.of().parseHex(hex));
    }

    @Test
    void goodBodiesFit() {
        assertThat(fit("")).isTrue();
        assertThat(fit("c10964")).as("a resource").isTrue();
        assertThat(fit("c8001141636d6520436f72706f726174696f6e21"))
                .as("a length of its own")
                .isTrue();
        assertThat(fit("860641000141010541")).as("longer than it is").isFalse();
        assertThat(fit("8606" + "410001" + "410105")).as("a multiple resource").isTrue();
        assertThat(fit("08000b" + "c10064" + "8606" + "410001" + "410105"))
                .as("an instance with it")
                .isTrue();
        assertThat(fit("e4000101020304")).as("an identifier of two octets").isTrue();
    }

    @Test
    void whatClaimsMoreThanThereIsDoesNot() {
        assertThat(fit("d800ffffff00")).as("16 MB in two octets").isFalse();
        assertThat(fit("c8")).isFalse();
        assertThat(fit("c809")).isFalse();
        assertThat(fit("c20964")).isFalse();
        assertThat(fit("080004" + "d800ffff")).as("within an instance").isFalse();
    }

    @Test
    void whatIsNestedDeeperThanLwM2mHasItDoesNot() {
        assertThat(fit("8200" + "8000")).isTrue();
        assertThat(fit("8400" + "8200" + "8000")).isFalse();
    }
}
