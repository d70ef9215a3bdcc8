package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.Account;
import dev.onboard.account.AccountException;
import dev.onboard.account.Device;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.RevocationReason;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.account.TrustedCertificateChange;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.device.Backoff;
import dev.onboard.device.CredentialStore;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.Fleet;
import dev.onboard.device.RenewalSchedule;
import dev.onboard.device.ServerAccount;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.FaultyPath;
import dev.onboard.dtls.RawPeer;
import dev.onboard.dtls.Transmission;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.manifest.UpdateTrust;
import dev.onboard.pki.Alert;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.TrustRules;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.scenario.ForeignParties;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.Step;
import dev.onboard.server.LwM2mServer;
import dev.onboard.testbed.Workbench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * The stage of one scenario: a workbench of its own, clocks that stand still until they are moved, and the devices. It
 * carries steps out and judges nothing. Used by one thread.
 */
final class ScenarioRun implements AutoCloseable {
    /** What is exchanged is younger than what was there, by clocks that stand still. */
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    /** After so long without a message the LwM2M server takes a device in queue mode to sleep; the device does so when it is told. */
    private static final Duration NODS_OFF = Duration.ofMillis(300);

    /** The mode in which the EST server makes the keys. */
    static final String SERVER_KEYS = "est-server-keys";

    private final Scenario scenario;
    private final CertificateCase.Ready made;
    private final Sent sent;
    private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final MovableClock serverClock;
    private final MovableClock deviceClock;
    private final Trusting trusting;
    private final Workbench bench;
    private final LaterLife later;
    private final Optional<RawPeer.Listening> rawServer;
    private final List<Actor> actors = new ArrayList<>();
    private final Network network;
    private final PeerOptions peer;
    private final Payload payload;
    private final List<FaultyPath> paths = new ArrayList<>();
    private final List<Crowd> crowds = new ArrayList<>();
    private final long seed;
    private final ForeignParties foreign;
    private final Path directory;

    ScenarioRun(
            Scenario scenario,
            Path directory,
            DtlsThreads threads,
            SecureRandom random,
            long seed,
            ForeignParties foreign)
            throws IOException, NotObservableException {
        this.scenario = scenario;
        this.foreign = foreign;
        this.directory = directory;
        this.seed = seed;
        this.network = new Network(scenario.written().path("network"));
        this.peer = new PeerOptions(scenario.written().path("peer"));
        this.made = scenario.certificates().make(() -> start, random);
        this.payload = new Payload(scenario.written().path("deliver"), made.certificates());
        this.sent = new Sent(made.chain(), made.certificates().key(scenario.signsWith()));
        this.serverClock = new MovableClock(deviceJudges() ? start : made.at());
        this.deviceClock = new MovableClock(deviceJudges() ? made.at() : start);
        this.trusting = new Trusting(scenario.certificates(), made, service());
        checkThatItCanBeSeen();
        this.rawServer = deviceJudges() && (peer.isAsked() || sent.ofServer().isEmpty())
                ? Optional.of(peer.of(sent)
                        .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), this::recordWarning))
                : Optional.empty();
        this.bench = bench(directory, threads, random);
        this.later =
                new LaterLife(bench, made.certificates(), scenario.written().path("firmware"));
        for (int i = 1; i <= scenario.devices(); i++) {
            actors.add(actor(i));
        }
    }

    private boolean deviceJudges() {
        return scenario.leg().judge() == Party.DEVICE;
    }

    private Service service() {
        return scenario.leg().startsAtLwm2m() ? Service.LWM2M : Service.BOOTSTRAP;
    }

    private boolean hasTwoServers() {
        return scenario.written().path("servers").asInt(1) > 1;
    }

    private boolean usesQueueMode() {
        return scenario.written().path("queue-mode").asBoolean();
    }

    private boolean has(Class<? extends Step> kind) {
        return scenario.steps().stream().flatMap(Step::each).anyMatch(kind::isInstance);
    }

    private KeySource keys() {
        return switch (scenario.written().path("mode").asText()) {
            case "est", SERVER_KEYS -> KeySource.EST;
            case "platform-est" -> KeySource.PLATFORM_EST;
            default -> KeySource.BOOTSTRAP_SERVER;
        };
    }

    private RenewalSchedule schedule() {
        JsonNode at = scenario.written().path("renewal").path("at");
        return at.isMissingNode()
                ? RenewalSchedule.NEVER
                : RenewalSchedule.at(at.asDouble()).checking(Duration.ofMillis(100));
    }

    private void prepare(Account account) {
        JsonNode life = scenario.written().path("renewal").path("life");
        if (!life.isMissingNode()) {
            account.setCertificateLife(Duration.parse(life.asText()));
        }
        if (!deviceJudges()) {
            trusting.prepare(account, made.at());
        }
    }

    private Workbench bench(Path directory, DtlsThreads threads, SecureRandom random) throws IOException {
        DeviceOptions options =
                DeviceOptions.standard(deviceClock).withDisk(Disk.swift()).withRenewal(schedule());
        if (scenario.written().path("firmware").path("signer-expiry").asText().equals("refused")) {
            options = options.withSignerExpiry(UpdateTrust.Expiry.REFUSED);
        }
        if (scenario.written().path("mode").asText().equals(SERVER_KEYS)) {
            options = options.withEnrolmentKey(DeviceOptions.EnrolmentKey.EST_SERVER);
        }
        if (mayPass()) {
            options = options.withBackoff(Backoff.PLATFORM.scaled(0.01));
        }
        if (payload.isFaulty()) {
            options = options.withPatience(Duration.ofSeconds(4));
        }
        if (usesQueueMode()) {
            options = options.withQueueMode(DeviceOptions.USUALLY_AWAKE);
        }
        // who is refused is the scenario's matter, however often it is
        Transmission transmission = network.transmission();
        transmission = transmission.withSessions(transmission.sessions().withAnyRefusals());
        Workbench.Builder builder = Workbench.in(directory, threads, random)
                .clock(serverClock)
                .transmission(transmission)
                .awake(NODS_OFF)
                .delivering(payload)
                .keys(keys())
                .authorities(payload.authorities())
                .prepared(this::prepare)
                .ways(
                        way(threads, "bootstrap", foreign.bootstrapServer()),
                        way(threads, "lwm2m", foreign.lwm2mServer()));
        if (hasTwoServers()) {
            builder.secondLwm2mServer();
        }
        switch (scenario.leg()) {
            case DEVICE_BOOTSTRAP -> builder.bootstrapRules(trusting.rules());
            case DEVICE_LWM2M -> builder.lwm2mRules(trusting.rules());
            case BOOTSTRAP_SERVER -> {
                options = options.withRules(only(Purpose.BOOTSTRAP_SERVER));
                sent.ofServer().ifPresent(builder::bootstrapCredential);
            }
            case LWM2M_SERVER -> {
                options = options.withRules(only(Purpose.LWM2M_SERVER));
                sent.ofServer().ifPresent(builder::lwm2mCredential);
            }
            case EVALUATION -> throw new IllegalArgumentException("a scenario without a wire needs no workbench");
        }
        return builder.devices(options).start();
    }

    /** What is not ours cannot be made to do everything. */
    private void checkThatItCanBeSeen() throws NotObservableException {
        if (foreign.haveServers()) {
            if (deviceJudges()) {
                throw new NotObservableException("a foreign server has a certificate of its own");
            }
            if (payload.isFaulty() || hasTwoServers()) {
                throw new NotObservableException("a foreign bootstrap server decides itself what it delivers");
            }
            if (network.isFaulty()) {
                throw new NotObservableException("the way to a foreign server is its own");
            }
            if (scenario.steps().stream()
                    .flatMap(Step::each)
                    .anyMatch(step -> !(step instanceof Step.Power || step instanceof Step.Expect))) {
                throw new NotObservableException("its steps need an account of ours");
            }
        }
        if (foreign.device().isPresent()
                && (peer.isAsked() || !deviceJudges() && sent.ofDevice().isEmpty())) {
            throw new NotObservableException("no bundle makes a foreign device send this");
        }
        if (foreign.device().isPresent() && (has(Step.Deed.class) || has(Step.Rebind.class) || usesQueueMode())) {
            throw new NotObservableException(
                    "nobody tells a foreign device when to sleep and when to send, or moves it");
        }
        if (foreign.device().isPresent() && deviceJudges()) {
            String name = scenario.written().path("serverName").asText("localhost");
            if (!name.equals("localhost")) {
                throw new NotObservableException("a device reaches the server as localhost, not as " + name);
            }
            if (anchors().size() != 1) {
                throw new NotObservableException(
                        "a bundle has one server CA, not " + anchors().size());
            }
        }
        if (foreign.device().isPresent()
                && scenario.leg().startsAtLwm2m()
                && made.pin().isPresent()) {
            throw new NotObservableException("what bootstrap delivers is not in a device's bundle");
        }
    }

    /** What lies between devices and this server. */
    private UnaryOperator<URI> way(DtlsThreads threads, String server, Optional<URI> foreignServer) {
        if (!network.isFaultyTo(server) && !has(Step.Rebind.class)) {
            return uri -> foreignServer.orElse(uri);
        }
        return uri -> {
            try {
                FaultyPath path = FaultyPath.open(
                        threads,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort()),
                        network.faults(),
                        seed);
                paths.add(path);
                return URI.create("coaps://localhost:" + path.address().getPort());
            } catch (IOException e) {
                throw new UncheckedIOException("no port is left for the network of the scenario", e);
            }
        };
    }

    /** The rules of the case where a device judges the server that the scenario is about, the usual ones elsewhere. */
    private TrustRules only(Purpose purpose) {
        return policy -> policy.purpose() == purpose ? made.rules().apply(policy) : policy;
    }

    /** A device of the scenario: simulated, or a peer that sends what no simulated device would. */
    private sealed interface Actor {
        record Simulated(SimulatedDevice device, Path directory) implements Actor {}

        record Raw(RawPeer peer, InetSocketAddress server) implements Actor {}

        record Foreign(String endpoint, Command command) implements Actor {}
    }

    /** What this device shows: a certificate of its own like the leaf, or what the file says of it. */
    private Sent sentBy(int number) {
        JsonNode own = scenario.written().path("devices").path(number - 1);
        String alike = ScenarioReader.leafOf(number);
        if (own.isMissingNode() && number > 1 && made.certificates().ids().contains(alike)) {
            byte[] leaf = made.certificates().der("leaf");
            List<byte[]> chain = new ArrayList<>(sent.chain());
            chain.replaceAll(
                    one -> Arrays.equals(one, leaf) ? made.certificates().der(alike) : one);
            return new Sent(chain, made.certificates().key(alike));
        }
        if (own.isMissingNode()) {
            return sent;
        }
        List<byte[]> chain = new ArrayList<>();
        own.path("send").forEach(id -> chain.add(made.certificates().der(id.asText())));
        String first = own.path("send").path(0).asText("leaf");
        return new Sent(chain, made.certificates().key(own.path("signs-with").asText(first)));
    }

    private Actor actor(int number) throws IOException {
        boolean alike = deviceJudges()
                && scenario.devices() > 1
                && !scenario.written().path("devices").isArray();
        return actor(sentBy(number), alike ? "-" + number : "");
    }

    private Actor actor(Sent sent, String suffix) throws IOException {
        if (deviceJudges()) {
            EndpointName name = EndpointName.of("meter-7" + suffix);
            if (suffix.isEmpty() || suffix.equals("-1")) {
                bench.trust(
                        payload.isFaulty() ? Service.BOOTSTRAP : service(),
                        List.of(bench.factoryCa().certificate()));
            }
            return simulated(name, bench.factoryCa().issue(CertificateRecipe.device(name.value())));
        }
        Optional<Credential> ordinary = sent.ofDevice();
        Optional<EndpointName> name = endpointName(sent, suffix);
        if (ordinary.isPresent() && name.isPresent() && !peer.isAsked()) {
            return simulated(name.get(), ordinary.get());
        }
        return new Actor.Raw(
                peer.of(sent),
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), serverUri().getPort()));
    }

    private Actor simulated(EndpointName name, Credential credential) throws IOException {
        setUp(name);
        boolean fromTheFactory = isInLwm2mMode();
        DeviceBundle bundle = fromTheFactory ? bench.lwm2mBundle(name, credential) : bench.bundle(name, credential);
        bundle = bundle.withTrustStore(payload.trustStore()).withUpdateAuthenticity(later.authenticity());
        if (scenario.leg() == Leg.BOOTSTRAP_SERVER && rawServer.isPresent()) {
            bundle = bundle.withServer(rawUri(), bundle.serverCa());
        }
        if (foreign.serverCa().isPresent()) {
            bundle = bundle.withServer(bundle.serverUri(), foreign.serverCa().get());
        }
        if (foreign.device().isPresent()) {
            return foreign(bundle, name, credential);
        }
        // two devices may have one name, but no fleet has both, nor one directory
        boolean another = bench.fleet().device(name.value()).isPresent();
        Path directory = another
                ? bench.deviceDirectory(name).resolveSibling("another-" + actors.size())
                : bench.deviceDirectory(name);
        Files.createDirectories(directory);
        if (scenario.leg().startsAtLwm2m() && !fromTheFactory && !payload.isFaulty()) {
            new CredentialStore(directory, Disk.swift()).save(account(credential));
        }
        Fleet fleet = another ? bench.anotherFleet() : bench.fleet();
        return new Actor.Simulated(fleet.add(bundle, directory), directory);
    }

    /** Otherwise a device that starts at the LwM2M server has credentials from an earlier bootstrap, which may be any. */
    private boolean isInLwm2mMode() {
        return scenario.leg().startsAtLwm2m()
                && scenario.written().path("mode").asText().equals("lwm2m")
                && made.pin().isEmpty()
                && rawServer.isEmpty();
    }

    private Actor foreign(DeviceBundle usual, EndpointName name, Credential credential) throws IOException {
        DeviceBundle bundle = scenario.leg().startsAtLwm2m() ? bench.lwm2mBundle(name, credential) : usual;
        if (deviceJudges()) {
            URI uri = rawServer.isPresent() ? rawUri() : bundle.serverUri();
            bundle = bundle.withServer(uri, anchors().get(0).certificate());
        }
        Path written = BundleFiles.write(directory.resolve("bundles-" + actors.size()), bundle);
        return new Actor.Foreign(
                name.value(),
                new Command(
                        foreign.device().orElseThrow(),
                        Map.of(
                                "endpoint", name.value(),
                                "bundle", written.toString(),
                                "uri", bundle.serverUri().toString()),
                        directory.resolve("device.log")));
    }

    /** What the scenario trusts. */
    private List<TrustAnchor> anchors() {
        return made.rules().apply(TrustPolicy.forPurpose(made.purpose())).anchors();
    }

    /** Has the user's command bring the trust of foreign servers in line. */
    private void setUp(EndpointName name) throws IOException {
        if (foreign.setup().isEmpty()) {
            return;
        }
        Path trust = Files.createDirectories(directory.resolve("trust"));
        int number = 0;
        for (TrustAnchor anchor : anchors()) {
            List<X509Certificate> chain = new ArrayList<>(List.of(anchor.certificate()));
            chain.addAll(anchor.above());
            Files.writeString(trust.resolve("trusted-" + ++number + ".pem"), CredentialFiles.pem(chain));
        }
        URI server = serverUri();
        new Command(
                        foreign.setup().get(),
                        Map.of(
                                "endpoint", name.value(),
                                "trust", trust.toString(),
                                "service", service().word(),
                                "uri", server.toString()),
                        directory.resolve("setup.log"))
                .run();
    }

    private ServerAccount account(Credential credential) {
        ServerAccount account = made.pin().isPresent()
                ? bench.serverAccount(
                        credential,
                        made.pin().get(),
                        scenario.certificates().usage(),
                        scenario.certificates().matching())
                : bench.serverAccount(credential);
        if (foreign.serverCa().isPresent()) {
            account = account.withServerCa(foreign.serverCa().get());
        }
        return rawServer.isPresent() ? account.withUri(rawUri()) : account;
    }

    private URI rawUri() {
        return URI.create(
                "coaps://localhost:" + rawServer.orElseThrow().address().getPort());
    }

    private Optional<EndpointName> endpointName(Sent sent, String suffix) {
        String claimed = sent.ofDevice()
                .flatMap(credential -> EndpointIdentity.name(credential.certificate(), NamePolicy.COMMON_NAME_OR_URI))
                .orElse("meter-7");
        try {
            return Optional.of(EndpointName.of(made.endpoint().orElse(claimed) + suffix));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no simulated device takes such a name
        }
    }

    Workbench bench() {
        return bench;
    }

    Sent sent() {
        return sent;
    }

    Instant start() {
        return start;
    }

    /** Whether this device, or the server that the scenario is about, is a peer that goes no further than the handshake. */
    boolean isRaw(int number) {
        return isRawServer() || actors.get(number - 1) instanceof Actor.Raw;
    }

    /** How the commands ended that are devices of the user's, as far as they did; empty when all of them run. */
    String endedCommands() {
        List<String> ended = new ArrayList<>();
        for (Actor actor : actors) {
            if (actor instanceof Actor.Foreign foreignDevice) {
                foreignDevice.command().ended().ifPresent(ended::add);
            }
        }
        return String.join("; ", ended);
    }

    /** Whether every device of the user's ended of itself and badly. */
    boolean foreignFailed() {
        boolean any = false;
        for (Actor actor : actors) {
            if (actor instanceof Actor.Foreign foreignDevice) {
                if (!foreignDevice.command().failed()) {
                    return false;
                }
                any = true;
            }
        }
        return any;
    }

    /** Where a device says what became of the last firmware. */
    String updateResult() {
        return later.resultPath();
    }

    /** Whether a device that failed once may well succeed the next time. */
    boolean mayPass() {
        return network.isFaulty()
                || payload.isFaulty()
                || scenario.steps().stream()
                        .flatMap(Step::each)
                        .anyMatch(step -> step instanceof Step.Renew
                                || step instanceof Step.Rotate
                                || step instanceof Step.Deliver
                                || step instanceof Step.Crowd
                                || step instanceof Step.Flash);
    }

    /** Whether the server that the scenario is about is such a peer, which tells nothing of what it sees. */
    boolean isRawServer() {
        return rawServer.isPresent();
    }

    /** The endpoint name of this device; empty for a peer that is none. */
    Optional<String> endpoint(int number) {
        return actors.get(number - 1) instanceof Actor.Foreign foreignDevice
                ? Optional.of(foreignDevice.endpoint())
                : device(number).map(SimulatedDevice::endpoint);
    }

    /** The simulated device of this number; empty for a peer that is none. */
    Optional<SimulatedDevice> device(int number) {
        return actors.get(number - 1) instanceof Actor.Simulated simulated
                ? Optional.of(simulated.device())
                : Optional.empty();
    }

    /** The serial number of a certificate of the scenario, as events have it. */
    String serial(String id) {
        return made.certificates().certificate(id).getSerialNumber().toString(16);
    }

    /** How many devices there are. */
    int devices() {
        return actors.size();
    }

    /** The serial number of the LwM2M certificate that a device has; empty when it has none. */
    Optional<String> lwm2mSerial(int number) throws IOException {
        if (actors.get(number - 1) instanceof Actor.Simulated simulated) {
            return simulated
                    .device()
                    .keptAccount()
                    .map(account -> account.certificate().serial());
        }
        return Optional.empty();
    }

    /**
     * Does what a step says, and returns when it is done or begun.
     *
     * @throws AccountException when the account does not do it
     * @throws IOException when something else does not; the message is a sentence
     */
    void carryOut(Step step) throws IOException {
        if (step instanceof Step.Together together) {
            for (Step one : together.steps()) {
                carryOut(one);
            }
        } else if (step instanceof Step.Power power) {
            carryOut(power);
        } else if (step instanceof Step.Trust trust) {
            carryOut(trust);
        } else if (step instanceof Step.Clock clock) {
            serverClock.move(clock.servers());
            deviceClock.move(clock.devices());
        } else if (step instanceof Step.Operator operator) {
            carryOut(operator);
        } else if (step instanceof Step.Operation operation) {
            carryOut(operation);
        } else if (step instanceof Step.Deed deed) {
            carryOut(deed);
        } else if (step instanceof Step.Rebind) {
            paths.forEach(FaultyPath::rebind);
        } else if (step instanceof Step.Renew renew) {
            pass(A_MOMENT);
            later.renew(known(renew.device()));
        } else if (step instanceof Step.Rotate rotate) {
            pass(A_MOMENT);
            later.rotate(rotate);
        } else if (step instanceof Step.Update update) {
            List<String> endpoints = new ArrayList<>();
            for (int device = 1; device <= actors.size(); device++) {
                if (update.device() == 0 || update.device() == device) {
                    endpoints.add(known(device));
                }
            }
            later.update(update, endpoints);
        } else if (step instanceof Step.Crowd crowd) {
            List<byte[]> chain = new ArrayList<>();
            crowd.send().forEach(id -> chain.add(made.certificates().der(id)));
            KeyPair key = made.certificates().key(crowd.send().get(0));
            crowds.add(Crowd.of(
                    RawPeer.presenting(chain, key.getPrivate()),
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), serverUri().getPort()),
                    crowd.handshakes()));
        } else if (step instanceof Step.Deliver deliver) {
            payload.change(deliver.written());
        } else if (step instanceof Step.Flash flash) {
            if (!(actors.get(flash.device() - 1) instanceof Actor.Simulated simulated)) {
                throw new IOException("only a simulated device has a flash memory that can be reached");
            }
            later.flash(flash.what(), simulated.directory());
        } else {
            throw new IllegalArgumentException("an expectation is not carried out: " + step);
        }
    }

    /** The server of the leg, as devices know it. */
    private URI serverUri() {
        return scenario.leg().startsAtLwm2m() ? bench.lwm2mUri() : bench.bootstrapUri();
    }

    private void pass(Duration time) {
        serverClock.move(time);
        deviceClock.move(time);
    }

    private String known(int device) throws IOException {
        return endpoint(device)
                .orElseThrow(() -> new IOException("the account does not know a peer that is no device"));
    }

    private void carryOut(Step.Power power) throws IOException {
        Actor actor = actors.get(power.device() - 1);
        if (actor instanceof Actor.Raw raw) {
            record(raw.peer().connect(raw.server(), peer.patience()));
            return;
        }
        if (actor instanceof Actor.Foreign foreignDevice) {
            foreignDevice.command().close();
            switch (power.what()) {
                case POWER_ON, REBOOT -> foreignDevice.command().start();
                case CUT_POWER, SHUT_DOWN -> {
                    // it has ended
                }
                case FACTORY_RESET -> throw new IOException("nobody knows how to reset a foreign device");
            }
            return;
        }
        SimulatedDevice device = ((Actor.Simulated) actor).device();
        switch (power.what()) {
            case POWER_ON -> device.powerOn();
            case CUT_POWER -> device.cutPower();
            case SHUT_DOWN -> device.shutDown();
            case REBOOT -> device.reboot();
            case FACTORY_RESET -> device.factoryReset();
        }
    }

    /** What a peer that is no device saw is told as a device would tell it. */
    private void record(RawPeer.Report report) {
        Event.Draft event = Event.of(scenario.leg().handshake(), Party.DEVICE)
                .detail("seen by a peer that sends what it is told to and goes no further than the handshake");
        RawPeer.Result result = report.result();
        if (result instanceof RawPeer.Result.RefusedByPeer refused) {
            event.refused(
                            scenario.leg().judge(),
                            "alert-" + word(refused.alert()).replace('_', '-'))
                    .alert(refused.alert());
        } else if (result instanceof RawPeer.Result.RefusedHere refused) {
            event.refused(Party.DEVICE, "handshake-fault")
                    .alert(refused.alert())
                    .detail(refused.detail());
        } else if (result instanceof RawPeer.Result.Failed failed) {
            event.failed("handshake-aborted").detail(failed.detail());
        } else if (result instanceof RawPeer.Result.Established established) {
            established.warning().ifPresent(alert -> event.fact("warning", word(alert)));
        }
        bench.journal().record(event);
    }

    /** What a device warned a raw server of; how the handshake went the device tells itself. */
    private void recordWarning(RawPeer.Report report) {
        if (report.result() instanceof RawPeer.Result.Established established
                && established.warning().isPresent()) {
            Party server = scenario.leg().startsAtLwm2m() ? Party.LWM2M_SERVER : Party.BOOTSTRAP_SERVER;
            bench.journal()
                    .record(Event.of(scenario.leg().handshake(), server)
                            .detail(
                                    "seen by a server that sends what it is told to and goes no further than the handshake")
                            .fact("warning", word(established.warning().getAsInt())));
        }
    }

    private static String word(int alert) {
        return Alert.of(alert).map(Alert::word).orElse("alert " + alert);
    }

    private void carryOut(Step.Trust trust) throws IOException {
        String id = trust.certificate();
        if (trust.what() == Step.Change.TRUST) {
            trusting.upload(bench.account(), trust.service(), id);
            return;
        }
        String uploaded = trusting.uploaded(trust.service(), id)
                .orElseThrow(() -> new IOException(
                        "'" + id + "' is not uploaded for " + trust.service().word() + ", so it cannot be changed"));
        switch (trust.what()) {
            case DISTRUST -> {
                bench.account().trustedCertificates().remove(uploaded);
                trusting.forget(trust.service(), id);
            }
            case DEACTIVATE -> status(uploaded, TrustedCertificate.Status.INACTIVE);
            case ACTIVATE -> status(uploaded, TrustedCertificate.Status.ACTIVE);
            case TRUST -> throw new IllegalStateException("uploaded already");
        }
    }

    private void status(String uploaded, TrustedCertificate.Status status) {
        bench.account()
                .trustedCertificates()
                .update(uploaded, TrustedCertificateChange.nothing().status(status));
    }

    private void carryOut(Step.Operator step) throws IOException {
        String endpoint = known(step.device());
        if (step.what() == Step.Act.RELEASE) {
            bench.account().devices().release(endpoint);
            return;
        }
        Device device = bench.account()
                .devices()
                .byEndpoint(endpoint)
                .orElseThrow(() -> new IOException("the account does not know '" + endpoint + "' yet"));
        switch (step.what()) {
            case SUSPEND -> bench.account().devices().suspend(device.id(), "maintenance", "a scenario suspends it");
            case RESUME -> bench.account().devices().resume(device.id());
            case FORGET -> bench.account().devices().remove(device.id());
            case REVOKE -> {
                List<IssuedCertificate> issued =
                        bench.account().issuedCertificates().byEndpoint(endpoint);
                if (issued.isEmpty()) {
                    throw new IOException("the account issued no certificate to '" + endpoint + "' yet");
                }
                bench.account()
                        .issuedCertificates()
                        .revoke(issued.get(issued.size() - 1).serial(), RevocationReason.KEY_COMPROMISE);
            }
            case RELEASE -> throw new IllegalStateException("released already");
        }
    }

    private void carryOut(Step.Operation step) throws IOException {
        String endpoint = endpoint(step.device())
                .orElseThrow(() -> new IOException("a peer that is no device serves no resource"));
        LwM2mServer server = step.server() == 1
                ? bench.lwm2mServer()
                : bench.secondLwm2mServer().orElseThrow(() -> new IOException("there is no second LwM2M server"));
        CompletionStage<?> done = switch (step.what()) {
            case READ -> server.read(endpoint, step.path());
            case WRITE -> server.write(endpoint, step.path(), step.value());
            case EXECUTE -> server.execute(endpoint, step.path(), step.value());
        };
        String what = Step.word(step.what()) + " " + step.path();
        if (step.until() == Step.Until.ANSWERED) {
            Asked.await(what, done, step.answer());
        } else if (server.sleep(endpoint).filter(sleep -> sleep.waiting() > 0).isEmpty()) {
            throw new IOException(what + ": was to wait, and the device does not sleep");
        }
    }

    private void carryOut(Step.Deed deed) throws IOException {
        SimulatedDevice device = device(deed.device())
                .orElseThrow(() -> new IOException("only a simulated device does anything of itself"));
        switch (deed.what()) {
            case UPDATE_REGISTRATION -> device.updateRegistration();
            case SLEEP -> {
                device.sleep();
                Asked.awaitSleep(bench.lwm2mServer(), device.endpoint());
            }
        }
    }

    @Override
    public void close() {
        for (Actor actor : actors) {
            if (actor instanceof Actor.Foreign foreignDevice) {
                foreignDevice.command().close();
            }
        }
        rawServer.ifPresent(RawPeer.Listening::close);
        crowds.forEach(Crowd::close);
        later.close();
        bench.close();
        paths.forEach(FaultyPath::close);
    }
}
