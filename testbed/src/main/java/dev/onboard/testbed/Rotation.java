package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.NewTrustedCertificate;
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
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Fingerprint;
import dev.onboard.testbed.RotationNotes.UnderWay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The rotations of one testbed, {@code docs/flows/rotation.md}. What is under way is kept in {@code DIR/rotations.json}.
 * Thread-safe; does blocking work.
 */
final class Rotation implements Rotations {
    private final RotationNotes notes;
    private final CaFiles serverCa;
    private final CaFiles deviceCa;
    private final Account account;
    private final LwM2mIdentity server;
    private final Journal journal;
    private final InstantSource clock;
    private final SecureRandom random;
    private final TestbedOptions options;
    private CertificateAuthority device;

    /** What is known of a server's certificate is not kept, since each start makes another. */
    private Optional<UnderWay> leaf = Optional.empty();

    private Optional<Credential> leafBefore = Optional.empty();

    Rotation(
            Path directory,
            TestbedOptions options,
            Account account,
            CertificateAuthority device,
            LwM2mIdentity server,
            Journal journal,
            InstantSource clock,
            SecureRandom random) {
        this.notes = new RotationNotes(directory.resolve("rotations.json"));
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
            case DEVICE_CA -> device.certificate();
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
            UnderWay begun = UnderWay.since(now(), Fingerprint.sha256(before));
            switch (subject) {
                case SERVER_LEAF -> {
                    leafBefore = Optional.of(server.credential());
                    server.exchange(server.authority(), serverCa.readCross());
                    leaf = Optional.of(begun);
                }
                case LWM2M_SERVER_CA -> {
                    checkServerCas();
                    exchangeServerCa(begun, made("LwM2M server CA"));
                }
                case DEVICE_CA -> {
                    checkDatabase();
                    exchangeDeviceCa(begun, made("LwM2M device CA"));
                }
            }
            record(subject, "rotation-begun", before);
            return report(subject);
        } catch (IOException e) {
            throw cannot(subject, e);
        }
    }

    /** What was before is exchanged for what is in use, as that was for it: each is good until the end. */
    @Override
    public synchronized Report undo(Subject subject) {
        try {
            UnderWay rotation = begun(subject);
            if (rotation.undone().isPresent()) {
                throw AccountException.conflict(
                        "subject", "the rotation of " + subject.word() + " is undone already; finish it");
            }
            X509Certificate withdrawn = inUse(subject);
            UnderWay turned = rotation.turned(now(), Fingerprint.sha256(withdrawn));
            switch (subject) {
                case SERVER_LEAF -> {
                    server.exchange(leafBefore.orElseThrow(() -> notKept(subject)));
                    leaf = Optional.of(turned);
                }
                case LWM2M_SERVER_CA -> exchangeServerCa(turned, before(subject, serverCa));
                case DEVICE_CA -> {
                    exchangeDeviceCa(turned, before(subject, deviceCa));
                    withdraw(rotation);
                }
            }
            record(subject, "rotation-undone", withdrawn);
            return report(subject);
        } catch (IOException e) {
            throw cannot(subject, e);
        }
    }

    private CertificateAuthority before(Subject subject, CaFiles files) throws IOException {
        if (!files.before().exist()) {
            throw notKept(subject);
        }
        return CertificateAuthority.of(files.before().read(), clock, random);
    }

    private static AccountException notKept(Subject subject) {
        return AccountException.conflict(
                "subject",
                "the key of the " + subject.word() + " before is no longer there; finish the rotation, and"
                        + " rotate once more");
    }

    private UnderWay begun(Subject subject) throws IOException {
        return underWay(subject)
                .orElseThrow(() ->
                        AccountException.conflict("subject", "no rotation of " + subject.word() + " is under way"));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
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
        String subject = name + " of " + now();
        return CertificateAuthority.root(CertificateRecipe.ca(subject), clock, random);
    }

    /** The CA before vouches for the new one, so that devices that know the old one alone still accept the server. */
    private void exchangeServerCa(UnderWay rotation, CertificateAuthority next) throws IOException {
        X509Certificate vouching = server.authority()
                .sign(
                        CertificateRecipe.ca(next.certificate()
                                .getSubjectX500Principal()
                                .getName()
                                .replaceFirst("^CN=", "")),
                        next.certificate().getPublicKey());
        notes.write(Subject.LWM2M_SERVER_CA, rotation);
        serverCa.before().write(server.authority().credential());
        CredentialFiles.writeCertificates(serverCa.cross(), List.of(vouching));
        serverCa.exchange(next.credential());
        server.exchange(next, Optional.of(vouching));
        leafBefore = Optional.empty();
    }

    private void checkServerCas() {
        if (options.serverCas() == TestbedOptions.ServerCas.ONE) {
            throw AccountException.locked("the bootstrap server and the LwM2M server have one CA (--one-server-ca), and"
                    + " devices know the bootstrap server by what their factory gave them; it cannot be exchanged");
        }
    }

    /** What the CA before signed stays trusted as an upload. */
    private void exchangeDeviceCa(UnderWay rotation, CertificateAuthority next) throws IOException {
        notes.write(Subject.DEVICE_CA, rotation.trusting(trusted(device.certificate())));
        deviceCa.before().write(device.credential());
        deviceCa.exchange(next.credential());
        account.setDeviceAuthority(next);
        device = next;
    }

    private void withdraw(UnderWay rotation) {
        rotation.trusted()
                .flatMap(account.trustedCertificates()::get)
                .map(TrustedCertificate::id)
                .ifPresent(account.trustedCertificates()::remove);
    }

    private void checkDatabase() {
        if (options.database()
                .filter(database -> database instanceof dev.onboard.account.Database.Server)
                .isPresent()) {
            throw AccountException.locked("several testbeds may share this database, and each trusts the CAs of all;"
                    + " start one with another work directory, and remove this one when its devices have followed");
        }
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
                    underWay.flatMap(UnderWay::undone),
                    Fingerprint.sha256(inUse(subject)),
                    underWay.map(UnderWay::before),
                    underWay.map(rotation -> stragglers(subject, rotation)).orElse(List.of()));
        } catch (IOException e) {
            throw cannot(subject, e);
        }
    }

    private List<Straggler> stragglers(Subject subject, UnderWay rotation) {
        return subject == Subject.SERVER_LEAF && !leafIsPinned()
                ? List.of()
                : new Stragglers(account).of(subject, rotation);
    }

    private boolean leafIsPinned() {
        return options.delivery().usage() == CertificateUsage.SERVICE_CERTIFICATE_CONSTRAINT
                || options.delivery().usage() == CertificateUsage.DOMAIN_ISSUED_CERTIFICATE;
    }

    @Override
    public synchronized Report finish(Subject subject, Leaving leaving) {
        try {
            UnderWay rotation = begun(subject);
            List<Straggler> left = stragglers(subject, rotation);
            if (!left.isEmpty() && leaving == Leaving.NOBODY) {
                throw AccountException.conflict(
                        "stragglers",
                        left.size() + " devices still depend on the "
                                + (rotation.undone().isPresent() ? "withdrawn" : "old") + " one, the first being '"
                                + left.get(0).endpoint() + "'; have them renewed, or force the end");
            }
            X509Certificate now = inUse(subject);
            switch (subject) {
                case SERVER_LEAF -> {
                    leaf = Optional.empty();
                    leafBefore = Optional.empty();
                }
                case LWM2M_SERVER_CA -> {
                    server.exchange(server.authority(), Optional.empty());
                    Files.deleteIfExists(serverCa.cross());
                    serverCa.before().delete();
                }
                case DEVICE_CA -> {
                    withdraw(rotation);
                    deviceCa.before().delete();
                }
            }
            if (subject != Subject.SERVER_LEAF) {
                notes.remove(subject);
            }
            record(subject, "rotation-finished", now);
            Report after = report(subject);
            return new Report(subject, after.begunAt(), after.undoneAt(), after.fingerprint(), after.before(), left);
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
        // begun, and cut off before anything was exchanged: it may begin again
        return subject == Subject.SERVER_LEAF
                ? leaf
                : notes.read(subject).filter(kept -> !kept.before().equals(Fingerprint.sha256(inUse(subject))));
    }
}
