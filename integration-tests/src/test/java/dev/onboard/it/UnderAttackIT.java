package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.RawPeer;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.testbed.OnboardExtension;
import dev.onboard.testbed.TestDevice;
import dev.onboard.testbed.Workbench;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Strangers who never finish a handshake, or finish it with the wrong certificate, beside devices that onboard. What is asserted are
 * counts, bounds and reasons; latencies are printed, and ten times as many strangers come with {@code -Pheavy}.
 */
class UnderAttackIT {
    private static final boolean HEAVY = Boolean.getBoolean("onboard.heavy");
    private static final int AMPLIFICATION = 3;
    private static final int ATTACKERS = 4;
    /** Of a stranger; where many come and are not heard, the next one comes soon. */
    private static final Duration PATIENCE = HEAVY ? Duration.ofMillis(200) : Duration.ofSeconds(30);

    @RegisterExtension
    static final OnboardExtension onboard = OnboardExtension.create();

    private final long seed = Long.getLong("onboard.seed", System.nanoTime());
    private Workbench bench;

    @BeforeEach
    void bench() {
        bench = onboard.bench();
    }

    /** RFC 6347, 4.2.1 against amplification; what no peer has proved the address of is answered with less than it sent, about. */
    @Test
    void beforeTheCookieAServerSendsAtMostThreeTimesWhatItReceived() throws Exception {
        for (URI uri : List.of(bench.bootstrapUri(), bench.lwm2mUri())) {
            double worst = 0;
            for (int padding : new int[] {0, 1, 100, 500, 1200}) {
                try (PlainHello peer = new PlainHello(address(uri))) {
                    for (int i = 0; i < 20; i++) {
                        assertThat(peer.cookie(i, padding)).as("cookie").isPresent();
                    }
                    worst = Math.max(worst, bounded(peer, "a ClientHello with " + padding + " octets of padding"));
                }
            }
            Random random = new Random(seed);
            for (int length : new int[] {1, 12, 13, 14, 25, 26, 60, 100, 600, 1400, 9000}) {
                try (PlainHello peer = new PlainHello(address(uri))) {
                    for (int i = 0; i < 100; i++) {
                        peer.send(garbage(peer, random, length));
                    }
                    peer.another(random);
                    assertThat(peer.cookie(1_000_000, 0))
                            .as("the server answers still")
                            .isPresent();
                    worst = Math.max(worst, bounded(peer, "garbage of " + length + " octets"));
                }
            }
            System.out.printf("before the cookie %s answers at most %.2f times what it got%n", uri, worst);
        }
    }

    /** Nothing but chance; records of chance under a good header; a good ClientHello of which octets are others, or less. */
    private static byte[] garbage(PlainHello peer, Random random, int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        int kind = random.nextInt(3);
        if (kind == 1 && length > 13) {
            int size = length - 13;
            byte[] header = {(byte) (20 + random.nextInt(6)), (byte) 0xfe, (byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 5};
            System.arraycopy(header, 0, octets, 0, header.length);
            octets[11] = (byte) (size >> 8);
            octets[12] = (byte) size;
        } else if (kind == 2) {
            byte[] hello = peer.hello(random.nextInt(1000), new byte[0], 0);
            for (int i = 0; i < 3; i++) {
                hello[random.nextInt(hello.length)] ^= (byte) (1 + random.nextInt(255));
            }
            return Arrays.copyOf(hello, Math.min(length, hello.length));
        }
        return octets;
    }

    /** How many times what it got the server sent to this peer, all that is still on its way included. */
    private static double bounded(PlainHello peer, String what) throws IOException {
        while (peer.receive(100).isPresent()) {
            // counted
        }
        assertThat(peer.received())
                .as(what + ": octets sent back for " + peer.sent())
                .isLessThanOrEqualTo(AMPLIFICATION * peer.sent());
        return (double) peer.received() / peer.sent();
    }

    @Test
    void aFloodOfClientHellosWithoutCookieLeavesNothingBehind() throws Exception {
        onboard.device("before-the-flood").powerOn().awaitRegistered();
        int each = (HEAVY ? 200_000 : 20_000) / ATTACKERS;
        int connections = bench.bootstrapServer().openConnections();
        long heap = heap();
        Random random = new Random(seed);
        long start = System.nanoTime();
        List<Callable<Integer>> flood = attackers(() -> {
            Random own;
            synchronized (random) {
                own = new Random(random.nextLong());
            }
            try (PlainHello peer = new PlainHello(address(bench.bootstrapUri()))) {
                for (int i = 0; i < each; i++) {
                    peer.another(own);
                    peer.send(peer.hello(i, new byte[0], own.nextInt(200)));
                }
                return each;
            }
        });
        TestDevice good = onboard.device("in-the-flood");
        int sent = beside(flood, () -> good.powerOn().awaitRegistered());
        long millis = (System.nanoTime() - start) / 1_000_000;

        int left = bench.bootstrapServer().openConnections() - connections;
        long grown = heap() - heap;
        System.out.printf(
                "%d ClientHellos without cookie in %d ms (seed %d): %d connection(s) more, heap %+d KB%n",
                sent, millis, seed, left, grown / 1024);
        assertThat(left).as("connections: of the good device, at most").isLessThanOrEqualTo(1);
        assertThat(grown).as("octets of heap").isLessThan(16L << 20);
    }

    @Test
    void handshakesThatNeverFinishKeepNobodyOut() throws Exception {
        int each = (HEAVY ? 5_000 : 600) / ATTACKERS;
        long heap = heap();
        List<PlainHello> peers = new ArrayList<>();
        InetAddress elsewhere = InetAddress.getByName("127.0.0.2");
        try {
            List<Callable<Integer>> strangers = attackers(() -> {
                int begun = 0;
                for (int i = 0; i < each; i++) {
                    PlainHello peer = new PlainHello(elsewhere, address(bench.bootstrapUri()));
                    synchronized (peers) {
                        peers.add(peer);
                    }
                    if (peer.beginHandshake()) {
                        begun++;
                        // of a Certificate message that would be large, the last piece
                        peer.send(PlainHello.message(2, 11, 131_000, 130_900, 2, new byte[100]));
                    }
                }
                return begun;
            });
            TestDevice good = onboard.device("beside-half-open");
            int begun = beside(strangers, () -> good.powerOn().awaitRegistered());
            int open = bench.bootstrapServer().openConnections();
            assertThat(begun).as("begun").isGreaterThan(0);
            long grown = (heap() - heap) / begun;
            System.out.printf(
                    "%d handshakes begun and left alone: %d connections, %d octets of heap for each%n",
                    begun, open, grown);
            assertThat(grown)
                    .as("octets of heap for a handshake whose peer claims 131,000")
                    .isLessThan(100_000);
            assertThat(bench.timeline().stream()
                            .filter(event -> event.reason().equals(Optional.of("handshake-fault"))
                                    && event.detail().orElse("").contains("other handshakes have messages of more"))
                            .count())
                    .as("refusals for want of room")
                    .isGreaterThan(begun / 2);
            onboard.device("after-half-open").powerOn().awaitRegistered();
        } finally {
            for (PlainHello peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void strangersAreRefusedForTheirReasonAndGoodDevicesRegister() throws Exception {
        int each = (HEAVY ? 10_000 : 200) / ATTACKERS;
        onboard("warming-up", HEAVY ? 100 : 1, () -> false);
        List<Duration> alone = onboard("alone", HEAVY ? 300 : 10, () -> false);
        AtomicInteger atWork = new AtomicInteger(ATTACKERS);
        CertificateAuthority foreign = Servers.ca("Foreign factory");
        Credential stranger = foreign.issue(CertificateRecipe.device("stranger"));
        RawPeer peer = RawPeer.presenting(List.of(stranger.certificate().getEncoded()), stranger.privateKey());
        InetAddress elsewhere = InetAddress.getByName("127.0.0.2");
        AtomicInteger unheard = new AtomicInteger();
        long mark = lastEvent();
        List<Callable<Integer>> crowd = attackers(() -> {
            int refused = 0;
            for (int i = 0; i < each; i++) {
                RawPeer.Report report = peer.connect(elsewhere, address(bench.bootstrapUri()), PATIENCE);
                if (report.result().equals(new RawPeer.Result.RefusedByPeer(48))) {
                    refused++;
                } else if (report.result().equals(new RawPeer.Result.Failed("the other side fell silent"))) {
                    unheard.incrementAndGet();
                }
            }
            atWork.decrementAndGet();
            return refused;
        });
        List<Duration> beside = new ArrayList<>();
        long start = System.nanoTime();
        int refused = beside(crowd, () -> beside.addAll(onboard("beside", 10, () -> HEAVY && atWork.get() > 0)));
        double seconds = (System.nanoTime() - start) / 1e9;
        long dropped = bench.bootstrapServer().turnedAway().forRefusals();

        System.out.printf(
                Locale.ROOT,
                "%d handshakes with a foreign certificate refused in %.1f s, %d strangers unheard (%d ClientHellos"
                        + " dropped); an onboarding takes %.0f ms (p50) and %.0f ms"
                        + " (p99) of %d alone, %.0f ms and %.0f ms of %d beside them: %.1f times and %.1f times as long%n",
                refused,
                seconds,
                unheard.get(),
                dropped,
                millis(alone, 50),
                millis(alone, 99),
                alone.size(),
                millis(beside, 50),
                millis(beside, 99),
                beside.size(),
                millis(beside, 50) / millis(alone, 50),
                millis(beside, 99) / millis(alone, 99));
        assertThat(refused + unheard.get())
                .as("refused with unknown_ca, or not heard because of those")
                .isEqualTo(each * ATTACKERS);
        assertThat(dropped).as("ClientHellos of those who were not heard").isGreaterThanOrEqualTo(unheard.get());
        assertThat(refused).isGreaterThanOrEqualTo(Math.min(each * ATTACKERS, 1000));
        assertThat(limits(mark))
                .as(
                        "it is said of the strangers' address alone, once in each pause, which 1000 refusals bring on at least")
                .allMatch(one -> one.startsWith("127.0.0.2:"))
                .hasSizeBetween(Math.min(1, unheard.get()), each * ATTACKERS / 1000);
        assertThat(bench.timeline().stream()
                        .filter(event -> event.id() > mark
                                && event.stage() == Stage.BOOTSTRAP_HANDSHAKE
                                && event.outcome() == Outcome.REFUSED
                                && event.reason().equals(Optional.of("unknown-ca")))
                        .count())
                .as("refusals in the journal with reason unknown-ca, those included that the stranger did not wait for")
                .isBetween((long) refused, (long) refused + unheard.get());
    }

    /** Whose ClientHellos were dropped, in the events since then. */
    private List<String> limits(long mark) {
        return bench.timeline().stream()
                .filter(event -> event.id() > mark && event.reason().equals(Optional.of("too-many-refusals")))
                .map(event -> event.facts().get("peer"))
                .toList();
    }

    /**
     * Devices one after the other, so many at least, and how long each took. Nobody looks for it in all that the journal has: that
     * would take longer the more strangers there were.
     */
    private static List<Duration> onboard(String prefix, int count, BooleanSupplier more) throws Exception {
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < count || more.getAsBoolean(); i++) {
            String name = prefix + "-" + i;
            CompletableFuture<Long> power = new CompletableFuture<>();
            CompletableFuture<Long> registered = new CompletableFuture<>();
            try (Journal.Subscription told = onboard.journal().subscribe(event -> {
                if (event.outcome() == Outcome.OK && event.endpoint().equals(Optional.of(name))) {
                    if (event.stage() == Stage.POWER) {
                        power.complete(System.nanoTime());
                    } else if (event.stage() == Stage.REGISTERED && event.party() == Party.LWM2M_SERVER) {
                        registered.complete(System.nanoTime());
                    }
                }
            })) {
                // that reads the whole journal before it gives power
                onboard.device(name).powerOn();
                long end = registered.get(60, TimeUnit.SECONDS);
                times.add(Duration.ofNanos(end - power.get(60, TimeUnit.SECONDS)));
            }
        }
        return times;
    }

    private static double millis(List<Duration> times, int percentile) {
        int rank = Math.min(times.size() - 1, times.size() * percentile / 100);
        return times.stream().sorted().toList().get(rank).toNanos() / 1e6;
    }

    private long lastEvent() {
        List<Event> sofar = bench.timeline();
        return sofar.isEmpty() ? 0 : sofar.get(sofar.size() - 1).id();
    }

    private static List<Callable<Integer>> attackers(Callable<Integer> one) {
        return java.util.Collections.nCopies(ATTACKERS, one);
    }

    private interface Meanwhile {
        void run() throws Exception;
    }

    /** The sum of what the attackers tell, who are at work meanwhile. */
    private static int beside(List<Callable<Integer>> attackers, Meanwhile meanwhile) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(attackers.size());
        try {
            List<Future<Integer>> results = new ArrayList<>();
            attackers.forEach(one -> results.add(threads.submit(one)));
            meanwhile.run();
            int sum = 0;
            for (Future<Integer> result : results) {
                sum += result.get();
            }
            return sum;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Octets in use after a collection. */
    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    static InetSocketAddress address(URI uri) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort());
    }
}
