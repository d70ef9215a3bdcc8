package dev.onboard.pki.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.pki.AlertClass;
import dev.onboard.pki.Finding;
import dev.onboard.pki.Verdict;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of the matrix that the evaluation decides: verdict, reason, alert, certificate, finding. */
class CertificateMatrixTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));
    private static final SecureRandom RANDOM = new SecureRandom();

    static Stream<CertificateCase> cases() {
        return CertificateCase.FAMILIES.stream().flatMap(family -> CertificateCase.family(family).stream());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void comesOutAsTheMatrixSays(CertificateCase each) {
        Verdict verdict = each.make(CLOCK, RANDOM).judge();

        if (each.reason().isEmpty()) {
            assertThat(verdict).isInstanceOf(Verdict.Trusted.class);
        } else {
            assertThat(verdict).isInstanceOf(Verdict.Refused.class);
            Verdict.Refused refused = (Verdict.Refused) verdict;
            assertThat(refused.reason())
                    .as(refused.detail())
                    .isEqualTo(each.reason().get());
            assertThat(each.alert()).contains(refused.alert());
            assertThat(refused.alert().oma()).isEqualTo(AlertClass.FAIL);
            assertThat(refused.detail()).isNotBlank();
            assertThat(refused.fix()).isNotBlank();
            each.index()
                    .ifPresent(
                            index -> assertThat(refused.certificate().index()).isEqualTo(index));
        }
        each.finding()
                .ifPresent(id ->
                        assertThat(verdict.findings()).extracting(Finding::id).contains(id));
    }
}
