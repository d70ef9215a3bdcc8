package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.FleetLimits;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Journal;
import dev.onboard.pki.CredentialFiles;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The devices of a fleet, in a process of their own. */
final class FleetDevices implements Contest.Orders {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Nothing came to an end for so long. */
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private final Path folder;
    private final Journal journal;
    private final DtlsThreads threads;
    private final Factory factory;
    private @Nullable Fleet fleet;

    FleetDevices(Path folder) throws Exception {
        this.folder = Files.createDirectories(folder.resolve("devices"));
        factory = Factory.found("Bench " + folder.getFileName(), CLOCK, RANDOM); // no two of one name are trusted
        journal = Journal.open(folder.resolve("devices.jsonl"), CLOCK);
        threads = DtlsThreads.start("devices");
    }

    @Override
    public ObjectNode carryOut(JsonNode order) throws Exception {
        return switch (order.path("do").asText()) {
            case "root" -> Json.object().put("pem", CredentialFiles.pem(factory.chain(1)));
            case "make" -> make(order);
            case "onboard" -> onboard();
            case "measure" -> Part.now().json();
            default -> throw new BenchException("the devices do not know what '" + order + "' is");
        };
    }

    private ObjectNode make(JsonNode order) throws Exception {
        int count = order.path("devices").asInt();
        int atOnce = order.path("concurrency").asInt();
        FleetLimits limits = FleetLimits.ofThisProcess();
        limits.refusal(count, atOnce).ifPresent(why -> {
            throw new BenchException(why);
        });
        URI uri = URI.create(order.path("bootstrap_uri").asText());
        X509Certificate ca = CredentialFiles.readCertificates(
                        order.path("bootstrap_server_ca").asText().getBytes(StandardCharsets.US_ASCII), "the servers")
                .get(0);
        int process = order.path("process").asInt();
        Fleet made = Fleet.with(threads, journal, DeviceOptions.standard(CLOCK), RANDOM)
                .localAddresses(in(process, limits.loopback(count)))
                .startConcurrency(atOnce)
                .build();
        fleet = made;
        for (int i = 1; i <= count; i++) {
            EndpointName name = EndpointName.of("fleet-" + process + "-" + i);
            made.add(
                    factory.make(FactoryOrder.of(name, uri, ca)),
                    Files.createDirectories(folder.resolve(name.directory())));
        }
        return Json.object().put("addresses", limits.addresses(count));
    }

    /** As many addresses that no other process has: 127.0.P.1 and so on. */
    private static List<InetAddress> in(int process, List<InetAddress> loopback) throws UnknownHostException {
        List<InetAddress> own = new ArrayList<>();
        for (InetAddress address : loopback) {
            byte[] octets = address.getAddress();
            octets[2] = (byte) process;
            own.add(InetAddress.getByAddress(octets));
        }
        return own;
    }

    private ObjectNode onboard() throws InterruptedException {
        Fleet all = java.util.Objects.requireNonNull(fleet, "no devices were made");
        long start = System.nanoTime();
        all.powerOn();
        int registered = 0;
        while (all.await(Set.of(DeviceState.REGISTERED), PATIENCE) != Fleet.Reached.ALL) {
            int before = registered;
            registered = all.count().getOrDefault(DeviceState.REGISTERED, 0);
            if (registered == before) {
                throw new BenchException("nothing moves any more: " + all.count());
            }
        }
        return Json.object().put("elapsed_ms", (System.nanoTime() - start) / 1e6);
    }

    @Override
    public void close() {
        if (fleet != null) {
            fleet.close();
        }
        threads.close();
        journal.close();
    }
}
