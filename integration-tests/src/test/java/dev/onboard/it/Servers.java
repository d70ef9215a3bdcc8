package dev.onboard.it;

import dev.onboard.account.Account;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.bootstrap.BootstrapServer;
import dev.onboard.bootstrap.Deliveries;
import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.server.LwM2mServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The account and both servers on free ports, with a PKI of their own. */
final class Servers implements AutoCloseable {
    static final InstantSource CLOCK = InstantSource.system();
    static final SecureRandom RANDOM = new SecureRandom();

    final CertificateAuthority bootstrapServerCa = ca("Bootstrap server CA");
    final CertificateAuthority lwm2mServerCa = ca("LwM2M server CA");
    final CertificateAuthority lwm2mDeviceCa = ca("LwM2M device CA");
    final Journal journal;
    final Account account;
    final LwM2mServer lwm2m;
    final BootstrapServer bootstrap;
    private final DtlsThreads threads;

    Servers(Path directory) throws Exception {
        this(directory, told -> Deliveries.to(() -> List.of(told)));
    }

    /** @param deliveries what a bootstrap writes, for what it is told of the LwM2M server here */
    Servers(Path directory, Function<LwM2mServerAccount, Deliveries> deliveries) throws Exception {
        journal = Journal.open(directory.resolve("events.jsonl"), CLOCK);
        account = Account.open(directory.resolve("account"), lwm2mDeviceCa, CLOCK, RANDOM, journal);
        threads = DtlsThreads.start("it");
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Credential lwm2mCredential =
                lwm2mServerCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
        lwm2m = LwM2mServer.start(
                free, () -> lwm2mCredential, new LwM2mServer.Surroundings(account, journal, threads, CLOCK));
        LwM2mServerAccount told = new LwM2mServerAccount(
                URI.create("coaps://localhost:" + lwm2m.address().getPort()),
                lwm2mServerCa.certificate(),
                1,
                Duration.ofMinutes(5));
        Credential bootstrapCredential =
                bootstrapServerCa.issue(CertificateRecipe.server("localhost", InetAddress.getLoopbackAddress()));
        bootstrap = BootstrapServer.start(
                free,
                () -> bootstrapCredential,
                deliveries.apply(told),
                new BootstrapServer.Surroundings(account, journal, threads, CLOCK, RANDOM));
    }

    static CertificateAuthority ca(String name) {
        return CertificateAuthority.root(CertificateRecipe.ca(name), CLOCK, RANDOM);
    }

    URI bootstrapUri() {
        return URI.create("coaps://localhost:" + bootstrap.address().getPort());
    }

    String trust(X509Certificate... chain) {
        return account.trustedCertificates()
                .add(NewTrustedCertificate.of(
                        "ca-" + chain[0].getSerialNumber().toString(16), Service.BOOTSTRAP, List.of(chain)))
                .id();
    }

    /** The first event that matches, now or within twenty seconds; fails with the timeline otherwise. */
    Event await(String what, Predicate<Event> condition) {
        return journal.await(condition, Duration.ofSeconds(20))
                .orElseThrow(() -> new AssertionError("no " + what + " within 20 s; the journal says:\n" + timeline()));
    }

    String timeline() {
        try (Stream<Event> events = journal.events()) {
            return events.map(Event::toString).collect(Collectors.joining("\n"));
        }
    }

    @Override
    public void close() {
        bootstrap.close();
        lwm2m.close();
        threads.close();
        account.close();
        journal.close();
    }
}
