package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.Admission.Admitted;
import dev.onboard.account.Admission.Refusal;
import dev.onboard.account.Admission.Refused;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceDirectoryTest {
    @TempDir
    Path work;

    OpenAccount open;
    TrustedCertificate factory;

    @BeforeEach
    void open() throws IOException {
        open = OpenAccount.in(work);
        factory = open.trust(open.factory, Service.BOOTSTRAP);
    }

    @AfterEach
    void close() {
        open.close();
    }

    private DeviceDirectory devices() {
        return open.account.devices();
    }

    private static Device admitted(Admission admission) {
        assertThat(admission).isInstanceOf(Admitted.class);
        return ((Admitted) admission).device();
    }

    private static void assertRefused(Admission admission, String reason, String detail) {
        assertThat(admission).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.detail()).contains(detail);
        });
    }

    private Admission atLwm2m(String endpoint, IssuedCertificate certificate) {
        return OpenAccount.get(devices().admitToLwm2m(endpoint, certificate.certificate(), open.ownAnchor()));
    }

    private IssuedCertificate issue(String endpoint) {
        return OpenAccount.get(open.account.issue(new IssueRequest(
                endpoint, KeyAlgorithm.P256.generate(OpenAccount.RANDOM).getPublic())));
    }

    @Test
    void aDeviceIsKnownAfterItsFirstAdmissionAndGoesThroughItsStates() {
        Credential leaf = open.factory.issue(CertificateRecipe.device("dev-1"));

        Device device = admitted(open.bootstrap("dev-1", leaf.certificate(), factory));
        assertThat(device.id()).matches("[a-f0-9]{32}");
        assertThat(device.state()).isEqualTo(DeviceState.CLOUD_ENROLLING);
        assertThat(device.executionMode()).isEqualTo(ExecutionMode.PRODUCTION);
        assertThat(device.caId()).contains(factory.id());
        assertThat(device.deviceKey()).contains(dev.onboard.pki.Fingerprint.sha256(leaf.certificate()));
        assertThat(device.issuerFingerprint()).contains(factory.fingerprint());

        OpenAccount.get(devices().bootstrapped("dev-1"));
        assertThat(devices().get(device.id()).orElseThrow().state()).isEqualTo(DeviceState.BOOTSTRAPPED);
        OpenAccount.get(devices()
                .registered(
                        "dev-1",
                        Registration.NONE.with("address", "127.0.0.1:5000").with("lifetime", "300")));
        OpenAccount.get(devices().updated("dev-1", Registration.NONE.with("lifetime", "60")));
        Device registered = open.reopen().devices().byEndpoint("dev-1").orElseThrow();
        assertThat(registered.state()).isEqualTo(DeviceState.REGISTERED);
        assertThat(registered.registration().facts()).isEqualTo(Map.of("address", "127.0.0.1:5000", "lifetime", "60"));
        assertThat(registered.bootstrappedAt()).isPresent();
        OpenAccount.get(devices().deregistered("dev-1"));
        assertThat(devices().count()).isEqualTo(Map.of(DeviceState.DEREGISTERED, 1L));
        assertThat(admitted(open.bootstrap("dev-1", leaf.certificate(), factory))
                        .id())
                .isEqualTo(device.id());
    }

    @Test
    void anEndpointBelongsToItsFirstCaAndKeyUntilItIsReleased() {
        CertificateAuthority other =
                CertificateAuthority.root(CertificateRecipe.ca("Other CA"), open.clock, OpenAccount.RANDOM);
        TrustedCertificate otherTrusted = open.trust(other, Service.BOOTSTRAP);
        Credential first = open.factory.issue(CertificateRecipe.device("dev-1"));
        X509Certificate sameKey = open.factory.sign(
                CertificateRecipe.device("dev-1"), first.certificate().getPublicKey());
        X509Certificate otherKey =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
        X509Certificate otherCa = other.sign(
                CertificateRecipe.device("dev-1"), first.certificate().getPublicKey());
        Device device = admitted(open.bootstrap("dev-1", first.certificate(), factory));

        assertThat(admitted(open.bootstrap("dev-1", sameKey, factory)).id()).isEqualTo(device.id());
        assertRefused(open.bootstrap("dev-1", otherKey, factory), Refusal.BOUND, "another key");
        assertRefused(open.bootstrap("dev-1", otherCa, otherTrusted), Refusal.BOUND, "another CA");
        devices().release("dev-1");
        assertThat(admitted(open.bootstrap("dev-1", otherKey, factory)).id()).isEqualTo(device.id());
        assertRefused(open.bootstrap("dev-1", first.certificate(), factory), Refusal.BOUND, "another key");
        assertThatThrownBy(() -> devices().release("nobody")).hasMessage("there is no device 'nobody'");
    }

    @Test
    void theBindingOutlivesTheTrustedCertificate() {
        X509Certificate leaf =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
        X509Certificate thief =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
        Device device = admitted(open.bootstrap("dev-1", leaf, factory));
        open.account.trustedCertificates().remove(factory.id());
        assertRefused(open.bootstrap("dev-1", leaf, factory), Refusal.UNKNOWN_CA, factory.id());

        TrustedCertificate again = open.trust(open.factory, Service.BOOTSTRAP);
        assertRefused(open.bootstrap("dev-1", thief, again), Refusal.BOUND, device.id());
        Device back = admitted(open.bootstrap("dev-1", leaf, again));
        assertThat(back.id()).isEqualTo(device.id());
        assertThat(back.caId()).contains(again.id());
    }

    @Test
    void ofManyClaimantsAtOnceExactlyOneOwnsTheName() {
        List<CompletionStage<Admission>> answers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            X509Certificate leaf =
                    open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
            answers.add(devices().admitToBootstrap("dev-1", leaf, factory.anchor()));
        }
        List<Admission> admissions = answers.stream().map(OpenAccount::get).toList();
        assertThat(admissions.stream().filter(Admitted.class::isInstance)).hasSize(1);
        admissions.stream()
                .filter(Refused.class::isInstance)
                .forEach(refused -> assertRefused(refused, Refusal.BOUND, "another key"));
    }

    @Test
    void aSuspendedDeviceIsRefusedAtBothServers() {
        X509Certificate leaf =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
        Device device = admitted(open.bootstrap("dev-1", leaf, factory));
        IssuedCertificate issued = issue("dev-1");
        devices().suspend(device.id(), "theft", "stolen from the yard");

        assertRefused(open.bootstrap("dev-1", leaf, factory), Refusal.SUSPENDED, "stolen from the yard");
        assertRefused(atLwm2m("dev-1", issued), Refusal.SUSPENDED, "theft");
        devices().resume(device.id());
        admitted(open.bootstrap("dev-1", leaf, factory));
        admitted(atLwm2m("dev-1", issued));
    }

    @Test
    void atLwm2mOnlyWhatWasIssuedToThisEndpointIsAdmitted() {
        admitted(open.bootstrap(
                "dev-1", open.factory.issue(CertificateRecipe.device("dev-1")).certificate(), factory));
        admitted(open.bootstrap(
                "dev-2", open.factory.issue(CertificateRecipe.device("dev-2")).certificate(), factory));
        IssuedCertificate issued = issue("dev-1");
        X509Certificate behindTheBack =
                open.deviceAuthority.issue(CertificateRecipe.device("dev-1")).certificate();

        admitted(atLwm2m("dev-1", issued));
        assertRefused(atLwm2m("dev-2", issued), Refusal.UNKNOWN_CERTIFICATE, "was issued to 'dev-1'");
        assertRefused(
                OpenAccount.get(devices().admitToLwm2m("dev-1", behindTheBack, open.ownAnchor())),
                Refusal.UNKNOWN_CERTIFICATE,
                "was never issued");
        open.account.issuedCertificates().revoke(issued.serial(), RevocationReason.KEY_COMPROMISE);
        assertRefused(atLwm2m("dev-1", issued), Refusal.REVOKED, "key-compromise");
        IssuedCertificate second = issue("dev-2");
        devices().remove(devices().byEndpoint("dev-2").orElseThrow().id());
        assertRefused(atLwm2m("dev-2", second), Refusal.UNKNOWN_CERTIFICATE, "which was removed");
    }

    @Test
    void anOlderCertificateIsGoodUntilTheDeviceCameWithANewerOne() {
        admitted(open.bootstrap(
                "dev-1", open.factory.issue(CertificateRecipe.device("dev-1")).certificate(), factory));
        IssuedCertificate first = issue("dev-1");
        IssuedCertificate second = issue("dev-1");
        IssuedCertificate third = issue("dev-1");
        assertThat(List.of(first.generation(), second.generation(), third.generation()))
                .containsExactly(1, 2, 3);

        admitted(atLwm2m("dev-1", first));
        admitted(atLwm2m("dev-1", second));
        assertRefused(atLwm2m("dev-1", first), Refusal.SUPERSEDED, "number 1");
        open.reopen();
        assertRefused(atLwm2m("dev-1", first), Refusal.SUPERSEDED, "number 2 already");
        admitted(atLwm2m("dev-1", third));
    }

    @Test
    void aDeviceInLwm2mModeIsAdmittedByItsUploadedCaAndBound() {
        TrustedCertificate direct = open.trust(open.factory, Service.LWM2M);
        X509Certificate leaf =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
        X509Certificate other =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();

        admitted(OpenAccount.get(devices().admitToLwm2m("dev-1", leaf, direct.anchor())));
        assertRefused(
                OpenAccount.get(devices().admitToLwm2m("dev-1", other, direct.anchor())), Refusal.BOUND, "another key");
        assertRefused(
                OpenAccount.get(devices().admitToLwm2m("dev-1", leaf, factory.anchor())),
                Refusal.UNKNOWN_CA,
                "does not count at lwm2m");
    }

    @Test
    void aCaInEnrolmentModeAdmitsOnlyListedDevices() {
        open.account
                .trustedCertificates()
                .update(
                        factory.id(),
                        TrustedCertificateChange.nothing()
                                .enrollmentMode(TrustedCertificate.EnrollmentMode.ENROLLED_DEVICES));
        X509Certificate leaf =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
        assertRefused(
                open.bootstrap("dev-1", leaf, factory),
                Refusal.NOT_ENROLLED,
                dev.onboard.pki.Fingerprint.enrollmentIdentity(leaf));
        assertThat(devices().byEndpoint("dev-1")).isEmpty();
        Enrollments list = open.account.enrollments();
        assertThat(list.denials(Query.all().where("trusted_certificate_id", factory.id()))
                        .entries())
                .singleElement()
                .satisfies(denial -> assertThat(denial.endpoint()).isEqualTo("dev-1"));

        Enrollments.Enrollment entry = list.add(dev.onboard.pki.Fingerprint.enrollmentIdentity(leaf));
        Device device = admitted(open.bootstrap("dev-1", leaf, factory));
        assertThat(list.get(entry.id()).orElseThrow().deviceId()).contains(device.id());
        assertThat(devices().get(device.id()).orElseThrow().enrolledAt()).isPresent();
        admitted(open.bootstrap("dev-1", leaf, factory));
        list.remove(entry.id());
        assertRefused(open.bootstrap("dev-1", leaf, factory), Refusal.NOT_ENROLLED, "add it there");
    }

    @Test
    void aDeveloperCertificateIsSharedByAHundredDevices() {
        DeveloperCertificates.Developer developer =
                open.account.developerCertificates().create("mine", "for the desk");
        X509Certificate shared = developer.credential().certificate();
        for (int i = 0; i < DeviceDirectory.DEVICES_PER_DEVELOPER_CERTIFICATE; i++) {
            Device device = admitted(open.bootstrap("desk-" + i, shared, developer.trusted()));
            assertThat(device.executionMode()).isEqualTo(ExecutionMode.DEVELOPER);
        }
        assertRefused(
                open.bootstrap("desk-100", shared, developer.trusted()),
                Refusal.DEVELOPER_LIMIT,
                "has its 100 devices; make another one for 'desk-100'");
        admitted(open.bootstrap("desk-99", shared, developer.trusted()));
        Account again = open.reopen();
        assertThat(again.developerCertificates().get(developer.trusted().id())).hasValueSatisfying(found -> {
            assertThat(found.credential().privateKeyPkcs8())
                    .isEqualTo(developer.credential().privateKeyPkcs8());
            assertThat(found.trusted().anchor().kind()).isEqualTo(dev.onboard.pki.TrustAnchor.Kind.DEVELOPER);
        });
        again.trustedCertificates().remove(developer.trusted().id());
        assertThat(again.developerCertificates().get(developer.trusted().id())).isEmpty();
    }

    @Test
    void namesThatCannotBeStoredAreRefused() {
        X509Certificate leaf =
                open.factory.issue(CertificateRecipe.device("dev-1")).certificate();
        assertRefused(open.bootstrap("", leaf, factory), Refusal.BAD_NAME, "''");
        assertRefused(open.bootstrap("e".repeat(65), leaf, factory), Refusal.BAD_NAME, "longer than 64");
        admitted(open.bootstrap("é'; DROP TABLE device; --", leaf, factory));
        assertThat(devices().byEndpoint("é'; DROP TABLE device; --")).isPresent();
    }

    @Test
    void listsAreFilteredAndPaged() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            ids.add(devices().add(NewDevice.of("dev-" + i)).id());
        }
        OpenAccount.get(devices().registered("dev-3", Registration.NONE));

        Set<String> seen = new HashSet<>();
        Page<Device> page = devices().list(Query.all().limit(3));
        int pages = 1;
        page.entries().forEach(device -> seen.add(device.id()));
        while (page.hasMore()) {
            page = devices()
                    .list(Query.all()
                            .limit(3)
                            .after(page.entries().get(page.entries().size() - 1).id()));
            page.entries().forEach(device -> assertThat(seen.add(device.id())).isTrue());
            pages++;
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(pages).isEqualTo(3);
        assertThat(devices()
                        .list(Query.all().where("state", "registered"))
                        .map(Device::endpoint)
                        .entries())
                .containsExactly("dev-3");
        assertThat(devices()
                        .list(Query.all().where("endpoint_name", "dev-5"))
                        .map(Device::id)
                        .entries())
                .containsExactly(ids.get(5));
        assertThatThrownBy(() -> devices().add(NewDevice.of("dev-5")))
                .isInstanceOfSatisfying(
                        AccountException.class, e -> assertThat(e.kind()).isEqualTo(AccountException.Kind.CONFLICT))
                .hasMessageContaining("'dev-5'");
    }
}
