package dev.onboard.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.CertificateEnrollments.Outcome;
import dev.onboard.account.Device;
import dev.onboard.account.DeviceState;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.http.Rotations;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The rotations of one testbed, {@code docs/flows/rotation.md}. What is under way is kept in {@code DIR/rotations.json}.
 * Thread-safe; does blocking work.
 */
final class Rotation implements Rotations {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final CaFiles serverCa;
    private final CaFiles deviceCa;
    private final Account account;
    private final LwM2mIdentity server;
    private final Journal journal;
    private final InstantSource clock;
    private final SecureRandom random;
    private final TestbedOptions options;
    private X509Certificate device;

    /** A rotation that is under way; the times of a server's certificate are not kept, since each start makes another. */
    private record UnderWay(Instant since, String before, Optional<String> trusted) {}

    private Optional<UnderWay> leaf = Optional.empty();

    Rotation(
            Path directory,
            TestbedOptions options,
            Account account,
            X509Certificate device,
            LwM2mIdentity server,
            Journal journal,
            InstantSource clock,
            SecureRandom random) {
        this.file = directory.resolve("rotations.json");
        this.serverCa = TestbedCas.lwm2mServer(directory);
        this.deviceCa = TestbedCas.lwm2mDevice(directory);
        this.options = options;
        this.account = account;
        this.device = device;
        this.server = server;
        this.journal = journal;
        this.clock = clock;
        this.random = random;
    }

    private X509Certificate inUse(Subject subject) {
        return switch (subject) {
            case SERVER_LEAF -> server.credential().certificate();
            case LWM2M_SERVER_CA -> server.authority().certificate();
            case DEVICE_CA -> device;
        };
    }

    @Override
    public synchronized Report begin(Subject subject) {
        try {
            if (underWay(subject).isPresent()) {
                throw AccountException.conflict(
                        "subject", "the rotation of " + subject.word() + " goes on; finish it before another one");
            }
            X509Certificate before = inUse(subject);
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            UnderWay begun = new UnderWay(now, Fingerprint.sha256(before), Optional.empty());
            switch (subject) {
                case SERVER_LEAF -> {
                    server.exchange(server.authority(), serverCa.readCross());
                    leaf = Optional.of(begun);
                }
                case LWM2M_SERVER_CA -> exchangeServerCa(begun);
                case DEVICE_CA -> exchangeDeviceCa(begun);
            }
            record(subject, "rotation-begun", before);
            return report(subject);
        } catch (IOException e) {
            throw cannot(subject, e);
        }
    }

    /** Whether something is being exchanged that a bootstrap alone brings to devices. */
    synchronized boolean needsBootstrap() {
        try {
            return underWay(Subject.SERVER_LEAF).isPresent() && leafIsPinned()
                    || underWay(Subject.LWM2M_SERVER_CA).isPresent();
        } catch (IOException e) {
            throw cannot(Subject.LWM2M_SERVER_CA, e);
        }
    }

    private CertificateAuthority made(String name) {
        String subject = name + " of " + clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return CertificateAuthority.root(CertificateRecipe.ca(subject), clock, random);
    }

    /** The CA before vouches for the new one, so that devices that know the old one alone still accept the server. */
    private void exchangeServerCa(UnderWay begun) throws IOException {
        if (options.serverCas() == TestbedOptions.ServerCas.ONE) {
            throw AccountException.locked("the bootstrap server and the LwM2M server have one CA (--one-server-ca), and"
                    + " devices know the bootstrap server by what their factory gave them; it cannot be exchanged");
        }
        CertificateAuthority next = made("LwM2M server CA");
        X509Certificate vouching = server.authority()
                .sign(
                        CertificateRecipe.ca(next.certificate()
                                .getSubjectX500Principal()
                                .getName()
                                .replaceFirst("^CN=", "")),
                        next.certificate().getPublicKey());
        keep(Subject.LWM2M_SERVER_CA, Optional.of(begun));
        CredentialFiles.writeCertificates(serverCa.cross(), List.of(vouching));
        serverCa.exchange(next.credential());
        server.exchange(next, Optional.of(vouching));
    }

    /** What the CA before signed stays trusted as an upload. */
    private void exchangeDeviceCa(UnderWay begun) throws IOException {
        if (options.database()
                .filter(database -> database instanceof dev.onboard.account.Database.Server)
                .isPresent()) {
            throw AccountException.locked("several testbeds may share this database, and each trusts the CAs of all;"
                    + " start one with another work directory, and remove this one when its devices have followed");
        }
        CertificateAuthority next = made("LwM2M device CA");
        String trusted = trusted(device);
        keep(Subject.DEVICE_CA, Optional.of(new UnderWay(begun.since(), begun.before(), Optional.of(trusted))));
        deviceCa.exchange(next.credential());
        account.setDeviceAuthority(next);
        device = next.certificate();
    }

    private String trusted(X509Certificate ca) {
        String fingerprint = Fingerprint.sha256(ca);
        return account.trustedCertificates()
                .add(NewTrustedCertificate.of(
                        "before-rotation-" + fingerprint.substring(0, 16), Service.LWM2M, List.of(ca)))
                .id();
    }

    @Override
    public synchronized Report report(Subject subject) {
        try {
            Optional<UnderWay> underWay = underWay(subject);
            return new Report(
                    subject,
                    underWay.map(UnderWay::since),
                    Fingerprint.sha256(inUse(subject)),
                    underWay.map(UnderWay::before),
                    underWay.map(rotation -> stragglers(subject, rotation)).orElse(List.of()));
        } catch (IOException e) {
            throw cannot(subject, e);
        }
    }

    /** Every device that has not bootstrapped since, and depends on what was exchanged. */
    private List<Straggler> stragglers(Subject subject, UnderWay rotation) {
        if (subject == Subject.SERVER_LEAF && !leafIsPinned()) {
            return List.of();
        }
        List<Straggler> found = new ArrayList<>();
        Query all = Query.all().limit(Query.MAX_LIMIT);
        Page<Device> page = account.devices().list(all);
        while (true) {
            for (Device each : page.entries()) {
                boolean came = each.state() != DeviceState.UNENROLLED && each.state() != DeviceState.CLOUD_ENROLLING;
                boolean followed = each.bootstrappedAt()
                                .filter(at -> !at.isBefore(rotation.since()))
                                .isPresent()
                        || hasRenewed(each, rotation.since());
                if (came && !followed && depends(subject, each)) {
                    found.add(new Straggler(each.endpoint(), each.state().word(), each.bootstrappedAt()));
                }
            }
            if (!page.hasMore() || page.entries().isEmpty()) {
                found.sort(Comparator.comparing(Straggler::endpoint));
                return found;
            }
            page = account.devices()
                    .list(all.after(
                            page.entries().get(page.entries().size() - 1).id()));
        }
    }

    /** The end of a bootstrap may be written down after the registration that follows it. */
    private boolean hasRenewed(Device each, Instant since) {
        return account
                .certificateEnrollments()
                .list(Query.all()
                        .where("device_id", each.id())
                        .where("enroll_result", Outcome.SUCCESS.word())
                        .in(Query.Order.DESC))
                .entries()
                .stream()
                .anyMatch(renewal -> !renewal.createdAt().isBefore(since));
    }

    private boolean leafIsPinned() {
        return options.delivery().usage() == CertificateUsage.SERVICE_CERTIFICATE_CONSTRAINT
                || options.delivery().usage() == CertificateUsage.DOMAIN_ISSUED_CERTIFICATE;
    }

    /** A device with a certificate from its factory has none of the account's CA. */
    private boolean depends(Subject subject, Device each) {
        return subject != Subject.DEVICE_CA
                || !account.issuedCertificates().byEndpoint(each.endpoint()).isEmpty();
    }

    @Override
    public synchronized Report finish(Subject subject, Leaving leaving) {
        try {
            UnderWay rotation = underWay(subject)
                    .orElseThrow(() ->
                            AccountException.conflict("subject", "no rotation of " + subject.word() + " is under way"));
            List<Straggler> left = stragglers(subject, rotation);
            if (!left.isEmpty() && leaving == Leaving.NOBODY) {
                throw AccountException.conflict(
                        "stragglers",
                        left.size() + " devices still depend on the old one, the first being '"
                                + left.get(0).endpoint() + "'; have them renewed, or force the end");
            }
            X509Certificate now = inUse(subject);
            switch (subject) {
                case SERVER_LEAF -> leaf = Optional.empty();
                case LWM2M_SERVER_CA -> {
                    server.exchange(server.authority(), Optional.empty());
                    Files.deleteIfExists(serverCa.cross());
                }
                case DEVICE_CA ->
                    rotation.trusted()
                            .flatMap(account.trustedCertificates()::get)
                            .map(TrustedCertificate::id)
                            .ifPresent(account.trustedCertificates()::remove);
            }
            if (subject != Subject.SERVER_LEAF) {
                keep(subject, Optional.empty());
            }
            record(subject, "rotation-finished", now);
            Report after = report(subject);
            return new Report(subject, after.begunAt(), after.fingerprint(), after.before(), left);
        } catch (IOException e) {
            throw cannot(subject, e);
        }
    }

    private static AccountException cannot(Subject subject, IOException e) {
        return AccountException.storage("the rotation of " + subject.word() + " could not be carried out: " + e, e);
    }

    private void record(Subject subject, String action, X509Certificate about) {
        journal.record(Event.of(Stage.TRUST, Party.OPERATOR)
                .fact("action", action)
                .fact("subject", subject.word())
                .fact("certificate", Fingerprint.sha256(about)));
    }

    private Optional<UnderWay> underWay(Subject subject) throws IOException {
        if (subject == Subject.SERVER_LEAF) {
            return leaf;
        }
        JsonNode kept = document().path(subject.word());
        String before = kept.path("before").asText();
        // begun, and cut off before anything was exchanged: it may begin again
        return kept.isMissingNode() || before.equals(Fingerprint.sha256(inUse(subject)))
                ? Optional.empty()
                : Optional.of(new UnderWay(
                        Instant.parse(kept.path("since").asText()),
                        before,
                        Optional.ofNullable(kept.path("trusted_certificate_id").asText(null))));
    }

    private ObjectNode document() throws IOException {
        return Files.exists(file) && JSON.readTree(file.toFile()) instanceof ObjectNode read
                ? read
                : JSON.createObjectNode();
    }

    private void keep(Subject subject, Optional<UnderWay> rotation) throws IOException {
        ObjectNode document = document();
        document.remove(subject.word());
        rotation.ifPresent(begun -> {
            ObjectNode kept = document.putObject(subject.word())
                    .put("since", begun.since().toString())
                    .put("before", begun.before());
            begun.trusted().ifPresent(id -> kept.put("trusted_certificate_id", id));
        });
        WorkDirectory.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
    }
}
