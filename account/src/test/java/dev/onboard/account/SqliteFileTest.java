package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for an account in a directory. */
@org.junit.jupiter.api.condition.DisabledIfSystemProperty(named = "onboard.test.database", matches = "postgresql")
class SqliteFileTest {
    @TempDir
    Path work;

    @Test
    void onlyTheOwnerReadsTheFiles() throws IOException {
        try (OpenAccount open = OpenAccount.in(work)) {
            open.account.devices().add(NewDevice.of("dev-1"));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open.directory)))
                    .isEqualTo("rwx------");
            try (Stream<Path> files = Files.list(open.directory)) {
                List<Path> all = files.toList();
                assertThat(all).hasSizeGreaterThanOrEqualTo(3);
                for (Path file : all) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as(file.toString())
                            .isEqualTo("rw-------");
                }
            }
        }
    }

    @Test
    void aSecondAccountInTheSameDirectoryIsRefused() throws IOException {
        try (OpenAccount open = OpenAccount.in(work)) {
            assertThatThrownBy(() -> Account.open(
                            open.directory, open.deviceAuthority, open.clock, OpenAccount.RANDOM, open.journal))
                    .isInstanceOf(AccountException.class)
                    .hasMessage("the account in " + open.directory
                            + " is in use by a running testbed. Stop that one, or give another work directory.");
        }
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws IOException {
        try (OpenAccount open = OpenAccount.in(work)) {
            open.account.close();
            Files.writeString(open.directory.resolve("account.db"), "not a database, ".repeat(1000));
            assertThatThrownBy(open::reopen)
                    .isInstanceOf(AccountException.class)
                    .hasMessageContaining("account.db cannot be opened: the file is damaged or no database");
        }
    }
}
