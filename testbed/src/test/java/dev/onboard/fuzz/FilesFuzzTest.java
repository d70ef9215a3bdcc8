package dev.onboard.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.ServerAccount;
import dev.onboard.device.ServerObject;
import dev.onboard.dtls.CaptureCut;
import dev.onboard.dtls.internal.PcapngBlocks;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.BundleVerification;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Corpus;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.UnreadableFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Everything that reads files of a directory, held to {@link Fuzzer}. */
class FilesFuzzTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CertificateAuthority CA =
            CertificateAuthority.root(CertificateRecipe.ca("Server CA"), CLOCK, RANDOM);

    @TempDir
    Path directory;

    @Test
    void bundles() throws Exception {
        Factory factory = Factory.found("Acme", CLOCK, RANDOM);
        Path device = BundleFiles.write(
                directory,
                factory.make(FactoryOrder.of(
                        EndpointName.of("meter-7"), URI.create("coaps://localhost:5784"), CA.certificate())));
        Path file = device.resolve("factory/bundle.json");
        List<byte[]> samples = List.of(Files.readAllBytes(file));
        Fuzzer.of(
                        "bundles as directories",
                        input -> {
                            Files.write(file, input);
                            assertThat(BundleFiles.read(device).mode()).isNotNull();
                        },
                        UnreadableFileException.class)
                .run(300, samples);
        Fuzzer.of(
                        "verification of bundles",
                        input -> {
                            Files.write(file, input);
                            assertThat(BundleVerification.of(
                                            device, BundleVerification.Demand.PLATFORM, CLOCK.instant()))
                                    .isNotNull();
                        },
                        UnreadableFileException.class)
                .run(200, samples);
    }

    @Test
    void whatADeviceKeeps() throws Exception {
        CredentialStore store = new CredentialStore(directory, Disk.swift());
        store.save(new ServerAccount(
                        1,
                        URI.create("coaps://one:5684"),
                        CA.issue(CertificateRecipe.device("x")),
                        CA.certificate().getEncoded(),
                        CertificateUsage.TRUST_ANCHOR_ASSERTION,
                        MatchingType.EXACT,
                        Optional.of("server"),
                        ServerObject.of(101, 300))
                .withSuites(List.of(0xc02b)));
        Path file = directory.resolve("lwm2m/account.json");
        Fuzzer.of(
                        "a device's account",
                        input -> {
                            Files.write(file, input);
                            assertThat(store.load()).isPresent();
                        },
                        UnreadableFileException.class)
                .run(300, List.of(Files.readAllBytes(file)));
    }

    @Test
    void captures() throws Exception {
        InetSocketAddress client = new InetSocketAddress("127.0.0.1", 40_000);
        InetSocketAddress server = new InetSocketAddress("::1", 5684);
        byte[] hello = new byte[120];
        hello[0] = 22;
        hello[13] = 1;
        ByteArrayOutputStream capture = new ByteArrayOutputStream();
        for (ByteBuffer block : List.of(
                PcapngBlocks.begin(),
                PcapngBlocks.secrets(ascii("CLIENT_RANDOM " + "00".repeat(32) + " " + "11".repeat(48) + "\n")),
                PcapngBlocks.datagram(Instant.EPOCH, client, new InetSocketAddress("127.0.0.1", 5684), wrap(hello)),
                PcapngBlocks.datagram(Instant.EPOCH, server, new InetSocketAddress("::1", 4000), wrap(hello)))) {
            byte[] octets = new byte[block.remaining()];
            block.get(octets);
            capture.writeBytes(octets);
        }
        Path file = directory.resolve("capture.pcapng");
        Path cut = directory.resolve("cut.pcapng");
        Fuzzer.of(
                        "captures",
                        input -> {
                            Files.write(file, input);
                            CaptureCut.cut(file, cut, (address, time) -> true);
                        },
                        IOException.class)
                .run(400, List.of(capture.toByteArray()));
    }

    private static ByteBuffer wrap(byte[] octets) {
        return ByteBuffer.wrap(octets);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void journals() throws Exception {
        Path file = directory.resolve("events.jsonl");
        try (Journal journal = Journal.open(file, CLOCK)) {
            journal.record(Event.of(Stage.BOOTSTRAP_HANDSHAKE, Party.BOOTSTRAP_SERVER)
                    .endpoint("meter-7")
                    .refused(Party.BOOTSTRAP_SERVER, "unknown-ca")
                    .alert(48)
                    .detail("nobody knows")
                    .fact("peer", "127.0.0.1:1"));
            journal.record(Event.of(Stage.REGISTERED, Party.LWM2M_SERVER).endpoint("meter-7"));
            journal.flush();
        }
        List<byte[]> samples = List.of(Files.readAllBytes(file));
        // a line that is no event is left out, and said in the log, of which there would be much
        Logger log = (Logger) LoggerFactory.getLogger(Journal.class);
        Level level = log.getLevel();
        log.setLevel(Level.OFF);
        try {
            journals(file, samples);
        } finally {
            log.setLevel(level);
        }
    }

    private static void journals(Path file, List<byte[]> samples) {
        Fuzzer.of(
                        "journals",
                        input -> {
                            Files.write(file, input);
                            try (Stream<Event> events = Journal.read(file)) {
                                events.forEach(
                                        event -> assertThat(event.stage()).isNotNull());
                            }
                        },
                        UncheckedIOException.class)
                .run(300, samples);
        Fuzzer.of(
                        "journals that are gone on with",
                        input -> {
                            Files.write(file, input);
                            Journal.open(file, CLOCK).close();
                        },
                        IOException.class)
                .run(50, samples);
    }

    @Test
    void corpora() throws Exception {
        String pem = CredentialFiles.pem(List.of(CA.certificate())).replace("\n", "\\n");
        String corpus = "{\"testcases\":[{\"id\":\"a::b\",\"features\":[\"x\"],\"trusted_certs\":[\"" + pem
                + "\"],\"untrusted_intermediates\":[],\"peer_certificate\":\"" + pem
                + "\",\"validation_time\":\"2026-03-01T12:00:00Z\",\"validation_kind\":\"SERVER\","
                + "\"expected_peer_name\":{\"kind\":\"DNS\",\"value\":\"example.com\"},\"max_chain_depth\":2,"
                + "\"expected_result\":\"FAILURE\"}]}";
        Path file = directory.resolve("limbo.json");
        Fuzzer.of(
                        "corpora of certificates",
                        input -> {
                            Files.write(file, input);
                            assertThat(Corpus.read(file).cases()).isNotNull();
                        },
                        IOException.class)
                .run(300, List.of(ascii(corpus)));
    }
}
