package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.AccountException.Kind;
import dev.onboard.account.Issuers.Change;
import dev.onboard.account.Issuers.Configuration;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.account.Issuers.NewIssuer;
import dev.onboard.account.Issuers.Verification;
import dev.onboard.account.internal.OwnAuthority;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuersTest {
    private static final String SECRET = "5ec2e7".repeat(5);

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

    private static NewIssuer cfssl(String name) {
        return new NewIssuer(
                name,
                "",
                IssuerType.CFSSL_AUTH,
                Map.of("host_url", "https://ca.example:8888"),
                IssuerCredentials.of(Map.of("hmac_hex_key", SECRET)));
    }

    private static void assertRefused(ThrowingCallable what, Kind kind, String message) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        AccountException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(message);
    }

    @Test
    void anIssuerLivesAndDiesAndItsCredentialsStayInside() throws IOException {
        Issuer added = open.account.issuers().add(cfssl("ca-1"));
        assertThat(added.id()).matches("[0-9a-f]{32}");
        assertThat(added.toString()).doesNotContain(SECRET);
        assertThat(cfssl("x").toString()).doesNotContain(SECRET);

        Issuer updated = open.account
                .issuers()
                .update(
                        added.id(),
                        new Change(Optional.of("ca-2"), Optional.of("second"), Optional.empty(), Optional.empty()));
        assertThat(updated.name()).isEqualTo("ca-2");
        assertThat(updated.attributes()).isEqualTo(added.attributes());
        assertThat(updated.revision()).isEqualTo(2);
        assertThat(open.reopen().issuers().get(added.id())).contains(updated);
        assertThat(open.account
                        .issuers()
                        .list(Query.all().where("name", "ca-2"))
                        .entries())
                .containsExactly(updated);

        if (!OpenAccount.POSTGRES) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(open.directory.resolve("account.db"))))
                    .isEqualTo("rw-------");
        }
        try (Stream<Event> events = open.journal.events()) {
            assertThat(events.map(Event::toString)).noneMatch(event -> event.contains(SECRET));
        }

        open.account.issuers().remove(added.id());
        assertThat(open.account.issuers().get(added.id())).isEmpty();
        assertRefused(() -> open.account.issuers().remove(added.id()), Kind.NOT_FOUND, "no certificate issuer");
    }

    @Test
    void everyFaultIsNamed() {
        NewIssuer wrong = new NewIssuer(
                "",
                "d".repeat(101),
                IssuerType.CFSSL_AUTH,
                Map.of("host_url", "ftp://x", "colour", "red"),
                IssuerCredentials.of(Map.of("hmac_hex_key", "abc")));
        assertThatThrownBy(() -> open.account.issuers().add(wrong))
                .isInstanceOfSatisfying(
                        AccountException.class,
                        e -> assertThat(e.faults().stream().map(AccountException.Fault::field))
                                .containsExactly(
                                        "name",
                                        "description",
                                        "issuer_attributes.colour",
                                        "issuer_attributes.host_url",
                                        "issuer_credentials.hmac_hex_key"))
                .hasMessageNotContaining("abc");
        NewIssuer empty = new NewIssuer("n", "", IssuerType.GLOBAL_SIGN, Map.of(), IssuerCredentials.of(Map.of()));
        assertThatThrownBy(() -> open.account.issuers().add(empty))
                .isInstanceOfSatisfying(
                        AccountException.class,
                        e -> assertThat(e.faults().stream().map(AccountException.Fault::field))
                                .containsExactly(
                                        "issuer_credentials.api_key",
                                        "issuer_credentials.api_secret",
                                        "issuer_credentials.client_certificate",
                                        "issuer_credentials.private_key"));
    }

    @Test
    void namesAreTakenOnceAndTwentyIsTheMost() {
        for (int i = 1; i <= Issuers.MOST; i++) {
            open.account.issuers().add(cfssl("ca-" + i));
        }
        assertRefused(() -> open.account.issuers().add(cfssl("ca-21")), Kind.LIMIT, "20 issuers");
        List<Issuer> all = open.account.issuers().list(Query.all()).entries();
        assertThat(all)
                .as("in the order of their creation, though the clock stood still")
                .extracting(Issuer::name)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, Issuers.MOST)
                        .mapToObj(i -> "ca-" + i)
                        .toList());
        open.account.issuers().remove(all.get(0).id());
        assertRefused(() -> open.account.issuers().add(cfssl("ca-2")), Kind.CONFLICT, "'ca-2' is the name of");
    }

    @Test
    void configurationsSayWhoSignsWhat() {
        Issuer issuer = open.account.issuers().add(cfssl("ca-1"));
        Configuration custom = open.account.issuers().configure("customer.tls", issuer.id());
        assertThat(custom.isCustom()).isTrue();
        assertRefused(
                () -> open.account.issuers().configure("customer.tls", issuer.id()),
                Kind.CONFLICT,
                "configured already");
        for (String reserved : List.of("mbed.x", "LwM2M", "BOOTSTRAP", "bootstrap")) {
            assertRefused(() -> open.account.issuers().configure(reserved, issuer.id()), Kind.INVALID, "is reserved");
        }
        assertRefused(() -> open.account.issuers().configure("a b", issuer.id()), Kind.INVALID, "reference: 'a b'");
        assertRefused(
                () -> open.account.issuers().configure("c.d", "0".repeat(32)),
                Kind.INVALID,
                "certificate_issuer_id: there is no certificate issuer");
        assertRefused(
                () -> open.account.issuers().remove(issuer.id()),
                Kind.INVALID,
                "'ca-1' is active: configuration 'customer.tls'");
        assertRefused(
                () -> open.account.issuers().reconfigure(custom.id(), Optional.empty()),
                Kind.INVALID,
                "certificate_issuer_id: is missing");
        Configuration lwm2m = open.account.issuers().lwm2m();
        assertThat(lwm2m.isCustom()).isFalse();
        assertThat(lwm2m.issuerId()).isEmpty();
        assertRefused(() -> open.account.issuers().removeConfiguration(lwm2m.id()), Kind.INVALID, "is always there");
        assertThat(open.reopen().issuers().configurations(Query.all()).entries())
                .containsExactlyInAnyOrder(lwm2m, custom);

        open.account.issuers().removeConfiguration(custom.id());
        open.account.issuers().remove(issuer.id());
    }

    /** Nothing is claimed that is not done. */
    @Test
    void withoutAClientAnIssuerIsNeitherVerifiedNorMadeActive() {
        Issuer issuer = open.account.issuers().add(cfssl("ca-1"));
        assertThat(OpenAccount.get(open.account.issuers().verify(issuer.id())))
                .isInstanceOfSatisfying(
                        Verification.NotPossible.class,
                        said -> assertThat(said.message()).contains("no client for issuers of type CFSSL_AUTH"));
        assertRefused(
                () -> open.account
                        .issuers()
                        .reconfigure(open.account.issuers().lwm2m().id(), Optional.of(issuer.id())),
                Kind.ISSUER,
                "it was not made active");
        assertThat(open.account.issuers().lwm2m().issuerId()).isEmpty();
        assertRefused(
                () -> OpenAccount.get(open.account.issuers().verify("0".repeat(32))),
                Kind.NOT_FOUND,
                "no certificate issuer");
    }

    /** An issuer that signs with a CA of its own. */
    private static IssuerClient signing(CertificateAuthority authority) {
        return subject -> new OwnAuthority(authority).issue(subject).thenApply(CertificateIssuer.Signed::chain);
    }

    private IssuedCertificate issue(String endpoint) {
        return OpenAccount.get(
                open.account.issue(IssueRequest.of(endpoint, KeyAlgorithm.P256.generate(OpenAccount.RANDOM))));
    }

    @Test
    void theActiveIssuerSignsFromTheNextCertificateOn() {
        CertificateAuthority third =
                CertificateAuthority.root(CertificateRecipe.ca("Third-party CA"), open.clock, OpenAccount.RANDOM);
        IssuerClients clients = (issuer, credentials) -> issuer.type() == IssuerType.CFSSL_AUTH
                        && credentials.secret("hmac_hex_key").equals(Optional.of(SECRET))
                ? Optional.of(signing(third))
                : Optional.empty();
        open.account.close();
        open.account = Account.open(
                open.database, open.deviceAuthority, open.clock, OpenAccount.RANDOM, open.journal, clients);
        open.account.devices().add(NewDevice.of("dev-1"));
        Issuer issuer = open.account.issuers().add(cfssl("ca-1"));
        String lwm2m = open.account.issuers().lwm2m().id();
        assertThat(open.account.issuers().health(issuer.id())).isEqualTo(Issuers.Health.UNKNOWN);
        assertThat(OpenAccount.get(open.account.issuers().verify(issuer.id())))
                .isInstanceOfSatisfying(
                        Verification.Failed.class,
                        said -> assertThat(said.message())
                                .contains("(unknown-ca)")
                                .contains("for the service lwm2m"));
        assertRefused(
                () -> open.account.issuers().reconfigure(lwm2m, Optional.of(issuer.id())),
                Kind.ISSUER,
                "it was not made active");
        assertThat(open.account.issuers().health(issuer.id()).failures()).isEqualTo(2);
        open.trust(third, Service.LWM2M);
        assertThat(OpenAccount.get(open.account.issuers().verify(issuer.id())))
                .isInstanceOfSatisfying(
                        Verification.Successful.class,
                        said -> assertThat(said.message()).contains("CN=Third-party CA"));
        assertThat(open.account.issuers().health(issuer.id()).word()).isEqualTo("healthy");
        assertThat(issue("dev-1").certificate().getIssuerX500Principal())
                .isEqualTo(open.deviceAuthority.certificate().getSubjectX500Principal());

        open.account.issuers().reconfigure(lwm2m, Optional.of(issuer.id()));
        IssuedCertificate issued = issue("dev-1");
        assertThat(issued.certificate().getIssuerX500Principal())
                .isEqualTo(third.certificate().getSubjectX500Principal());
        assertThat(issued.generation()).isEqualTo(2);
        assertRefused(() -> open.account.issuers().remove(issuer.id()), Kind.INVALID, "configuration 'LWM2M'");

        // after a restart without the client nothing is signed by somebody else in its place
        open.reopen();
        assertRefused(() -> issue("dev-1"), Kind.ISSUER, "has no client for issuers of type CFSSL_AUTH");
        try (Stream<Event> events = open.journal.events()) {
            assertThat(events.filter(event -> event.stage() == Stage.ISSUED)
                            .reduce((one, two) -> two)
                            .orElseThrow())
                    .satisfies(event -> {
                        assertThat(event.outcome()).isEqualTo(Outcome.FAILED);
                        assertThat(event.detail().orElse("")).contains("set the certificate issuer of LWM2M to null");
                    });
        }
        open.account.issuers().reconfigure(lwm2m, Optional.empty());
        assertThat(issue("dev-1").certificate().getIssuerX500Principal())
                .isEqualTo(open.deviceAuthority.certificate().getSubjectX500Principal());
    }
}
