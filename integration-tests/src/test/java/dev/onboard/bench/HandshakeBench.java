package dev.onboard.bench;

import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.dtls.internal.DtlsClientSide;
import dev.onboard.dtls.internal.DtlsSettings;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.CoapEndpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code onboard bench handshake}. */
@Command(
        name = "handshake",
        mixinStandardHelpOptions = true,
        description =
                "Mutual DTLS handshakes with the bootstrap server, both sides in this process, and one CoAP request after each.")
final class HandshakeBench implements Callable<Integer> {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final SecureRandom RANDOM = new SecureRandom();

    @Option(names = "--handshakes", defaultValue = "1000", description = "In each round. Default: ${DEFAULT-VALUE}")
    private int handshakes;

    @Option(
            names = "--concurrency",
            defaultValue = "16",
            description = "So many on their way at a time. Default: ${DEFAULT-VALUE}")
    private int concurrency;

    @Option(names = "--rounds", defaultValue = "5", description = "The first one warms up. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("onboard-bench-");
        CertificateAuthority factory = CertificateAuthority.root(CertificateRecipe.ca("Factory CA"), CLOCK, RANDOM);
        Credential device = factory.issue(CertificateRecipe.device("bench"));
        try (Testbed testbed = Testbed.start(
                        TestbedOptions.in(folder.resolve("testbed")).withPorts(0, 0, 0), CLOCK, RANDOM);
                DtlsThreads threads = DtlsThreads.start("devices")) {
            testbed.account()
                    .trustedCertificates()
                    .add(NewTrustedCertificate.of("bench", Service.BOOTSTRAP, List.of(factory.certificate())));
            TrustPolicy trust = TrustPolicy.forPurpose(Purpose.BOOTSTRAP_SERVER)
                    .anchors(List.of(TrustAnchor.authority("server-ca", testbed.bootstrapServerCa())))
                    .expectedName("localhost")
                    .build();
            DtlsClientSide client = new DtlsClientSide(
                    threads, DtlsSettings.device(Transmission.STANDARD), List.of(InetAddress.getLoopbackAddress()));
            System.out.println(Machine.sentence());
            for (int i = 1; i <= rounds; i++) {
                round(i, testbed.running().bootstrapUri(), client, device, trust);
            }
        }
        return 0;
    }

    private void round(int number, URI server, DtlsClientSide client, Credential device, TrustPolicy trust)
            throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
        OnTheirWay onTheirWay = new OnTheirWay(new Load(concurrency, 0));
        ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        Usage before = Usage.now();
        long begin = System.nanoTime();
        for (int i = 0; i < handshakes; i++) {
            onTheirWay.begin();
            long start = System.nanoTime();
            CoapEndpoint endpoint = client.endpoint(device, trust, CLOCK, record -> {});
            endpoint.start();
            Request request = Request.newGet();
            request.getOptions().setUriPath("/.well-known/core");
            request.setDestinationContext(DtlsClientSide.destination(address, "localhost"));
            request.addMessageObserver(new MessageObserverAdapter() {
                @Override
                public void onResponse(Response response) {
                    nanos.add(System.nanoTime() - start);
                    endpoint.destroy();
                    onTheirWay.arrived();
                }

                @Override
                protected void failed() {
                    endpoint.destroy();
                    onTheirWay.failed("a handshake failed; events.jsonl says why");
                }
            });
            endpoint.sendRequest(request);
        }
        onTheirWay.awaitAll();
        double seconds = (System.nanoTime() - begin) / 1e9;
        Usage used = Usage.now().since(before);
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "round %d: %.0f per second, %.2f CPU-ms each, p50 %.1f ms, p99 %.1f ms%n",
                number,
                handshakes / seconds,
                (double) used.cpuMillis() / handshakes,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6);
    }
}
