package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.device.ServerObject.MissedNotifications;
import dev.onboard.factory.CutDisk;
import dev.onboard.factory.Disk;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.UnreadableFileException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialStoreTest {
    private static final CertificateAuthority CA = CertificateAuthority.root(
            CertificateRecipe.ca("LwM2M device CA"), InstantSource.system(), new SecureRandom());

    @TempDir
    Path device;

    private static ServerAccount account(String uri) throws CertificateEncodingException {
        return account(uri, 101);
    }

    private static ServerAccount account(String uri, int shortServerId) throws CertificateEncodingException {
        Credential issued = CA.issue(CertificateRecipe.device("x"));
        return new ServerAccount(
                1,
                URI.create(uri),
                issued,
                CA.certificate().getEncoded(),
                CertificateUsage.TRUST_ANCHOR_ASSERTION,
                MatchingType.EXACT,
                Optional.empty(),
                ServerObject.of(shortServerId, 300));
    }

    private static void assertSame(ServerAccount read, ServerAccount written) {
        assertThat(read).usingRecursiveComparison().ignoringFields("credential").isEqualTo(written);
        assertThat(read.credential().chain()).isEqualTo(written.credential().chain());
        assertThat(read.credential().privateKeyPkcs8())
                .isEqualTo(written.credential().privateKeyPkcs8());
    }

    @Test
    void isEmptyAtFirstAndAfterClearing() throws Exception {
        CredentialStore store = new CredentialStore(device, Disk.durable());
        assertThat(store.load()).isEmpty();
        store.save(account("coaps://one:5684"));
        store.clear();
        assertThat(store.load()).isEmpty();
        try (var left = Files.list(device)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void readsWhatItWrote() throws Exception {
        CredentialStore store = new CredentialStore(device, Disk.durable());
        ServerAccount first = account("coaps://one:5684");
        store.save(first);
        assertSame(store.load().orElseThrow(), first);

        byte[] digest = MatchingType.SHA256.of(CA.certificate().getEncoded());
        ServerAccount second = new ServerAccount(
                7,
                URI.create("coaps://127.0.0.1:5684"),
                CA.issue(CertificateRecipe.device("x")),
                digest,
                CertificateUsage.DOMAIN_ISSUED_CERTIFICATE,
                MatchingType.SHA256,
                Optional.of("lwm2m.example"),
                new ServerObject(
                        3,
                        7,
                        60,
                        OptionalLong.of(1),
                        OptionalLong.of(2),
                        OptionalLong.of(3),
                        MissedNotifications.STORED,
                        "UQ"));
        store.save(second);
        assertSame(new CredentialStore(device, Disk.swift()).load().orElseThrow(), second);
    }

    @Test
    void keepsTheAccountsAtSeveralServersTogether() throws Exception {
        AccessControl access = new AccessControl(4, 3, 0, new TreeMap<>(Map.of(101, 15L, 7, 1L)), 65_535);
        ServerAccount several = account("coaps://one:5684")
                .with(List.of(account("coaps://two:5684", 7), account("coaps://b:1", 8)), List.of(access));
        new CredentialStore(device, Disk.durable()).save(several);
        ServerAccount read = new CredentialStore(device, Disk.swift()).load().orElseThrow();
        assertThat(read.access()).containsExactly(access);
        assertThat(read.all()).hasSize(3);
        for (int i = 0; i < 3; i++) {
            ServerAccount expected = several.all().get(i);
            assertThat(read.all().get(i).uri()).isEqualTo(expected.uri());
            assertThat(read.all().get(i).server()).isEqualTo(expected.server());
            assertThat(read.all().get(i).access()).isEqualTo(expected.access());
            assertThat(read.all().get(i).credential().chain())
                    .isEqualTo(expected.credential().chain());
        }
    }

    @Test
    void keepsTheNamesThatOtherProgramsRelyOn() throws Exception {
        ServerAccount account = account("coaps://one:5684");
        new CredentialStore(device, Disk.durable()).save(account);
        Path files = device.resolve("lwm2m");
        try (var list = Files.list(files)) {
            assertThat(list.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "device.cert.pem",
                            "device.cert.der",
                            "device.key.pem",
                            "device.key.der",
                            "server-ca.cert.pem",
                            "server-ca.cert.der",
                            "account.json");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("device.key.pem"))))
                .isEqualTo("rw-------");
        assertThat(Files.readAllBytes(files.resolve("server-ca.cert.der")))
                .isEqualTo(CA.certificate().getEncoded());
    }

    @Test
    void aPowerCutAtAnyPointLeavesTheOldAccountOrTheNewOne() throws Exception {
        ServerAccount old = account("coaps://old:5684");
        ServerAccount renewed = account("coaps://new:5684");
        boolean finished = false;
        int kept = 0;
        for (int cut = 0; !finished; cut++) {
            new CredentialStore(device, Disk.swift()).save(old);
            try {
                new CredentialStore(device, new CutDisk(cut)).save(renewed);
                finished = true;
            } catch (CutDisk.PowerCut expected) {
                assertThat(cut).isLessThan(100);
            }
            ServerAccount found =
                    new CredentialStore(device, Disk.swift()).load().orElseThrow();
            if (found.uri().equals(old.uri())) {
                assertSame(found, old);
                kept++;
            } else {
                assertSame(found, renewed);
            }
        }
        assertThat(kept).as("cuts after which the old account was still there").isBetween(5, 50);
    }

    @Test
    void aPowerCutDuringARenewalLeavesAnAccountThatWorks() throws Exception {
        ServerAccount old = account("coaps://old:5684");
        ServerAccount renewed = account("coaps://new:5684");
        boolean finished = false;
        int renewals = 0;
        for (int cut = 0; !finished; cut++) {
            new CredentialStore(device, Disk.swift()).clear();
            new CredentialStore(device, Disk.swift()).save(old);
            try {
                new CredentialStore(device, new CutDisk(cut)).renew(renewed);
                finished = true;
            } catch (CutDisk.PowerCut expected) {
                assertThat(cut).isLessThan(200);
            }
            CredentialStore later = new CredentialStore(device, Disk.swift());
            ServerAccount found = later.load().orElseThrow();
            if (found.uri().equals(renewed.uri())) {
                renewals++;
                assertSame(found, renewed);
                assertSame(later.previous().orElseThrow(), old);
            } else {
                assertSame(found, old);
            }
        }
        assertThat(renewals).isPositive();
    }

    @Test
    void aPowerCutWhileAnAccountIsRestoredLosesNone() throws Exception {
        ServerAccount old = account("coaps://old:5684");
        ServerAccount renewed = account("coaps://new:5684");
        boolean finished = false;
        for (int cut = 0; !finished; cut++) {
            CredentialStore store = new CredentialStore(device, Disk.swift());
            store.clear();
            store.save(old);
            store.renew(renewed);
            try {
                assertSame(
                        new CredentialStore(device, new CutDisk(cut)).restore().orElseThrow(), old);
                finished = true;
            } catch (CutDisk.PowerCut expected) {
                assertThat(cut).isLessThan(200);
            }
            CredentialStore later = new CredentialStore(device, Disk.swift());
            if (later.load().orElseThrow().uri().equals(renewed.uri())) {
                assertSame(later.restore().orElseThrow(), old);
            }
            assertSame(later.load().orElseThrow(), old);
        }
        assertThat(new CredentialStore(device, Disk.swift()).previous()).isEmpty();
    }

    @Test
    void whatWaitsToBeRestoredIsTheLastThatWorked() throws Exception {
        CredentialStore store = new CredentialStore(device, Disk.swift());
        ServerAccount worked = account("coaps://one:5684");
        store.save(worked);
        store.renew(account("coaps://two:5684"));
        store.renew(account("coaps://three:5684"));
        assertSame(store.restore().orElseThrow(), worked);
        assertThat(store.restore()).isEmpty();
        store.renew(account("coaps://four:5684"));
        store.settle();
        assertThat(store.restore()).isEmpty();
        assertThat(store.load().orElseThrow().uri()).isEqualTo(URI.create("coaps://four:5684"));
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        CredentialStore store = new CredentialStore(device, Disk.swift());
        store.save(account("coaps://one:5684"));
        Path files = device.resolve("lwm2m");
        Files.write(
                files.resolve("device.key.pem"),
                dev.onboard.pki.CredentialFiles.pem(
                                CA.issue(CertificateRecipe.device("y")).privateKey())
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertRefused(store, "device.key.pem");
        Files.delete(files.resolve("device.key.pem"));
        assertRefused(store, "device.key.pem is missing");
        Files.delete(files.resolve("account.json"));
        assertRefused(store, "account.json is missing");
    }

    private static void assertRefused(CredentialStore store, String sentence) {
        assertThatThrownBy(store::load)
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void anEmptyDirectoryIsNotAnAccount() throws IOException {
        Files.createDirectory(device.resolve("lwm2m"));
        assertRefused(new CredentialStore(device, Disk.swift()), "account.json is missing");
    }
}
