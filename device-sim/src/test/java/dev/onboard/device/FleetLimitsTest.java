package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class FleetLimitsTest {
    private static final FleetLimits USUAL = new FleetLimits(20_000, 28_232);

    @Test
    void whatFitsIsNotRefused() {
        assertThat(USUAL.refusal(19_000, 64)).isEmpty();
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheNumberAndTheCommand() {
        assertThat(USUAL.refusal(50_000, 64)).get().asString().contains("50576", "20000", "ulimit -n 50576");
    }

    @Test
    void manyDevicesNeedMoreThanOneSourceAddress() {
        assertThat(USUAL.addresses(1)).isEqualTo(1);
        assertThat(USUAL.addresses(25_000)).isEqualTo(1);
        assertThat(USUAL.addresses(50_000)).isEqualTo(2);
        assertThat(USUAL.loopback(50_000))
                .extracting(InetAddress::getHostAddress)
                .containsExactly("127.0.0.1", "127.0.0.2");
    }

    @Test
    void thisProcessHasSome() {
        FleetLimits own = FleetLimits.ofThisProcess();
        assertThat(own.openFiles()).isGreaterThan(100);
        assertThat(own.ports()).isGreaterThan(100);
    }
}
