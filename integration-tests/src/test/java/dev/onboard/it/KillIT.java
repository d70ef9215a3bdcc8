package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.postgres.PostgresServer;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of the whole testbed while CAs are uploaded and devices onboard, again and again: after each restart
 * everything that was acknowledged is there, nothing is there half, and no serial was used twice. Three kills; a hundred
 * with {@code -Pheavy}; a quarter of them on PostgreSQL.
 */
class KillIT {
    private static final int KILLS = Boolean.getBoolean("onboard.heavy") ? 100 : 3;
    private static final int UPLOADERS = 3;
    private static final int DEVICES = 20;
    /** One in so many uploads stays. */
    private static final int KEPT = 10;

    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    /** Acknowledged uploads: name by id. */
    private final Map<String, String> uploads = new ConcurrentHashMap<>();
    /** Acknowledged removals: name by id. */
    private final Map<String, String> removals = new ConcurrentHashMap<>();
    /** Certificates that devices received: endpoint name by serial. */
    private final Map<String, String> certificates = new ConcurrentHashMap<>();

    private int checked;

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLost() throws Exception {
        kill(KILLS);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLostOnPostgreSql() throws Exception {
        kill(Math.max(1, KILLS / 4), "--database", PostgresServer.need().newDatabase());
    }

    private void kill(int kills, Object... arguments) throws Exception {
        long seed = RANDOM.nextLong();
        System.out.println("seed of the moments to kill at: " + seed);
        Random moments = new Random(seed);
        Factory factory = Factory.found("Factory of devices that live long", CLOCK, RANDOM);
        List<X509Certificate> chain = factory.chain(1);
        Path work = folder.resolve("work");
        try (Cli cli = new Cli(Cli.folder(folder, "home"))) {
            Cli.Up up = cli.up(work, 0, 0, arguments);
            upload(up, "factory", chain.get(chain.size() - 1));
            for (int round = 0; round < kills; round++) {
                load(up, factory, round, 1 + moments.nextInt(DEVICES / 2));
                up = cli.up(work, 0, 0, arguments); // its old ports may be somebody else's by now
                check(up);
            }
        }
        System.out.printf(
                "%d kills: %d acknowledged uploads, %d removals and %d certificates in devices, all as acknowledged;"
                        + " %d certificates in the account, no serial twice%n",
                kills, uploads.size(), removals.size(), certificates.size(), checked);
        assertThat(certificates).hasSizeGreaterThanOrEqualTo(kills);
        assertThat(removals).hasSizeGreaterThanOrEqualTo(kills);
    }

    /** Uploads, removes and onboards at the same time, and kills after so many registrations. */
    private void load(Cli.Up up, Factory factory, int round, int registrations) throws Exception {
        CountDownLatch enough = new CountDownLatch(registrations);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        Thread[] uploaders = new Thread[UPLOADERS];
        for (int i = 0; i < UPLOADERS; i++) {
            String prefix = "ca-" + round + "-" + i + "-";
            uploaders[i] = new Thread(() -> upload(up, prefix, failures));
            uploaders[i].start();
        }
        Path home = Cli.folder(folder, "devices-" + round);
        X509Certificate serverCa = CredentialFiles.readCertificates(
                        up.workDirectory().resolve("ca/bootstrap-server-ca.cert.pem"))
                .get(0);
        URI bootstrap = URI.create(up.endpoints().path("bootstrap_uri").asText());
        try (Journal journal = Journal.open(home.resolve("devices.jsonl"), CLOCK);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(threads, journal, DeviceOptions.standard(CLOCK), RANDOM)
                        .build()) {
            for (int i = 0; i < DEVICES; i++) {
                EndpointName name = EndpointName.of("d-" + round + "-" + i);
                DeviceBundle bundle = factory.make(FactoryOrder.of(name, bootstrap, serverCa));
                BundleFiles.write(home, bundle);
                fleet.add(bundle, home.resolve(name.directory()));
            }
            fleet.subscribe((device, state) -> {
                if (state == DeviceState.REGISTERED) {
                    enough.countDown();
                }
            });
            fleet.powerOn();
            boolean reached = enough.await(60, TimeUnit.SECONDS);
            assertThat(reached)
                    .as(() -> failures + " " + fleet.count() + " " + timeline(journal))
                    .isTrue();
            up.kill();
        }
        for (Thread uploader : uploaders) {
            uploader.join();
        }
        assertThat(failures).isEmpty();
        for (int i = 0; i < DEVICES; i++) {
            String endpoint = "d-" + round + "-" + i;
            Path certificate = home.resolve(endpoint).resolve("lwm2m/device.cert.pem");
            if (Files.exists(certificate)) {
                String serial = CredentialFiles.readCertificates(certificate)
                        .get(0)
                        .getSerialNumber()
                        .toString(16);
                assertThat(certificates.put(serial, endpoint))
                        .as("serial " + serial)
                        .isNull();
            }
        }
    }

    private static String timeline(Journal journal) {
        try (Stream<Event> events = journal.events()) {
            return events.skip(60).limit(200).map(Event::toString).collect(Collectors.joining("\n"));
        }
    }

    /** Uploads as fast as the testbed takes it; most uploads are removed again. */
    private void upload(Cli.Up up, String prefix, Queue<Throwable> failures) {
        try {
            for (int number = 0; ; number++) {
                String name = prefix + number;
                CertificateAuthority ca = CertificateAuthority.root(CertificateRecipe.ca(name), CLOCK, RANDOM);
                String id = upload(up, name, ca.certificate());
                if (number % KEPT != 0) {
                    uploads.remove(id); // until its removal is acknowledged nobody can say whether it is there
                    assertThat(call(up, "DELETE", "/v3/trusted-certificates/" + id, "")
                                    .statusCode())
                            .isEqualTo(204);
                    removals.put(id, name);
                }
            }
        } catch (IOException e) {
            // the testbed was killed, which ends this
        } catch (Exception | AssertionError e) {
            failures.add(e);
        }
    }

    private String upload(Cli.Up up, String name, X509Certificate certificate) throws Exception {
        ObjectNode document = Cli.JSON
                .createObjectNode()
                .put("name", name)
                .put("service", "bootstrap")
                .put("certificate", CredentialFiles.pem(List.of(certificate)));
        HttpResponse<String> answer = call(up, "POST", "/v3/trusted-certificates", document.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        String id = Cli.JSON.readTree(answer.body()).path("id").asText();
        uploads.put(id, name);
        return id;
    }

    private HttpResponse<String> call(Cli.Up up, String method, String path, String body) throws Exception {
        String key = Files.readString(up.workDirectory().resolve("api-key")).strip();
        return http.send(
                HttpRequest.newBuilder(
                                URI.create(up.endpoints().path("management_uri").asText() + path))
                        .header("Authorization", "Bearer " + key)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void check(Cli.Up up) throws Exception {
        Map<String, JsonNode> trusted = all(up, "/v3/trusted-certificates");
        uploads.forEach((id, name) -> {
            assertThat(trusted.getOrDefault(id, Cli.JSON.missingNode())
                            .path("name")
                            .asText())
                    .as("the upload of " + name + ", " + id)
                    .isEqualTo(name);
        });
        removals.forEach(
                (id, name) -> assertThat(trusted).as("the removal of " + name).doesNotContainKey(id));
        trusted.values().forEach(one -> {
            assertThat(one.path("certificate").asText()).contains("-----END CERTIFICATE-----");
            assertThat(one.path("valid").asBoolean()).isTrue();
        });
        Map<String, JsonNode> issued = all(up, "/testbed/issued-certificates");
        Map<String, JsonNode> devices = all(up, "/v3/devices");
        Map<String, String> endpoints = new HashMap<>();
        issued.values().forEach(one -> {
            String serial = one.path("serial").asText();
            assertThat(endpoints.put(serial, one.path("endpoint_name").asText()))
                    .as("serial " + serial + " once")
                    .isNull();
            assertThat(devices)
                    .as("the device of " + serial)
                    .containsKey(one.path("device_id").asText());
        });
        certificates.forEach((serial, endpoint) -> assertThat(endpoints.get(serial))
                .as("whose certificate " + serial + " is in the account, which " + endpoint + " received")
                .isEqualTo(endpoint));
        checked = issued.size();
    }

    private Map<String, JsonNode> all(Cli.Up up, String path) throws Exception {
        Map<String, JsonNode> entries = new ConcurrentHashMap<>();
        String after = "";
        JsonNode page;
        do {
            HttpResponse<String> answer = call(up, "GET", path + "?limit=1000" + after, "");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            page = Cli.JSON.readTree(answer.body());
            for (JsonNode entry : page.path("data")) {
                entries.put(entry.path("id").asText(), entry);
                after = "&after=" + entry.path("id").asText();
            }
        } while (page.path("has_more").asBoolean());
        return entries;
    }
}
