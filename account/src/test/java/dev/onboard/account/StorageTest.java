package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
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
    void aDatabaseOfANewerOnboardIsRefused() throws IOException, SQLException {
        try (OpenAccount open = OpenAccount.in(work)) {
            open.account.close();
            Path file = open.directory.resolve("account.db");
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO flyway_schema_history SELECT 99, '99', description, type, script, "
                        + "checksum, installed_by, installed_on, execution_time, success FROM flyway_schema_history "
                        + "WHERE installed_rank = 1");
            }
            assertThatThrownBy(open::reopen)
                    .isInstanceOf(AccountException.class)
                    .hasMessageStartingWith("the account database " + file + " has schema version 99, made by a newer")
                    .hasMessageEndingWith("Start it with that Onboard, or give another work directory.");
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

    @Test
    void idAndContentsOutliveTheProcess() throws IOException {
        try (OpenAccount open = OpenAccount.in(work)) {
            String id = open.account.id();
            assertThat(id).matches("[a-f0-9]{32}");
            assertThat(open.reopen().id()).isEqualTo(id);
        }
    }

    @Test
    void writesAfterCloseAreRefused() throws IOException {
        try (OpenAccount open = OpenAccount.in(work)) {
            open.account.close();
            assertThatThrownBy(() -> open.account.devices().add(NewDevice.of("late")))
                    .isInstanceOf(AccountException.class)
                    .hasMessageEndingWith("is closed");
        }
    }

    /** Kills a process in the middle of concurrent writes: everything it acknowledged is there, and nothing is there half. */
    @Test
    void aKillLosesNothingThatWasAcknowledged() throws IOException, InterruptedException, SQLException {
        int kills = Boolean.getBoolean("onboard.heavy") ? 100 : 3;
        Set<String> acknowledged = new HashSet<>();
        for (int round = 0; round < kills; round++) {
            int before = acknowledged.size();
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            WritingProcess.class.getName(),
                            work.toString(),
                            "round-" + round)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = out.readLine();
                while (line != null) {
                    if (line.endsWith(" .")) {
                        acknowledged.add(line);
                    }
                    if (acknowledged.size() == before + 200) {
                        ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
                    }
                    line = out.readLine();
                }
            }
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(before + 200);
        }
        try (OpenAccount open = OpenAccount.in(work)) {
            List<String> serials = new ArrayList<>();
            for (String line : acknowledged) {
                String[] words = line.split(" ");
                Device device = open.account.devices().byEndpoint(words[0]).orElseThrow();
                IssuedCertificate issued =
                        open.account.issuedCertificates().bySerial(words[1]).orElseThrow();
                assertThat(issued.deviceId()).isEqualTo(device.id());
                serials.add(words[1]);
            }
            assertThat(serials).doesNotHaveDuplicates();
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + work.resolve("account/account.db"));
                Statement statement = connection.createStatement();
                var check = statement.executeQuery("PRAGMA integrity_check")) {
            assertThat(check.next()).isTrue();
            assertThat(check.getString(1)).isEqualTo("ok");
        }
    }
}
