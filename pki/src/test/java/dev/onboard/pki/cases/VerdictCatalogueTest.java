package dev.onboard.pki.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.pki.Alert;
import dev.onboard.pki.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictCatalogueTest {
    private static final Path PAGE =
            Path.of(System.getProperty("onboard.root", "..")).resolve("docs/verdicts.md");
    private static final Set<Integer> CERTIFICATE_ALERTS = Set.of(42, 43, 44, 45, 46, 48, 49, 112, 113, 114, 115);

    @Test
    void thePageIsWhatTheCodeSays() throws IOException {
        String written = VerdictCatalogue.markdown(new SecureRandom());
        if (Boolean.getBoolean("onboard.write-docs")) {
            Files.writeString(PAGE, written);
        }

        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("docs/verdicts.md is stale; write it again: "
                        + "mvn -pl pki test -Dtest=VerdictCatalogueTest -Donboard.write-docs=true")
                .isEqualTo(written);
    }

    @Test
    void aCertificateFaultHasOnlyAlertsAfterWhichADeviceDoesNotTryAgain() {
        assertThat(Reason.values())
                .extracting(Reason::alert)
                .extracting(Alert::number)
                .allMatch(CERTIFICATE_ALERTS::contains);
    }
}
