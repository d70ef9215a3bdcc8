package dev.onboard.testbed;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onboard.account.Account;
import dev.onboard.account.IssuerCredentials;
import dev.onboard.account.IssuerType;
import dev.onboard.account.Issuers.Issuer;
import dev.onboard.account.Issuers.NewIssuer;
import dev.onboard.account.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The programs on this machine that sign certificates: {@code DIR/issuer-commands.json}, an object of arrays by issuer
 * name (0600). It is written on this machine alone; the interface neither shows nor changes it.
 */
public final class IssuerCommands {
    private static final String FILE = "issuer-commands.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private IssuerCommands() {}

    /**
     * The commands of this work directory, program first; none when there is no file.
     *
     * @throws UsageException when the file is not what it should be
     */
    static Map<String, List<String>> read(Path workDirectory) {
        Path file = workDirectory.resolve(FILE);
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            Map<String, List<String>> commands =
                    JSON.readValue(Files.readAllBytes(file), new TypeReference<TreeMap<String, List<String>>>() {});
            commands.forEach((name, command) -> {
                if (command == null || command.isEmpty()) {
                    throw new UsageException(file + ": '" + name + "' has no program; give [\"/path/program\", …]");
                }
            });
            return commands;
        } catch (IOException e) {
            throw new UsageException(
                    file + " is not an object of arrays such as {\"ca\": [\"/usr/local/bin/sign\"]}: " + e.getMessage(),
                    e);
        }
    }

    /** Adds a command, or exchanges it; a running testbed takes it up. */
    public static void write(Path workDirectory, String name, List<String> command) {
        Map<String, List<String>> commands = new TreeMap<>(read(workDirectory));
        commands.put(name, command);
        try {
            Path fresh = Files.createTempFile(
                    workDirectory,
                    FILE,
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(fresh, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(commands));
            Files.move(
                    fresh,
                    workDirectory.resolve(FILE),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UsageException(workDirectory + " cannot be written: " + e, e);
        }
    }

    /** Every command is an issuer of the account, inactive until somebody makes it active. */
    static void store(Account account, Map<String, List<String>> commands) {
        for (String name : commands.keySet()) {
            List<Issuer> present =
                    account.issuers().list(Query.all().where("name", name)).entries();
            if (present.isEmpty()) {
                account.issuers()
                        .add(new NewIssuer(
                                name,
                                "a command on this machine",
                                IssuerType.COMMAND,
                                Map.of(),
                                IssuerCredentials.of(Map.of())));
            } else if (present.get(0).type() != IssuerType.COMMAND) {
                throw new UsageException(FILE + ": '" + name + "' is the name of certificate issuer "
                        + present.get(0).id() + " of type " + present.get(0).type()
                        + " already; give the command another name");
            }
        }
    }
}
