package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.http.ApiKey;
import dev.onboard.http.ManagementOptions;
import dev.onboard.http.ManagementServer;
import dev.onboard.http.ServerCredentials;
import dev.onboard.http.Vitals;
import dev.onboard.journal.Journal;
import dev.onboard.server.LwM2mServer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The management port on the work directory's API key, {@code DIR/api-key}, which is made at the first start (0600). */
final class Management {
    private Management() {}

    static ManagementServer start(
            TestbedOptions options,
            Path workDirectory,
            Account account,
            Journal journal,
            InstantSource clock,
            Map<URI, LwM2mServer> lwm2m,
            Renewals renewals,
            Rotation rotation,
            ServerCredentials servers,
            SimulatedFleet simulated,
            Optional<ApiIdentity> identity,
            Vitals vitals,
            SecureRandom random)
            throws IOException {
        ManagementOptions management = new ManagementOptions(
                options.bind(),
                options.httpPort(),
                Set.of(options.host()),
                apiKey(workDirectory, random),
                random,
                identity.map(ApiIdentity::credential),
                vitals);
        return ManagementServer.start(
                management,
                account,
                journal,
                clock,
                new RegisteredDevices(lwm2m, renewals, rotation),
                simulated,
                servers);
    }

    /** The key in the directory, which is made when there is none. */
    static ApiKey apiKey(Path workDirectory, SecureRandom random) throws IOException {
        Path file = workDirectory.resolve("api-key");
        if (Files.exists(file)) {
            try {
                return ApiKey.of(Files.readString(file));
            } catch (IllegalArgumentException e) {
                throw new UsageException(
                        file + " holds no API key: " + e.getMessage() + "; remove the file to get a new one", e);
            }
        }
        ApiKey made = ApiKey.fresh(random);
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap((made.text() + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        return made;
    }
}
