package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.internal.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
    @TempDir
    Path work;

    @Test
    void aDatabaseOfANewerOnboardIsRefused() throws IOException, SQLException {
        try (OpenAccount open = OpenAccount.in(work)) {
            open.account.close();
            try (Connection connection = open.connection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO flyway_schema_history SELECT 99, '99', description, type, script, "
                        + "checksum, installed_by, installed_on, execution_time, success FROM flyway_schema_history "
                        + "WHERE installed_rank = 1");
            }
            assertThatThrownBy(open::reopen)
                    .isInstanceOf(AccountException.class)
                    .hasMessageMatching("the account database .* has schema version 99, made by a newer Onboard.*")
                    .hasMessageEndingWith("Start it with that Onboard, or give another work directory.");
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

    /** Writes that wait are committed together; one that fails is undone alone. */
    @Test
    void aWriteThatFailsIsUndoneAlone() {
        Database database = OpenAccount.database(work);
        try (Storage storage = Storage.open(OpenAccount.backend(database))) {
            CountDownLatch queued = new CountDownLatch(1);
            CompletableFuture<Boolean> held = storage.write(handle -> {
                OpenAccount.await(queued);
                return true;
            });
            List<CompletableFuture<Integer>> kept = new ArrayList<>();
            List<CompletableFuture<Integer>> refused = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String name = "kept-" + i;
                kept.add(storage.write(handle -> insert(handle, name)));
                refused.add(storage.write(handle -> {
                    insert(handle, "refused-" + name);
                    throw AccountException.conflict("name", "is taken");
                }));
            }
            queued.countDown();
            assertThat(held.join()).isTrue();
            assertThat(kept).allSatisfy(write -> assertThat(write.join()).isEqualTo(1));
            assertThat(refused)
                    .allSatisfy(write -> assertThatThrownBy(() -> Storage.await(write))
                            .isInstanceOfSatisfying(
                                    AccountException.class,
                                    e -> assertThat(e.kind()).isEqualTo(AccountException.Kind.CONFLICT)));
            assertThat(inserted(storage)).containsExactly("kept-0", "kept-1", "kept-2");
        }
    }

    private static List<String> inserted(Storage storage) {
        return storage.read(handle -> handle.createQuery(
                        "SELECT fingerprint FROM device_authority WHERE created_at = 7 ORDER BY fingerprint")
                .mapTo(String.class)
                .list());
    }

    /** Nobody waits for it, and it is committed all the same: with the next write, without one, and at the end. */
    @Test
    void whatNobodyWaitsForIsCommitted() {
        Database database = OpenAccount.database(work);
        try (Storage storage = Storage.open(OpenAccount.backend(database))) {
            List<CompletableFuture<Integer>> before = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String name = "before-" + i;
                before.add(storage.writeSoon(handle -> insert(handle, name)));
            }
            storage.write(handle -> insert(handle, "next")).join();
            assertThat(inserted(storage)).containsExactly("before-0", "before-1", "before-2", "next");
            assertThat(before).allSatisfy(write -> assertThat(write.join()).isEqualTo(1));

            assertThat(storage.writeSoon(handle -> insert(handle, "without")).join())
                    .isEqualTo(1);
            assertThat(inserted(storage)).contains("without");

            storage.writeSoon(handle -> insert(handle, "at-the-end"));
        }
        try (Storage storage = Storage.open(OpenAccount.backend(database))) {
            assertThat(inserted(storage)).contains("at-the-end");
        }
    }

    private static int insert(Handle handle, String name) {
        return handle.execute(
                "INSERT INTO device_authority (fingerprint, chain, created_at) VALUES (?, ?, 7)", name, new byte[] {1});
    }

    /** Kills a process in the middle of concurrent writes: everything it acknowledged is there, and nothing is there half. */
    @Test
    void aKillLosesNothingThatWasAcknowledged() throws IOException, InterruptedException, SQLException {
        int kills = Boolean.getBoolean("onboard.heavy") ? 100 : 3;
        Set<String> acknowledged = new HashSet<>();
        Database database = OpenAccount.database(work);
        for (int round = 0; round < kills; round++) {
            int before = acknowledged.size();
            Process process = OpenAccount.child(database, WritingProcess.class, work.toString(), "round-" + round);
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
        try (OpenAccount open = OpenAccount.in(work, database)) {
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
        if (database instanceof Database.Directory) {
            try (Connection connection = OpenAccount.connection(database);
                    Statement statement = connection.createStatement();
                    var check = statement.executeQuery("PRAGMA integrity_check")) {
                assertThat(check.next()).isTrue();
                assertThat(check.getString(1)).isEqualTo("ok");
            }
        }
    }
}
