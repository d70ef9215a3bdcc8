package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.account.Service;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Purpose;
import dev.onboard.server.Registered;
import dev.onboard.testbed.OnboardExtension;
import dev.onboard.testbed.TestDevice;
import dev.onboard.testbed.Workbench;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A device that may come in, and then reaches for what is another's or sends what no device would send. Its name at {@code /bs} is
 * held against its certificate in {@code DoorsIT}.
 */
class HostileDeviceIT {
    private static final int MESSAGES = Boolean.getBoolean("onboard.heavy") ? 200_000 : 4_000;
    private static final int AT_ONCE = 20;

    @RegisterExtension
    static final OnboardExtension onboard = OnboardExtension.create();

    private final long seed = Long.getLong("onboard.seed", System.nanoTime());
    private Workbench bench;
    private DtlsThreads threads;
    private Credential hostile;

    @BeforeEach
    void start() throws Exception {
        bench = onboard.bench();
        threads = DtlsThreads.start("hostile");
        hostile = bench.factoryCa().issue(CertificateRecipe.device("hostile"));
        for (Service service : Service.values()) {
            if (bench.account().trustedCertificates().list().stream().noneMatch(each -> each.service() == service)) {
                bench.trust(service, bench.factoryCa().chain());
            }
        }
    }

    @AfterEach
    void stop() {
        threads.close();
    }

    @Test
    void anothersRegistrationIsNeitherUpdatedNorEnded() throws Exception {
        TestDevice victim = onboard.device("victim").powerOn().awaitRegistered();
        Registered before = bench.lwm2mServer().registration("victim").orElseThrow();
        long mark = lastEvent();
        try (RawCoap device = atLwm2mServer()) {
            Request update = Request.newPost();
            update.getOptions().setUriPath("rd/" + before.id()).addUriQuery("lt=1");
            assertThat(device.ask(update)).startsWith("4.");
            Request end = Request.newDelete();
            end.getOptions().setUriPath("rd/" + before.id());
            assertThat(device.ask(end)).startsWith("4.");
            assertThat(refusals(mark, "not-your-registration")).hasSize(2).allSatisfy(event -> {
                assertThat(event.endpoint()).contains("victim");
                assertThat(event.refusedBy()).contains(Party.LWM2M_SERVER);
                assertThat(event.detail().orElseThrow()).contains("x509=hostile");
            });

            Request register = Request.newPost();
            register.getOptions()
                    .setUriPath("rd")
                    .addUriQuery("ep=victim")
                    .addUriQuery("lt=60")
                    .addUriQuery("lwm2m=1.1");
            register.setPayload("</1/0>,</3/0>");
            assertThat(device.ask(register)).startsWith("4.00endpoint-mismatch");
            assertThat(refusals(mark, "endpoint-mismatch")).hasSize(1);
        }
        assertThat(bench.lwm2mServer().registration("victim")).contains(before);
        assertThat(bench.lwm2mServer()
                        .read("victim", "/3/0/0")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .isNotNull();
        assertThat(victim.device().state().word()).isEqualTo("registered");
    }

    /** RFC 7959, 2.4: a device may ask for small blocks, and is told what is wrong in them. */
    @Test
    void anErrorIsToldInBlocksOfTheSizeThatItsDeviceAskedFor() throws Exception {
        try (RawCoap device = atLwm2mServer()) {
            for (int szx = 0; szx < 7; szx++) {
                for (int number = 0; number < 3; number++) {
                    Request register =
                            post("rd", "</1/0>".getBytes(StandardCharsets.US_ASCII), 40, "ep=another", "lt=60");
                    register.getOptions().setBlock2(szx, false, number);
                    String answer = device.ask(register);
                    assertThat(answer)
                            .as("block %d of %d octets", number, 16 << szx)
                            .startsWith("4.00");
                    if (number == 0) {
                        assertThat(answer.length() - 4).isLessThanOrEqualTo(16 << szx);
                    }
                }
            }
        }
        try (RawCoap device = atBootstrapServer()) {
            Request request = post("bs", new byte[0], 40, "ep=another");
            request.getOptions().setBlock2(0, false, 0);
            assertThat(device.ask(request)).startsWith("4.00endpoint-mismat");
        }
    }

    /** RFC 7959, 2.2: a block of 16 octets has no more; both servers say so, and go on. */
    @Test
    void aBodyLargerThanItsOwnBlockIsAnsweredWithBadRequest() throws Exception {
        try (RawCoap device = atLwm2mServer()) {
            assertThat(device.ask(largerThanItsBlock(device, "rd"))).startsWith("4.00");
            assertThat(device.isAlive()).isTrue();
        }
        try (RawCoap device = atBootstrapServer()) {
            assertThat(device.ask(largerThanItsBlock(device, "bs"))).startsWith("4.00");
            assertThat(device.isAlive()).isTrue();
        }
    }

    /** A last block of 1024 octets at most that has 40, said to be one of 16. */
    private static byte[] largerThanItsBlock(RawCoap device, String path) {
        Request request = post(path, new byte[40], 40);
        request.getOptions().setBlock1(6, false, 1);
        byte[] octets = device.octets(request);
        int block = octets.length - 40 - 2;
        assertThat(octets[block]).as("number 1, the last, of 1024 octets").isEqualTo((byte) 0x16);
        octets[block] = 0x10;
        return octets;
    }

    @Test
    void whatNoDeviceWouldSendIsRefusedAndTheLwm2mServerServesOthers() throws Exception {
        onboard.device("bystander").powerOn().awaitRegistered();
        try (RawCoap device = atLwm2mServer()) {
            mutate(device, lwm2mRequests());
        }
        assertThat(bench.lwm2mServer()
                        .read("bystander", "/3/0/0")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .isNotNull();
        onboard.device("after-garbage").powerOn().awaitRegistered();
    }

    @Test
    void whatNoDeviceWouldSendIsRefusedAndTheBootstrapServerServesOthers() throws Exception {
        try (RawCoap device = atBootstrapServer()) {
            mutate(device, bootstrapRequests());
        }
        onboard.device("bootstrapped-after-garbage").powerOn().awaitRegistered();
    }

    private RawCoap atLwm2mServer() throws Exception {
        return new RawCoap(
                threads,
                UnderAttackIT.address(bench.lwm2mUri()),
                hostile,
                Purpose.LWM2M_SERVER,
                bench.lwm2mServerCa().certificate());
    }

    private RawCoap atBootstrapServer() throws Exception {
        return new RawCoap(
                threads,
                UnderAttackIT.address(bench.bootstrapUri()),
                hostile,
                Purpose.BOOTSTRAP_SERVER,
                bench.bootstrapServerCa().certificate());
    }

    /** Registration with link format, update, Send in each format, and what is fetched. */
    private static List<Supplier<Request>> lwm2mRequests() {
        byte[] json = "[{\"bn\":\"/3/0/\",\"n\":\"0\",\"vs\":\"Acme\"},{\"n\":\"9\",\"v\":95}]"
                .getBytes(StandardCharsets.US_ASCII);
        byte[] cbor = {(byte) 0x81, (byte) 0xa3, 0x21, 0x65, '/', '3', '/', '0', '/', 0x00, 0x61, '9', 0x02, 0x18, 0x5f
        };
        byte[] tlv = {(byte) 0xc8, 0, 4, 'A', 'c', 'm', 'e', (byte) 0xc1, 9, 0x5f};
        String links = "</>;rt=\"oma.lwm2m\";ct=110,</1/0>,</3/0>;ver=1.1,</5>;\"a\"=1";
        return List.of(
                () -> post(
                        "rd", links.getBytes(StandardCharsets.US_ASCII), 40, "ep=hostile", "lt=60", "lwm2m=1.1", "b=U"),
                () -> post("rd/0123456789", new byte[0], 40, "lt=60"),
                () -> post("dp", json, 110),
                () -> post("dp", cbor, 112),
                () -> post("dp", tlv, 11542),
                () -> get(".well-known/core"),
                () -> post(".well-known/est/sren", tlv, 286));
    }

    private static List<Supplier<Request>> bootstrapRequests() {
        return List.of(
                () -> post("bs", new byte[0], 40, "ep=another", "pct=112"),
                () -> post("bs", new byte[0], 40, "ep=" + "x".repeat(65)),
                () -> post("bs", new byte[] {1, 2, 3}, 11542, "ep=another", "iep=1"),
                () -> get(".well-known/core"),
                () -> get("bspack"),
                () -> post(".well-known/est/sen", new byte[] {0x30, 3, 2, 1, 1}, 286));
    }

    private static Request post(String path, byte[] payload, int format, String... query) {
        Request request = Request.newPost();
        request.getOptions().setUriPath(path).setContentFormat(format);
        Arrays.stream(query).forEach(request.getOptions()::addUriQuery);
        request.setPayload(payload);
        return request;
    }

    private static Request get(String path) {
        Request request = Request.newGet();
        request.getOptions().setUriPath(path);
        return request;
    }

    /** Changed messages, some at a time; none is answered with 5.00, and the session stays. */
    private void mutate(RawCoap device, List<Supplier<Request>> requests) throws Exception {
        Random random = new Random(seed);
        Map<String, Integer> codes = new TreeMap<>();
        List<String> faults = new ArrayList<>();
        long start = System.nanoTime();
        assertThat(device.isAlive()).as("a session").isTrue();
        for (int i = 0; i < MESSAGES; i++) {
            byte[] message =
                    device.octets(requests.get(random.nextInt(requests.size())).get());
            device.send(changed(message, random));
            if (i % AT_ONCE == AT_ONCE - 1) {
                assertThat(device.isAlive())
                        .as("alive after message %d of seed %d", i, seed)
                        .isTrue();
                for (Optional<byte[]> each = device.received(); each.isPresent(); each = device.received()) {
                    byte[] answer = each.get();
                    String text = answer.length < 4 ? "short" : RawCoap.text(answer);
                    codes.merge(text.substring(0, 4), 1, Integer::sum);
                    if (text.startsWith("5.00")) {
                        faults.add(text);
                    }
                }
            }
        }
        System.out.printf(
                "%d changed messages in %d ms (seed %d), answers %s%n",
                MESSAGES, (System.nanoTime() - start) / 1_000_000, seed, codes);
        assertThat(faults).as("answers 5.00 of seed %d", seed).isEmpty();
        assertThat(codes.keySet()).as("answers").anyMatch(code -> code.startsWith("4."));
    }

    /** One to three changes behind the message id and the token: an octet, a bit, a cut, something twice, something of chance. */
    private static byte[] changed(byte[] message, Random random) {
        byte[] now = message;
        int fixed = 6;
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = fixed + random.nextInt(Math.max(1, now.length - fixed));
            switch (random.nextInt(6)) {
                case 0 -> now[Math.min(at, now.length - 1)] = (byte) random.nextInt(256);
                case 1 -> now[Math.min(at, now.length - 1)] ^= (byte) (1 << random.nextInt(8));
                case 2 -> now = Arrays.copyOf(now, Math.max(fixed + 1, at));
                case 3 -> now = spliced(now, at, Arrays.copyOfRange(now, at, Math.min(now.length, at + 8)));
                case 4 -> {
                    byte[] chance = new byte[1 + random.nextInt(40)];
                    random.nextBytes(chance);
                    now = spliced(now, at, chance);
                }
                default -> now[1] = (byte) random.nextInt(256);
            }
        }
        return now;
    }

    private static byte[] spliced(byte[] message, int at, byte[] more) {
        byte[] all = Arrays.copyOf(message, message.length + more.length);
        int place = Math.min(at, message.length);
        System.arraycopy(message, place, all, place + more.length, message.length - place);
        System.arraycopy(more, 0, all, place, more.length);
        return all;
    }

    private long lastEvent() {
        List<Event> sofar = bench.timeline();
        return sofar.isEmpty() ? 0 : sofar.get(sofar.size() - 1).id();
    }

    private List<Event> refusals(long mark, String reason) {
        bench.journal()
                .await(
                        event -> event.id() > mark && event.reason().equals(Optional.of(reason)),
                        Duration.ofSeconds(10));
        return bench.timeline().stream()
                .filter(event -> event.id() > mark
                        && event.outcome() == Outcome.REFUSED
                        && event.reason().equals(Optional.of(reason)))
                .toList();
    }
}
