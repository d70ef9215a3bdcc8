package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.onboard.account.AccountException;
import dev.onboard.account.RevocationReason;
import dev.onboard.account.Service;
import dev.onboard.account.UploadedRevocationList;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.RawPeer;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.Reason;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.RevocationList;
import dev.onboard.pki.RevocationListFile;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import dev.onboard.testbed.Workbench;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is revoked is refused in the handshake, with alert 44, and its open session ends. */
class RevocationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private DtlsThreads threads;
    private Workbench bench;
    private String trusted;

    @BeforeEach
    void start() throws Exception {
        threads = DtlsThreads.start("revocation");
        bench = Workbench.in(folder, threads, new SecureRandom()).start();
        trusted = bench.trust(Service.BOOTSTRAP, bench.factoryCa().chain()).id();
    }

    @AfterEach
    void stop() {
        bench.close();
        threads.close();
    }

    private byte[] list(CertificateAuthority ca, long number, Credential... revoked) {
        Instant now = Instant.now();
        RevocationList list = RevocationList.of(number, now.minusSeconds(60), now.plusSeconds(3600));
        for (Credential each : revoked) {
            list = list.withRevoked(each.certificate(), now.minusSeconds(30), RevocationList.Cause.KEY_COMPROMISE);
        }
        return ca.sign(list);
    }

    private SimulatedDevice device(String name, Credential credential) throws Exception {
        EndpointName endpoint = EndpointName.of(name);
        Files.createDirectories(bench.deviceDirectory(endpoint));
        return bench.fleet().add(bench.bundle(endpoint, credential), bench.deviceDirectory(endpoint));
    }

    private RawPeer.Result connect(Credential credential, URI server) throws Exception {
        return RawPeer.presenting(List.of(credential.certificate().getEncoded()), credential.privateKey())
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), PATIENCE)
                .result();
    }

    private Event await(String what, Predicate<Event> condition) {
        return bench.journal()
                .await(condition, PATIENCE)
                .orElseThrow(() -> new AssertionError("no " + what + " in\n" + bench.timeline()));
    }

    @Test
    void aRevocationListCountsFromTheNextHandshakeOnAndUntilItIsRemoved() throws Exception {
        Credential good = bench.factoryCa().issue(CertificateRecipe.device("good"));
        Credential stolen = bench.factoryCa().issue(CertificateRecipe.device("stolen"));
        assertThat(connect(stolen, bench.bootstrapUri())).isInstanceOf(RawPeer.Result.Established.class);

        UploadedRevocationList kept =
                bench.account().revocationLists().add(trusted, list(bench.factoryCa(), 1, stolen));

        assertThat(kept.revoked()).isEqualTo(1);
        assertThat(connect(stolen, bench.bootstrapUri())).isEqualTo(new RawPeer.Result.RefusedByPeer(44));
        Event why = await(
                "refusal",
                event -> event.reason().equals(Optional.of("revoked")) && event.stage() == Stage.BOOTSTRAP_HANDSHAKE);
        assertThat(why.alert()).hasValue(44);
        assertThat(why.detail().orElseThrow()).contains("keyCompromise");
        assertThat(connect(good, bench.bootstrapUri())).isInstanceOf(RawPeer.Result.Established.class);
        bench.account().revocationLists().remove(trusted, kept.id());
        assertThat(connect(stolen, bench.bootstrapUri())).isInstanceOf(RawPeer.Result.Established.class);
    }

    @Test
    void theModeSaysWhatBecomesOfACertificateWithoutAList() throws Exception {
        Credential device = bench.factoryCa().issue(CertificateRecipe.device("meter-7"));
        assertThat(bench.account().revocationLists().mode()).isEqualTo(Revocation.SOFT_FAIL);
        bench.account().revocationLists().setMode(Revocation.HARD_FAIL);
        assertThat(connect(device, bench.bootstrapUri())).isEqualTo(new RawPeer.Result.RefusedByPeer(46));
        bench.account().revocationLists().add(trusted, list(bench.factoryCa(), 1));
        assertThat(connect(device, bench.bootstrapUri())).isInstanceOf(RawPeer.Result.Established.class);
        bench.account().revocationLists().add(trusted, list(bench.factoryCa(), 2, device));
        assertThat(connect(device, bench.bootstrapUri())).isEqualTo(new RawPeer.Result.RefusedByPeer(44));
        bench.account().revocationLists().setMode(Revocation.OFF);
        assertThat(connect(device, bench.bootstrapUri())).isInstanceOf(RawPeer.Result.Established.class);
    }

    @Test
    void aListIsFetchedFromThisMachineAndFromNoOther() throws Exception {
        Credential device = bench.factoryCa().issue(CertificateRecipe.device("meter-7"));
        Path file = folder.resolve("factory.crl");
        Files.write(file, list(bench.factoryCa(), 1));
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/factory.crl", exchange -> {
            byte[] content = Files.readAllBytes(file);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        });
        http.start();
        try {
            URI url = URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/factory.crl");
            UploadedRevocationList fetched = bench.account().revocationLists().fetch(trusted, url);
            assertThat(connect(device, bench.bootstrapUri())).isInstanceOf(RawPeer.Result.Established.class);
            Files.write(file, list(bench.factoryCa(), 2, device));
            bench.account().revocationLists().refresh(trusted, fetched.id());
            assertThat(connect(device, bench.bootstrapUri())).isEqualTo(new RawPeer.Result.RefusedByPeer(44));
        } finally {
            http.stop(0);
        }
        bench.account().revocationLists().fetch(trusted, file.toUri());
        for (String elsewhere : List.of("http://192.0.2.1/a.crl", "ftp://localhost/a.crl", "https://localhost/a.crl")) {
            assertThatThrownBy(() -> bench.account().revocationLists().fetch(trusted, URI.create(elsewhere)))
                    .isInstanceOf(AccountException.class)
                    .hasMessageContaining("is not local");
        }
        CertificateAuthority impostor = CertificateAuthority.root(
                CertificateRecipe.ca("Factory CA"), java.time.InstantSource.system(), new SecureRandom());
        assertThatThrownBy(() -> bench.account().revocationLists().add(trusted, list(impostor, 9, device)))
                .isInstanceOf(AccountException.class)
                .hasMessageContaining("did not sign");
        assertThatThrownBy(() -> bench.account().revocationLists().add(trusted, new byte[] {1, 2, 3}))
                .isInstanceOf(AccountException.class)
                .hasMessageContaining("is neither PEM, DER");
    }

    @Test
    void aRevokedLwm2mCertificateIsRefusedInTheHandshakeAndItsSessionEnds() throws Exception {
        SimulatedDevice device = device("meter-7", bench.factoryCa().issue(CertificateRecipe.device("meter-7")));
        device.powerOn();
        await("registration", event -> event.stage() == Stage.REGISTERED && event.outcome() == Outcome.OK);
        String serial = bench.account()
                .issuedCertificates()
                .byEndpoint("meter-7")
                .get(0)
                .serial();

        bench.account().issuedCertificates().revoke(serial, RevocationReason.KEY_COMPROMISE);

        Event closed = await("closed session", event -> event.stage() == Stage.SESSION_CLOSED);
        assertThat(closed.reason()).contains("revoked");
        assertThat(closed.refusedBy()).contains(Party.LWM2M_SERVER);
        device.reboot();
        Event refused = await(
                "refused handshake",
                event -> event.stage() == Stage.LWM2M_HANDSHAKE
                        && event.party() == Party.LWM2M_SERVER
                        && event.outcome() == Outcome.REFUSED);
        assertThat(refused.reason()).contains("revoked");
        assertThat(refused.alert()).hasValue(44);
        Event fallback =
                await("fallback of the device", event -> event.id() > closed.id() && event.stage() == Stage.FALLBACK);
        assertThat(fallback.reason()).contains("alert-certificate-revoked");
        assertThat(fallback.facts()).containsEntry("next", "bootstrap");
    }

    @Test
    void theAccountPublishesWhatItRevoked() throws Exception {
        SimulatedDevice device = device("meter-7", bench.factoryCa().issue(CertificateRecipe.device("meter-7")));
        device.powerOn();
        await("registration", event -> event.stage() == Stage.REGISTERED && event.outcome() == Outcome.OK);
        var issued = bench.account().issuedCertificates().byEndpoint("meter-7").get(0);
        TrustPolicy.Builder stranger = TrustPolicy.forPurpose(Purpose.DEVICE_AT_LWM2M)
                .anchors(bench.account().trustedCertificates().anchors(Service.LWM2M))
                .revocation(Revocation.HARD_FAIL);
        List<byte[]> chain = List.of(issued.certificate().getEncoded());
        byte[] before = bench.account().revocationLists().own();
        assertThat(stranger.crls(List.of(before)).build().evaluate(chain, Instant.now()))
                .isInstanceOf(Verdict.Trusted.class);

        bench.account().issuedCertificates().revoke(issued.serial(), RevocationReason.SUPERSEDED);

        byte[] after = bench.account().revocationLists().own();
        assertThat(stranger.crls(List.of(after)).build().evaluate(chain, Instant.now()))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.REVOKED));
        RevocationListFile read = RevocationListFile.read(after, "the list");
        assertThat(read.revoked()).isEqualTo(1);
        assertThat(read.number().orElseThrow())
                .isGreaterThanOrEqualTo(
                        RevocationListFile.read(before, "the list").number().orElseThrow());
        assertThat(stranger.anchors(List.<TrustAnchor>of()).build().evaluate(chain, Instant.now()))
                .isInstanceOf(Verdict.Refused.class);
    }
}
