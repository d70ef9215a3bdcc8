package dev.onboard.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onboard.account.ApiKeys.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaTest {
    @TempDir
    Path work;

    @Test
    void aDatabaseOfTheFirstVersionIsBroughtForwardWithItsContents() throws IOException, SQLException {
        try (OpenAccount open = OpenAccount.in(work)) {
            open.account.close();
            try (Connection connection = open.connection();
                    Statement statement = connection.createStatement()) {
                if (open.database instanceof Database.Server) {
                    statement.execute("DROP SCHEMA public CASCADE");
                    statement.execute("CREATE SCHEMA public");
                }
            }
            if (open.database instanceof Database.Directory) {
                java.nio.file.Files.delete(open.directory.resolve("account.db"));
            }
            Flyway.configure()
                    .dataSource(open.url(), null, null)
                    .locations("classpath:dev/onboard/account/migration")
                    .target("1")
                    .load()
                    .migrate();
            try (Connection connection = open.connection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO account (id, anchor_policy, created_at) VALUES ('"
                        + "0123456789abcdef".repeat(2) + "', 'testbed', 1)");
            }
            open.reopen();
            assertThat(open.account.id()).isEqualTo("0123456789abcdef".repeat(2));
            assertThat(open.account.anchorPolicy()).isEqualTo(AnchorPolicy.TESTBED);
            open.account.apiKeys().add("script", Access.READ_ONLY, "ak_something_long");
        }
    }

    @Test
    void apiKeysAreKeptAsDigestsAndRevoked() throws IOException, SQLException {
        try (OpenAccount open = OpenAccount.in(work)) {
            ApiKeys.Entry entry = open.account.apiKeys().add("script", Access.READ_ONLY, "ak_something_long");
            assertThat(open.reopen().apiKeys().check("ak_something_long")).hasValueSatisfying(found -> {
                assertThat(found.id()).isEqualTo(entry.id());
                assertThat(found.access()).isEqualTo(Access.READ_ONLY);
            });
            assertThat(open.account.apiKeys().check("ak_something_else")).isEmpty();
            open.account.apiKeys().revoke(entry.id());
            assertThat(open.account.apiKeys().check("ak_something_long")).isEmpty();
            assertThatThrownBy(() -> open.account.apiKeys().revoke(entry.id())).hasMessageContaining("no API key");
            open.account.apiKeys().add("script", Access.READ_ONLY, "ak_something_else");
            try (Connection connection = open.connection();
                    Statement statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT * FROM api_key")) {
                assertThat(row.next()).isTrue();
                for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                    assertThat(row.getString(column)).doesNotContain("ak_something_else");
                }
            }
        }
    }

    @Test
    void aListOfIdentitiesIsWorkedOffToItsEnd() throws IOException {
        try (OpenAccount open = OpenAccount.in(work)) {
            String first = "A-" + "00:".repeat(31) + "01";
            String second = "A-" + "00:".repeat(31) + "02";
            Enrollments.Job job = open.account
                    .enrollments()
                    .run(Enrollments.JobKind.UPLOAD, List.of(first, "nonsense", second, first));
            assertThat(job.total()).isEqualTo(4);
            assertThat(job.errors()).isEqualTo(2);
            assertThat(job.report())
                    .contains("\"" + first + "\",ok\n")
                    .contains("\"nonsense\",invalid\n")
                    .contains("\"" + first + "\",conflict\n");
            assertThat(open.account.enrollments().list(Query.all()).entries()).hasSize(2);
            assertThat(open.account.enrollments().job(job.id()))
                    .contains(open.account.enrollments().job(job.id()).orElseThrow());
            assertThat(open.account
                            .enrollments()
                            .run(Enrollments.JobKind.DELETE, List.of(second, second))
                            .errors())
                    .isEqualTo(1);
        }
    }
}
