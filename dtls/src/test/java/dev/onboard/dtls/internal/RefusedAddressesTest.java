package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who is listened to, and when again, by a clock that is moved. */
class RefusedAddressesTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // as System.nanoTime may, it runs over
    private final RefusedAddresses addresses = new RefusedAddresses(OptionalInt.of(2), now::get);
    private final InetAddress stranger = address("192.0.2.7");

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private void pass(long millis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** How many refusals until one is too many; at most so many are tried. */
    private int untilPaused(InetAddress address, int most) {
        for (int i = 1; i <= most; i++) {
            assertThat(addresses.isPaused(address)).isFalse();
            if (addresses.refused(address)) {
                return i;
            }
        }
        return 0;
    }

    @Test
    void twentySecondsWorthOfRefusalsAtOnceAreOneTooManyAndTwentySecondsLaterAllIsAsAtFirst() {
        assertThat(untilPaused(stranger, 100)).isEqualTo(40);
        assertThat(addresses.isPaused(stranger)).isTrue();
        assertThat(addresses.isPaused(address("192.0.2.8"))).isFalse();
        pass(19_999);
        assertThat(addresses.refused(stranger))
                .as("of a handshake that was under way")
                .isFalse();
        assertThat(addresses.isPaused(stranger)).isTrue();
        pass(1);
        assertThat(addresses.isPaused(stranger)).isFalse();
        assertThat(addresses.size()).as("nothing is kept").isZero();
        assertThat(untilPaused(stranger, 100)).isEqualTo(40);
    }

    @Test
    void asManyASecondAsAreAllowedForGoOnForEverAndMoreDoNot() {
        for (int i = 0; i < 1000; i++) {
            assertThat(addresses.refused(stranger)).isFalse();
            pass(500);
        }
        int more = 0;
        while (!addresses.refused(stranger)) {
            more++;
            pass(250);
        }
        assertThat(more).as("four a second: two a second too many, of forty").isBetween(74, 80);
    }

    @Test
    void whoHasAllAddressesOfANetworkOfIpv6HasOneBucket() {
        for (int i = 0; i < 39; i++) {
            assertThat(addresses.refused(address("2001:db8:0:1::" + i))).isFalse();
        }
        assertThat(addresses.refused(address("2001:db8:0:1:ffff::1"))).isTrue();
        assertThat(addresses.isPaused(address("2001:db8:0:1::1234"))).isTrue();
        assertThat(addresses.isPaused(address("2001:db8:0:2::1"))).isFalse();
        assertThat(addresses.isPaused(address("32.1.13.184")))
                .as("of IPv4, the same first octets")
                .isFalse();
    }

    @Test
    void anyNumberOfAddressesTakesBoundedMemory() {
        untilPaused(stranger, 100);
        for (int i = 0; i < 30_000; i++) {
            addresses.refused(address("10." + (i >> 16) + "." + (i >> 8 & 0xff) + "." + (i & 0xff)));
            assertThat(addresses.isPaused(stranger))
                    .as("who still sends keeps his place")
                    .isTrue();
        }
        assertThat(addresses.size()).isEqualTo(10_000);
    }

    @Test
    void withoutALimitNobodyIsPausedAndNothingKept() {
        RefusedAddresses any = new RefusedAddresses(OptionalInt.empty(), now::get);
        for (int i = 0; i < 10_000; i++) {
            assertThat(any.refused(stranger)).isFalse();
        }
        assertThat(any.isPaused(stranger)).isFalse();
        assertThat(any.size()).isZero();
    }
}
