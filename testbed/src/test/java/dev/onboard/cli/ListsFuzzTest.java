package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.fuzz.Fuzzer;
import dev.onboard.testbed.UsageException;
import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The list of a batch, held to {@link Fuzzer}. */
class ListsFuzzTest {
    @Test
    void batches() {
        String list =
                "endpoint,serial_number,manufacturer,model\nmeter-1,1,\"Acme, \"\"the\"\" maker\",M\n\nmeter-2,,,\n";
        Fuzzer.of(
                        "lists of devices in CSV",
                        input -> {
                            DeviceList devices = new DeviceList(
                                    new BufferedReader(new StringReader(new String(input, StandardCharsets.UTF_8))),
                                    "the list");
                            for (Optional<DeviceList.Entry> next = devices.next();
                                    next.isPresent();
                                    next = devices.next()) {
                                assertThat(next.get().endpoint().value()).isNotEmpty();
                            }
                        },
                        UsageException.class)
                .run(1_500, List.of(list.getBytes(StandardCharsets.UTF_8)));
    }
}
