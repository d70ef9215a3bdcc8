package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.TrustedCertificate.Status;
import dev.onboard.journal.Event;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.TrustAnchor;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedCertificatesTest {
    @TempDir
    Path work;

    OpenAccount open;
    TrustedCertificates trusted;

    @BeforeEach
    void open() throws IOException {
        open = OpenAccount.in(work);
        trusted = open.account.trustedCertificates();
    }

    @AfterEach
    void close() {
        open.close();
    }

    private CertificateAuthority ca(String name) {
        return CertificateAuthority.root(CertificateRecipe.ca(name), open.clock, OpenAccount.RANDOM);
    }

    private static void assertInvalid(Runnable action, AccountException.Kind kind, String field, String text) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(AccountException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.faults()).hasSize(1);
            assertThat(e.faults().get(0).field()).isEqualTo(field);
            assertThat(e).hasMessageContaining(text);
        });
    }

    @Test
    void anUploadIsAnAnchorAtItsServiceAndAfterReopening() {
        TrustedCertificate added = open.trust(open.factory, Service.BOOTSTRAP);

        assertThat(added.id()).matches("[a-f0-9]{32}");
        assertThat(trusted.anchors(Service.BOOTSTRAP)).containsExactly(added.anchor());
        assertThat(trusted.anchors(Service.LWM2M)).extracting(TrustAnchor::id).containsExactly("lwm2m-device-ca");
        Account again = open.reopen();
        assertThat(again.trustedCertificates().get(added.id())).hasValueSatisfying(found -> {
            assertThat(found.certificate()).isEqualTo(open.factory.certificate());
            assertThat(found.createdAt())
                    .isEqualTo(added.createdAt().truncatedTo(java.time.temporal.ChronoUnit.MICROS));
        });
        assertThat(again.trustedCertificates().anchors(Service.BOOTSTRAP)).containsExactly(added.anchor());
    }

    @Test
    void theAnchorOfAChainIsTheLowestInAnyOrder() {
        CertificateAuthority middle = open.factory.subordinate(CertificateRecipe.ca("Middle CA"));
        CertificateAuthority low = middle.subordinate(CertificateRecipe.ca("Low CA"));
        List<X509Certificate> chain = new ArrayList<>(low.chain());
        assertThat(chain).hasSize(3);

        TrustedCertificate leafFirst = trusted.add(NewTrustedCertificate.of("a", Service.BOOTSTRAP, chain));
        assertThat(leafFirst.chain()).isEqualTo(low.chain());
        trusted.remove(leafFirst.id());
        Collections.reverse(chain);
        TrustedCertificate rootFirst = trusted.add(NewTrustedCertificate.of("a", Service.BOOTSTRAP, chain));
        assertThat(rootFirst.certificate()).isEqualTo(low.certificate());
        assertThat(rootFirst.anchor().above()).containsExactly(middle.certificate(), open.factory.certificate());
        trusted.remove(rootFirst.id());
        TrustedCertificate lone =
                trusted.add(NewTrustedCertificate.of("a", Service.BOOTSTRAP, List.of(middle.certificate())));
        assertThat(lone.anchor().certificate()).isEqualTo(middle.certificate());
        assertThat(lone.anchor().above()).isEmpty();
    }

    @Test
    void whatCannotServeIsRefusedWithFieldAndReason() {
        Credential device = open.factory.issue(CertificateRecipe.device("dev-1"));
        CertificateAuthority other = ca("Other CA");
        AccountException.Kind invalid = AccountException.Kind.INVALID;

        assertInvalid(() -> upload("x", "hello"), invalid, "certificate", "is not PEM");
        assertInvalid(() -> upload("x", ""), invalid, "certificate", "is empty");
        assertInvalid(
                () -> upload("x", CredentialFiles.pem(device.privateKey())), invalid, "certificate", "private key");
        assertInvalid(
                () -> upload("x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                invalid,
                "certificate",
                "the uploaded text");
        assertInvalid(
                () -> upload("x", CredentialFiles.pem(List.of(device.certificate()))),
                invalid,
                "certificate",
                "is not a CA certificate");
        assertInvalid(
                () -> upload("x", CredentialFiles.pem(List.of(open.factory.certificate(), other.certificate()))),
                invalid,
                "certificate",
                "holds 2 chains");
        assertInvalid(
                () -> upload("", CredentialFiles.pem(open.factory.chain())), invalid, "name", "is missing or empty");
        assertInvalid(
                () -> upload("n".repeat(101), CredentialFiles.pem(open.factory.chain())),
                invalid,
                "name",
                "has 101 characters");
        CertificateAuthority shortLived = CertificateAuthority.root(
                CertificateRecipe.ca("Short CA").withValidity(Duration.ofDays(1)), open.clock, OpenAccount.RANDOM);
        open.now.updateAndGet(now -> now.plus(Duration.ofDays(2)));
        assertInvalid(() -> upload("x", CredentialFiles.pem(shortLived.chain())), invalid, "certificate", "expired on");
        assertThat(trusted.list()).isEmpty();
    }

    private TrustedCertificate upload(String name, String pem) {
        return trusted.add(NewTrustedCertificate.of(name, Service.BOOTSTRAP, pem));
    }

    @Test
    void underTheTestbedPolicyItIsStoredWithItsFault() {
        Credential device = open.factory.issue(CertificateRecipe.device("dev-1"));
        open.account.setAnchorPolicy(AnchorPolicy.TESTBED);
        assertThat(open.reopen().anchorPolicy()).isEqualTo(AnchorPolicy.TESTBED);
        trusted = open.account.trustedCertificates();

        TrustedCertificate stored = upload("not a CA", CredentialFiles.pem(List.of(device.certificate())));

        assertThat(stored.isValidAt(open.clock.instant())).isFalse();
        assertThat(stored.fault()).hasValueSatisfying(fault -> assertThat(fault).contains("is not a CA certificate"));
        assertThat(trusted.anchors(Service.BOOTSTRAP)).containsExactly(stored.anchor());
    }

    @Test
    void duplicatesFollowThePolicy() {
        AccountException.Kind conflict = AccountException.Kind.CONFLICT;
        CertificateAuthority successor = ca("Factory CA");
        upload("first", CredentialFiles.pem(open.factory.chain()));

        assertInvalid(() -> upload("first", CredentialFiles.pem(ca("B").chain())), conflict, "name", "'first'");
        assertInvalid(
                () -> upload("second", CredentialFiles.pem(open.factory.chain())),
                conflict,
                "certificate",
                "is trusted already");
        assertInvalid(
                () -> upload("second", CredentialFiles.pem(successor.chain())), conflict, "certificate", "the subject");
        trusted.add(NewTrustedCertificate.of("at lwm2m", Service.LWM2M, open.factory.chain()));
        open.account.setAnchorPolicy(AnchorPolicy.TESTBED);
        upload("second", CredentialFiles.pem(successor.chain()));
        assertInvalid(
                () -> upload("third", CredentialFiles.pem(successor.chain())),
                conflict,
                "certificate",
                "is trusted already");
        assertThat(trusted.anchors(Service.BOOTSTRAP)).hasSize(2);
    }

    @Test
    void listenersHearOfAnchorsThatComeAndGo() {
        List<TrustChange> changes = Collections.synchronizedList(new ArrayList<>());
        try (var subscription = trusted.subscribe(changes::add)) {
            TrustedCertificate added = open.trust(open.factory, Service.BOOTSTRAP);
            trusted.update(added.id(), TrustedCertificateChange.nothing().description("a word"));
            trusted.update(added.id(), TrustedCertificateChange.nothing().status(Status.INACTIVE));
            trusted.update(added.id(), TrustedCertificateChange.nothing().status(Status.ACTIVE));
            trusted.remove(added.id());

            List<TrustAnchor> one = List.of(added.anchor());
            assertThat(changes)
                    .containsExactly(
                            new TrustChange(Service.BOOTSTRAP, one, List.of()),
                            new TrustChange(Service.BOOTSTRAP, List.of(), one),
                            new TrustChange(Service.BOOTSTRAP, one, List.of()),
                            new TrustChange(Service.BOOTSTRAP, List.of(), one));
        }
        open.trust(open.factory, Service.BOOTSTRAP);
        assertThat(changes).hasSize(4);
        try (Stream<Event> events = open.journal.events()) {
            assertThat(events.filter(event -> event.stage() == Stage.TRUST)
                            .map(event -> event.facts().get("change")))
                    .containsExactly("uploaded", "updated", "updated", "updated", "removed", "uploaded");
        }
    }

    @Test
    void whatIsNotThereIsNotFound() {
        for (Runnable action : List.<Runnable>of(
                () -> trusted.remove("00"), () -> trusted.update("00", TrustedCertificateChange.nothing()))) {
            assertThatThrownBy(action::run).isInstanceOfSatisfying(AccountException.class, e -> {
                assertThat(e.kind()).isEqualTo(AccountException.Kind.NOT_FOUND);
                assertThat(e).hasMessage("there is no trusted certificate '00'");
            });
        }
    }

    @Test
    void listsAreFilteredAndPaged() {
        for (int i = 0; i < 5; i++) {
            trusted.add(NewTrustedCertificate.of(
                    "name-" + i,
                    i % 2 == 0 ? Service.BOOTSTRAP : Service.LWM2M,
                    ca("CA " + i).chain()));
            open.now.updateAndGet(now -> now.plusSeconds(1));
        }

        Page<TrustedCertificate> first = trusted.list(Query.all().limit(2).counted());
        assertThat(first.map(TrustedCertificate::name).entries()).containsExactly("name-0", "name-1");
        assertThat(first.hasMore()).isTrue();
        assertThat(first.total()).hasValue(5);
        Page<TrustedCertificate> second =
                trusted.list(Query.all().limit(2).after(first.entries().get(1).id()));
        assertThat(second.map(TrustedCertificate::name).entries()).containsExactly("name-2", "name-3");
        assertThat(trusted.list(Query.all().in(Query.Order.DESC).where("service", "lwm2m"))
                        .map(TrustedCertificate::name)
                        .entries())
                .containsExactly("name-3", "name-1");
        assertThat(trusted.list(Query.all().where("subject", Query.Operator.LIKE, "ca 3"))
                        .entries())
                .hasSize(1);
        assertThat(trusted.list(Query.all().where("name", Query.Operator.NIN, "name-1", "name-2"))
                        .entries())
                .hasSize(3);
        assertInvalid(
                () -> trusted.list(Query.all().where("colour", "red")),
                AccountException.Kind.INVALID,
                "colour__eq",
                "cannot be filtered by 'colour'");
        assertInvalid(
                () -> trusted.list(Query.all().after("nothing")), AccountException.Kind.INVALID, "after", "'nothing'");
        assertInvalid(
                () -> trusted.list(Query.all().where("expire", Query.Operator.LTE, "tomorrow")),
                AccountException.Kind.INVALID,
                "expire__lte",
                "'tomorrow' is not a time");
    }
}
