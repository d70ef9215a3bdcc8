package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.IssuerClients;
import dev.onboard.http.ApiKey;
import dev.onboard.http.DeviceOperations;
import dev.onboard.http.ManagementOptions;
import dev.onboard.http.ManagementServer;
import dev.onboard.http.ServerCredentials;
import dev.onboard.http.Vitals;
import dev.onboard.journal.Journal;
import dev.onboard.server.SharedRegistrations;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a server that runs as a process of its own stands on: its work directory, its journal, and the account. */
final class ProcessGround {
    final Parts parts;
    private final Path accountDirectory;
    private final TestbedOptions options;
    private final SecureRandom random;
    private final InstantSource clock;
    final WorkDirectory directory;
    final Journal journal;
    final TestbedCas cas;
    final Account account;

    ProcessGround(Parts parts, Path accountDirectory, TestbedOptions options, InstantSource clock, SecureRandom random)
            throws IOException {
        Testbed.checkHost(options);
        this.parts = parts;
        this.accountDirectory = accountDirectory.toAbsolutePath().normalize();
        this.options = options;
        this.clock = clock;
        this.random = random;
        this.directory = parts.add(WorkDirectory.open(options.workDirectory()));
        this.journal = parts.add(Journal.open(directory.path().resolve("events.jsonl"), clock));
        this.cas = TestbedCas.shared(this.accountDirectory, clock, random);
        IssuerCommandWatch commands = IssuerCommandWatch.of(this.accountDirectory);
        this.account = parts.add(Account.open(
                options.database()
                        .orElseThrow(() -> new UsageException("servers that run as processes of their own share"
                                + " the account, and a SQLite file belongs to one process; give --database"
                                + " jdbc:postgresql://HOST:PORT/DATABASE")),
                cas.lwm2mDevice(),
                clock,
                random,
                journal,
                IssuerClients.standard(commands.commands(), IssuerClients.PATIENCE)));
        parts.add(commands).start(account);
    }

    List<X509Certificate> authorities() {
        return List.of(cas.bootstrapServer().certificate(), cas.lwm2mServer().certificate());
    }

    ServerCredentials servers(URI bootstrap, URI lwm2m) {
        return new ServerCredentials(
                new ServerCredentials.Server(bootstrap, cas.bootstrapServer().certificate()),
                new ServerCredentials.Server(lwm2m, cas.lwm2mServer().certificate()));
    }

    /** The registrations that the LwM2M servers share. */
    SharedRegistrations shared(URI redis) throws IOException {
        try {
            return parts.add(SharedRegistrations.at(redis, account.id(), apiKey().text(), random));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--redis: " + e.getMessage(), e);
        }
    }

    ApiKey apiKey() throws IOException {
        return SharedFiles.alone(accountDirectory, () -> Management.apiKey(accountDirectory, random));
    }

    /** Who the management port shows itself as over TLS; empty when it speaks HTTP. */
    Optional<ApiIdentity> identity() throws IOException {
        return ApiIdentity.of(options, directory.path(), clock, random);
    }

    /** A management port, over HTTP for this machine alone. */
    ManagementServer management(
            DeviceOperations devices, ServerCredentials servers, Optional<ApiIdentity> identity, Vitals vitals)
            throws IOException {
        return parts.add(ManagementServer.start(
                new ManagementOptions(
                        identity.isPresent() ? options.bind() : InetAddress.getLoopbackAddress(),
                        options.httpPort(),
                        Set.of(options.host()),
                        apiKey(),
                        random,
                        identity.map(ApiIdentity::credential),
                        vitals),
                account,
                journal,
                clock,
                devices,
                servers));
    }
}
