package dev.onboard.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointNameTest {
    @ParameterizedTest
    @CsvSource({
        "device-1,                device-1",
        "urn:imei:990000862471854, urn%3Aimei%3A990000862471854",
        "a/b,                     a%2Fb",
        "../../etc/passwd,        ..%2F..%2Fetc%2Fpasswd",
        ".,                       %2E",
        "..,                      %2E%2E",
        "...,                     ...",
        "host.example.com,        host.example.com",
        "Größe,                   Gr%C3%B6%C3%9Fe",
        "100%,                    100%25",
        "'a b',                   a%20b",
        "設備,                    %E8%A8%AD%E5%82%99",
        "'a\\b',                  a%5Cb",
    })
    void isPercentEncodedAsADirectory(String name, String directory) {
        assertThat(EndpointName.of(name).directory()).isEqualTo(directory);
        Path base = Path.of("/devices");
        assertThat(base.resolve(directory).normalize().getParent()).isEqualTo(base);
    }

    @Test
    void takes64Characters() {
        assertThat(EndpointName.of("x".repeat(64)).directory()).hasSize(64);
        assertThatThrownBy(() -> EndpointName.of("x".repeat(65)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 65 characters; at most 64");
    }

    @Test
    void takesNoMoreThanADirectoryCanHold() {
        assertThat(EndpointName.of("ü".repeat(42)).directory()).hasSize(252);
        assertThatThrownBy(() -> EndpointName.of("ü".repeat(43)))
                .hasMessageContaining("more than 255 bytes as the name of a directory");
    }

    @Test
    void refusesWhatCannotBeWritten() {
        assertThatThrownBy(() -> EndpointName.of("")).hasMessageContaining("must not be empty");
        assertThatThrownBy(() -> EndpointName.of("a\nb")).hasMessageContaining("'a\\u000ab' holds a control character");
        assertThatThrownBy(() -> EndpointName.of("a\0b")).hasMessageContaining("control character");
        assertThatThrownBy(() -> EndpointName.of("a\ud800b")).hasMessageContaining("half a surrogate pair");
    }
}
