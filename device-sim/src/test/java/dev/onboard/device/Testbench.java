package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.StaticModel;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.node.codec.DefaultLwM2mEncoder;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.util.datatype.ULong;

/** A factory, a bootstrap server, an LwM2M server and a fleet, all real, on loopback, for one test. */
final class Testbench implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(30);
    static final InstantSource CLOCK = InstantSource.system();
    static final SecureRandom RANDOM = new SecureRandom();
    private static final StaticModel MODEL = new StaticModel(ObjectLoader.loadDefault());

    final Path directory;
    final Factory factory = Factory.found("Test factory", CLOCK, RANDOM);
    final CertificateAuthority bootstrapServerCa = authority("Bootstrap server CA");
    final CertificateAuthority lwm2mServerCa = authority("LwM2M server CA");
    final CertificateAuthority deviceCa = authority("LwM2M device CA");
    final AtomicReference<TrustPolicy> bootstrapTrust = new AtomicReference<>(
            trusting(Purpose.DEVICE_AT_BOOTSTRAP, factory.authority(1).certificate()));
    final AtomicReference<TrustPolicy> lwm2mTrust =
            new AtomicReference<>(trusting(Purpose.DEVICE_AT_LWM2M, deviceCa.certificate()));
    final DtlsThreads threads;
    final Journal journal;
    final ScriptedServer bootstrap;
    final ScriptedServer lwm2m;
    final Credential lwm2mServer;
    final Fleet fleet;
    final DeviceOptions options;
    /** Where each registered device is, and what its registration said. */
    final Map<String, Registered> registered = new ConcurrentHashMap<>();
    /** What every POST /bs and every POST /rd is answered. */
    volatile ResponseCode bootstrapAnswer = ResponseCode.CHANGED;

    volatile ResponseCode registrationAnswer = ResponseCode.CREATED;
    volatile ResponseCode updateAnswer = ResponseCode.CHANGED;
    final java.util.concurrent.BlockingQueue<List<String>> bootstrapQueries =
            new java.util.concurrent.LinkedBlockingQueue<>();
    /** What the script itself did wrong. */
    final List<Throwable> faults = new java.util.concurrent.CopyOnWriteArrayList<>();
    /** The requests that the LwM2M server got, but for registrations. */
    final java.util.concurrent.BlockingQueue<Request> later = new java.util.concurrent.LinkedBlockingQueue<>();
    /** What every bootstrap does. */
    volatile BootstrapScript script = this::good;
    /** The answers of the devices to the bootstrap. */
    final Map<String, List<Response>> answers = new ConcurrentHashMap<>();

    record Registered(EndpointContext context, List<String> query, String links) {}

    /** The requests of one bootstrap. */
    interface BootstrapScript {
        List<Request> requests(String endpoint) throws Exception;
    }

    Testbench(Path directory) throws Exception {
        this(directory, options -> options);
    }

    Testbench(Path directory, java.util.function.UnaryOperator<DeviceOptions> change) throws Exception {
        this.directory = directory;
        this.threads = DtlsThreads.start("bench");
        this.journal = Journal.open(directory.resolve("events.jsonl"), CLOCK);
        InetAddress loopback = InetAddress.getLoopbackAddress();
        this.bootstrap = new ScriptedServer(
                bootstrapServerCa.issue(CertificateRecipe.server("localhost", loopback)), bootstrapTrust, threads);
        this.lwm2mServer = lwm2mServerCa.issue(CertificateRecipe.server("localhost", loopback));
        this.lwm2m = new ScriptedServer(lwm2mServer, lwm2mTrust, threads);
        bootstrap.onRequest(this::bootstrapRequest);
        lwm2m.onRequest(this::lwm2mRequest);
        this.options = change.apply(DeviceOptions.standard(CLOCK)
                .withBackoff(Backoff.PLATFORM.scaled(0.005))
                .withDisk(Disk.swift()));
        this.fleet = Fleet.with(threads, journal, options, RANDOM)
                .transmission(Transmission.impatient())
                .build();
    }

    static CertificateAuthority authority(String name) {
        return CertificateAuthority.root(CertificateRecipe.ca(name), CLOCK, RANDOM);
    }

    static TrustPolicy trusting(Purpose purpose, X509Certificate ca) {
        return TrustPolicy.forPurpose(purpose)
                .anchors(List.of(TrustAnchor.authority("trusted", ca)))
                .build();
    }

    FactoryOrder order(String endpoint) {
        return FactoryOrder.of(EndpointName.of(endpoint), bootstrap.uri("localhost"), bootstrapServerCa.certificate());
    }

    SimulatedDevice device(String endpoint) throws IOException {
        return device(factory.make(order(endpoint)));
    }

    SimulatedDevice device(DeviceBundle bundle) throws IOException {
        return fleet.add(bundle, BundleFiles.write(directory.resolve("devices"), bundle));
    }

    Path home(String endpoint) {
        return directory.resolve("devices").resolve(EndpointName.of(endpoint).directory());
    }

    private void bootstrapRequest(Exchange exchange) {
        Request request = exchange.getRequest();
        String endpoint = query(request, "ep");
        if (request.getCode() != Code.POST
                || !request.getOptions().getUriPathString().equals("bs")) {
            exchange.sendResponse(new Response(ResponseCode.NOT_FOUND));
            return;
        }
        bootstrapQueries.add(request.getOptions().getUriQuery());
        EndpointContext device = request.getSourceContext();
        List<Response> received = new ArrayList<>();
        ResponseCode answer = bootstrapAnswer;
        if (answer == ResponseCode.CHANGED) {
            // before the device can tell of it
            answers.put(endpoint, received);
        }
        exchange.sendResponse(new Response(answer));
        if (answer != ResponseCode.CHANGED) {
            return;
        }
        threads.io().execute(() -> {
            try {
                next(device, script.requests(endpoint), 0, received);
            } catch (Throwable e) {
                faults.add(e);
            }
        });
    }

    private void next(EndpointContext device, List<Request> requests, int index, List<Response> received) {
        if (index < requests.size()) {
            bootstrap.send(device, requests.get(index)).thenAccept(answer -> {
                synchronized (received) {
                    received.add(answer);
                    received.notifyAll();
                }
                next(device, requests, index + 1, received);
            });
        }
    }

    /** The answers of this device, when there are so many. */
    List<Response> answers(String endpoint, int count) throws InterruptedException {
        event(endpoint, Stage.ADMISSION, e -> true);
        List<Response> received = answers.computeIfAbsent(endpoint, e -> new ArrayList<>());
        long deadline = System.nanoTime() + SOON.toNanos();
        synchronized (received) {
            while (received.size() < count && System.nanoTime() < deadline) {
                received.wait(100);
            }
            assertThat(received).hasSizeGreaterThanOrEqualTo(count);
            return List.copyOf(received);
        }
    }

    private void lwm2mRequest(Exchange exchange) {
        Request request = exchange.getRequest();
        switch (request.getOptions().getUriPathString()) {
            case "rd" -> {
                if (registrationAnswer != ResponseCode.CREATED) {
                    exchange.sendResponse(new Response(registrationAnswer));
                    return;
                }
                registered.put(
                        query(request, "ep"),
                        new Registered(
                                request.getSourceContext(),
                                request.getOptions().getUriQuery(),
                                request.getPayloadString()));
                Response created = new Response(ResponseCode.CREATED);
                created.getOptions().setLocationPath("rd/" + registered.size());
                exchange.sendResponse(created);
            }
            default -> {
                exchange.sendResponse(
                        new Response(request.getCode() == Code.DELETE ? ResponseCode.DELETED : updateAnswer));
                later.add(request);
            }
        }
    }

    static String query(Request request, String name) {
        return request.getOptions().getUriQuery().stream()
                .filter(part -> part.startsWith(name + "="))
                .map(part -> part.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** What a good bootstrap server does. */
    List<Request> good(String endpoint) throws Exception {
        return List.of(
                delete("/0"),
                delete("/1"),
                write("/1/0", ContentFormat.TLV, server(300)),
                write("/0/1", ContentFormat.TLV, security(deviceCa.issue(CertificateRecipe.device(endpoint)))),
                finish());
    }

    List<LwM2mResource> security(Credential credential) throws CertificateEncodingException {
        return new ArrayList<>(List.of(
                LwM2mSingleResource.newStringResource(0, lwm2m.uri("localhost").toString()),
                LwM2mSingleResource.newBooleanResource(1, false),
                LwM2mSingleResource.newIntegerResource(2, 2),
                LwM2mSingleResource.newBinaryResource(
                        3, credential.certificate().getEncoded()),
                LwM2mSingleResource.newBinaryResource(
                        4, lwm2mServerCa.certificate().getEncoded()),
                LwM2mSingleResource.newBinaryResource(5, credential.privateKeyPkcs8()),
                LwM2mSingleResource.newIntegerResource(10, 101),
                LwM2mSingleResource.newUnsignedIntegerResource(15, ULong.valueOf(2))));
    }

    static List<LwM2mResource> server(long lifetime) {
        return new ArrayList<>(List.of(
                LwM2mSingleResource.newIntegerResource(0, 101),
                LwM2mSingleResource.newIntegerResource(1, lifetime),
                LwM2mSingleResource.newBooleanResource(6, false),
                LwM2mSingleResource.newStringResource(7, "U")));
    }

    static Request delete(String path) {
        Request request = Request.newDelete();
        request.getOptions().setUriPath(path);
        return request;
    }

    static Request finish() {
        Request request = Request.newPost();
        request.getOptions().setUriPath("bs");
        return request;
    }

    static Request write(String path, ContentFormat format, List<LwM2mResource> resources) {
        LwM2mPath target = new LwM2mPath(path);
        Request request = Request.newPut();
        request.getOptions().setUriPath(path).setContentFormat(format.getCode());
        request.setPayload(new DefaultLwM2mEncoder()
                .encode(new LwM2mObjectInstance(target.getObjectInstanceId(), resources), format, target, MODEL));
        return request;
    }

    Event event(String endpoint, Stage stage, Predicate<Event> more) {
        return journal.await(e -> e.stage() == stage && e.endpoint().orElse("").equals(endpoint) && more.test(e), SOON)
                .orElseThrow(
                        () -> new AssertionError("no such event " + stage + " of " + endpoint + " in:\n" + timeline()));
    }

    String timeline() {
        StringBuilder lines = new StringBuilder();
        faults.forEach(fault -> lines.append(fault).append('\n'));
        try (var events = journal.events()) {
            events.forEach(event -> lines.append(event).append('\n'));
        }
        return lines.toString();
    }

    void awaitAll(DeviceState... states) throws InterruptedException {
        assertThat(fleet.await(Set.of(states), SOON))
                .as(() -> fleet.count() + "\n" + timeline())
                .isEqualTo(Fleet.Reached.ALL);
    }

    /** How many events of this device are in the journal. */
    long count(String endpoint, Stage stage) {
        try (var events = journal.events()) {
            return events.filter(
                            e -> e.stage() == stage && e.endpoint().orElse("").equals(endpoint))
                    .count();
        }
    }

    Registered registered(String endpoint) {
        Registered found = registered.get(endpoint);
        if (found == null) {
            throw new AssertionError(endpoint + " is not registered:\n" + timeline());
        }
        return found;
    }

    Response ask(String endpoint, Request request) throws Exception {
        return lwm2m.send(registered(endpoint).context(), request).get();
    }

    @Override
    public void close() {
        fleet.close();
        bootstrap.close();
        lwm2m.close();
        threads.close();
        journal.close();
    }
}
