package dev.onboard.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.bootstrap.DeliveredChain;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.MatchingType;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadDeliveriesTest {
    private static final URI ONE = URI.create("coaps://one:5684");
    private static final URI TWO = URI.create("coaps://two:5684");
    private static final URI THREE = URI.create("coaps://three:5684");
    private static final List<String> ENDPOINTS =
            IntStream.range(0, 3000).mapToObj(i -> "device-" + i).toList();

    private final X509Certificate ca = CertificateAuthority.root(
                    CertificateRecipe.ca("LwM2M server CA"), InstantSource.system(), new SecureRandom())
            .certificate();

    private SpreadDeliveries over(DeliveryOptions options, URI... servers) {
        return new SpreadDeliveries(List.of(servers), options, ca, List.of(ca));
    }

    @Test
    void eachServerHasAboutItsShareInWhicheverOrderTheyAreNamed() {
        SpreadDeliveries spread = over(DeliveryOptions.USUAL, ONE, TWO, THREE);
        SpreadDeliveries otherwise = over(DeliveryOptions.USUAL, THREE, ONE, TWO);
        assertThat(ENDPOINTS).allMatch(each -> spread.of(each).equals(otherwise.of(each)));
        for (URI server : List.of(ONE, TWO, THREE)) {
            assertThat(ENDPOINTS.stream()
                            .filter(each -> spread.of(each).equals(server))
                            .count())
                    .isBetween(850L, 1150L); // 1,000 and six standard deviations
        }
    }

    @Test
    void aServerLessMovesItsOwnShareAlone() {
        SpreadDeliveries three = over(DeliveryOptions.USUAL, ONE, TWO, THREE);
        SpreadDeliveries two = over(DeliveryOptions.USUAL, ONE, TWO);
        assertThat(ENDPOINTS)
                .allMatch(each -> three.of(each).equals(THREE) || three.of(each).equals(two.of(each)));
    }

    @Test
    void theServersOwnCertificateIsNotKnownHere() {
        DeliveryOptions own = new DeliveryOptions(
                CertificateUsage.DOMAIN_ISSUED_CERTIFICATE,
                MatchingType.EXACT,
                Optional.empty(),
                DeliveredChain.LEAF,
                List.of(),
                Optional.empty(),
                KeySource.BOOTSTRAP_SERVER);
        assertThatThrownBy(() -> over(own, ONE))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--usage 3")
                .hasMessageContaining("give --usage 2 or 0");
    }
}
