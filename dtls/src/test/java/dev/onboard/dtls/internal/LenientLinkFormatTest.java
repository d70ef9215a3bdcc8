package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Payloads as clients in the field were seen to send them. */
class LenientLinkFormatTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "'</>;lwm2m=1.1,</0/0>;uri=\"coaps://h:5784\"' | '</>,</0/0>'",
                "'lwm2m=\"1.0\",</0/1>,</1/0>;ssid=1' | '</0/1>,</1/0>;ssid=1'",
                "'</1>;ver=\"1.1\",</1/0>' | '</1>;ver=1.1,</1/0>'",
                "'</>;rt=\"oma.lwm2m\";ct=\"110 112\",</1/0>' | '</>;rt=\"oma.lwm2m\";ct=\"110 112\",</1/0>'",
                "'</3>;obs;aobs=\"a,b;c\";v=\"1\";rt=\"Component Version\"' | '</3>'",
                "'</0/0>;ssid=1;uri=\"coaps://a,b\" , </3/0>' | '</0/0>;ssid=1,</3/0>'",
                "'' | ''",
                "'no links, at all' | ''",
                "'<unfinished' | ''"
            })
    void whatMeansNothingIsDropped(String sent, String read) {
        assertThat(new String(LenientLinkFormat.strict(sent.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8))
                .isEqualTo(read);
    }

    @Test
    void bytesThatAreNoTextAreNoFault() {
        assertThat(LenientLinkFormat.strict(new byte[] {(byte) 0xff, '<', 0, '"', '>', ','}))
                .isNotNull();
    }
}
