package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.RevocationList;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationListsTest {
    @TempDir
    Path work;

    private final LinkedBlockingQueue<RevocationLists.Current> told = new LinkedBlockingQueue<>();
    private OpenAccount open;
    private RevocationLists lists;
    private TrustedCertificate factory;

    @BeforeEach
    void start() throws IOException {
        open = OpenAccount.in(work);
        lists = open.account.revocationLists();
        lists.subscribe(() -> told.add(lists.current(Service.BOOTSTRAP)));
        factory = open.trust(open.factory, Service.BOOTSTRAP);
    }

    @AfterEach
    void stop() {
        open.close();
    }

    private byte[] list(CertificateAuthority authority, long number) {
        return authority.sign(RevocationList.of(
                number, open.clock.instant(), open.clock.instant().plus(Duration.ofDays(1))));
    }

    @Test
    void aListCountsAtItsCertificatesServerAndGoesWithIt() throws InterruptedException {
        RevocationLists.Current before = lists.current(Service.BOOTSTRAP);
        assertThat(before.lists()).isEmpty();
        assertThat(before.mode()).isEqualTo(Revocation.OFF);
        UploadedRevocationList kept = lists.add(factory.id(), list(open.factory, 1));
        assertThat(lists.current(Service.BOOTSTRAP).lists()).containsExactly(kept.der());
        assertThat(lists.current(Service.BOOTSTRAP).mode()).isEqualTo(Revocation.SOFT_FAIL);
        assertThat(lists.current(Service.LWM2M).lists()).isEmpty();
        assertThat(told.poll(10, TimeUnit.SECONDS)).isNotNull();

        open.account.trustedCertificates().remove(factory.id());
        RevocationLists.Current after = told.poll(10, TimeUnit.SECONDS);
        assertThat(after).as("what counts after the certificate was removed").isNotNull();
        assertThat(after.lists()).isEmpty();
        assertThatThrownBy(() -> lists.of(factory.id()))
                .isInstanceOfSatisfying(
                        AccountException.class, e -> assertThat(e.kind()).isEqualTo(AccountException.Kind.NOT_FOUND));
    }

    /** Servers judge every open session anew when what counts is another object: uploads of CAs must not make it one. */
    @Test
    void certificatesThatComeAndGoWithoutListsChangeNothing() throws InterruptedException {
        lists.add(factory.id(), list(open.factory, 1));
        RevocationLists.Current before = lists.current(Service.BOOTSTRAP);
        told.clear();
        for (int i = 0; i < 5; i++) {
            CertificateAuthority other =
                    CertificateAuthority.root(CertificateRecipe.ca("CA " + i), open.clock, OpenAccount.RANDOM);
            TrustedCertificate added = open.trust(other, Service.BOOTSTRAP);
            open.account.trustedCertificates().remove(added.id());
        }
        // a change of its own shows that those before it are taken over: it is told, and told alone
        UploadedRevocationList newer = lists.add(factory.id(), list(open.factory, 2));
        RevocationLists.Current next = told.poll(10, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        assertThat(next.lists()).hasSize(2).contains(newer.der());
        assertThat(told).isEmpty();
        assertThat(before.lists()).hasSize(1);
        assertThat(lists.current(Service.BOOTSTRAP)).isSameAs(next);
    }

    @Test
    void allOutlivesTheProcessAndARevokedCertificateIsOnTheOwnList() {
        UploadedRevocationList kept = lists.add(factory.id(), list(open.factory, 1));
        lists.setMode(Revocation.HARD_FAIL);
        open.account.devices().add(NewDevice.of("meter"));
        IssuedCertificate issued = OpenAccount.get(open.account.issue(new IssueRequest(
                "meter", KeyAlgorithm.P256.generate(OpenAccount.RANDOM).getPublic())));
        open.account.issuedCertificates().revoke(issued.serial(), RevocationReason.KEY_COMPROMISE);
        RevocationLists again = open.reopen().revocationLists();
        assertThat(again.mode()).isEqualTo(Revocation.HARD_FAIL);
        assertThat(again.of(factory.id()))
                .extracting(UploadedRevocationList::id)
                .containsExactly(kept.id());
        assertThat(again.current(Service.LWM2M).lists()).hasSize(1);
    }
}
