package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Stage;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.SubjectName;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssueTest {
    @TempDir
    Path work;

    OpenAccount open;

    @BeforeEach
    void open() throws IOException {
        open = OpenAccount.in(work);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private static PublicKey key() {
        return KeyAlgorithm.P256.generate(OpenAccount.RANDOM).getPublic();
    }

    @Test
    void theCertificateSaysWhoseItIs() throws GeneralSecurityException {
        Device device = open.account.devices().add(NewDevice.of("dev-1"));
        PublicKey key = key();

        IssuedCertificate issued = OpenAccount.get(open.account.issue(new IssueRequest("dev-1", key)));

        X509Certificate certificate = issued.certificate();
        assertThat(SubjectName.commonNames(certificate)).containsExactly("dev-1");
        assertThat(SubjectName.organizationalUnits(certificate)).containsExactly(open.account.id());
        assertThat(SubjectName.localities(certificate)).containsExactly(device.id());
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getPublicKey()).isEqualTo(key);
        certificate.verify(open.deviceAuthority.certificate().getPublicKey());
        assertThat(issued.serial()).isEqualTo(certificate.getSerialNumber().toString(16));
        Account again = open.reopen();
        assertThat(again.issuedCertificates().bySerial("00" + issued.serial().toUpperCase(java.util.Locale.ROOT)))
                .hasValueSatisfying(found -> assertThat(found.chain()).isEqualTo(issued.chain()));
        assertThat(again.issuedCertificates().byEndpoint("dev-1")).hasSize(1);
    }

    @Test
    void whoIsNotKnownGetsNone() {
        assertThatThrownBy(() -> OpenAccount.get(open.account.issue(new IssueRequest("nobody", key()))))
                .isInstanceOfSatisfying(
                        AccountException.class, e -> assertThat(e.kind()).isEqualTo(AccountException.Kind.NOT_FOUND))
                .hasMessage("there is no device 'nobody'");
        try (Stream<Event> events = open.journal.events()) {
            assertThat(events.filter(event -> event.stage() == Stage.ISSUED))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.outcome()).isEqualTo(Outcome.FAILED);
                        assertThat(event.detail()).contains("there is no device 'nobody'");
                    });
        }
    }

    @Test
    void manyAtOnceAllDiffer() {
        int devices = 20;
        List<CompletionStage<IssuedCertificate>> stages = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            open.account.devices().add(NewDevice.of("dev-" + i));
        }
        PublicKey key = key();
        for (int i = 0; i < devices * 10; i++) {
            stages.add(open.account.issue(new IssueRequest("dev-" + i % devices, key)));
        }
        List<IssuedCertificate> issued = stages.stream().map(OpenAccount::get).toList();

        assertThat(issued).extracting(IssuedCertificate::serial).doesNotHaveDuplicates();
        assertThat(open.account.issuedCertificates().byEndpoint("dev-7"))
                .extracting(IssuedCertificate::generation)
                .containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void revokingTwiceKeepsTheFirstReason() {
        open.account.devices().add(NewDevice.of("dev-1"));
        IssuedCertificate issued = OpenAccount.get(open.account.issue(new IssueRequest("dev-1", key())));

        open.account.issuedCertificates().revoke(issued.serial(), RevocationReason.KEY_COMPROMISE);
        IssuedCertificate again =
                open.account.issuedCertificates().revoke(issued.serial(), RevocationReason.CESSATION_OF_OPERATION);
        assertThat(again.revocation().orElseThrow().reason()).isEqualTo(RevocationReason.KEY_COMPROMISE);
        assertThatThrownBy(() -> open.account.issuedCertificates().revoke("abc", RevocationReason.UNSPECIFIED))
                .hasMessage("there is no issued certificate 'abc'");
    }
}
