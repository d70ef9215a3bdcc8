package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.SentChain;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(BootstrapFormat.class)
    void takesWritesInTheFormatItAskedFor(BootstrapFormat format) throws Exception {
        try (Testbench bench = new Testbench(directory, o -> o.withFormat(format))) {
            ContentFormat written = ContentFormat.fromCode(format.code().orElse(ContentFormat.TLV_CODE));
            bench.script = endpoint -> List.of(
                    Testbench.delete("/"),
                    Testbench.write("/1/0", written, Testbench.server(300)),
                    Testbench.write(
                            "/0/1", written, bench.security(bench.deviceCa.issue(CertificateRecipe.device(endpoint)))),
                    Testbench.finish());
            bench.device("x").powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(bench.bootstrapQueries.take())
                    .isEqualTo(
                            format == BootstrapFormat.UNSTATED
                                    ? List.of("ep=x")
                                    : List.of("ep=x", "pct=" + format.code().getAsInt()));
        }
    }

    @Test
    void takesWritesOfThreeKilobytesBlockByBlock() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            CertificateAuthority below = bench.deviceCa
                    .subordinate(CertificateRecipe.ca("A"))
                    .subordinate(CertificateRecipe.ca("B"))
                    .subordinate(CertificateRecipe.ca("C"));
            bench.script = endpoint -> {
                Credential issued = below.issue(CertificateRecipe.device(endpoint));
                List<LwM2mResource> security = bench.security(issued);
                security.set(
                        3,
                        LwM2mSingleResource.newBinaryResource(
                                3,
                                CredentialFiles.pem(issued.chain().subList(0, 4))
                                        .getBytes(StandardCharsets.US_ASCII)));
                Request write = Testbench.write("/0/1", ContentFormat.TLV, security);
                assertThat(write.getPayloadSize()).isGreaterThan(2500);
                return List.of(
                        Testbench.write("/1/0", ContentFormat.TLV, Testbench.server(300)), write, Testbench.finish());
            };
            bench.device("x").powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(CredentialFiles.readCertificates(bench.home("x").resolve("lwm2m/device.cert.pem")))
                    .hasSize(4);
        }
    }

    /** Sent once more by a server that the answer did not reach. */
    private static Request sameFinish() {
        Request finish = Testbench.finish();
        finish.setMID(4711);
        finish.setToken(new byte[] {4, 7, 1, 1});
        return finish;
    }

    @Test
    void answersFinishAgainAsBeforeAndNothingElseAfterIt() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            CompletableFuture<EndpointContext> where = new CompletableFuture<>();
            Consumer<Exchange> script = bench.bootstrap.script();
            bench.bootstrap.onRequest(exchange -> {
                where.complete(exchange.getRequest().getSourceContext());
                script.accept(exchange);
            });
            bench.script = endpoint -> {
                List<Request> requests = new ArrayList<>(bench.good(endpoint));
                requests.set(requests.size() - 1, sameFinish());
                return requests;
            };
            bench.device("x").powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(bench.bootstrap.send(where.join(), sameFinish()).get().getCode())
                    .isEqualTo(ResponseCode.CHANGED);
            assertThat(bench.bootstrap
                            .send(where.join(), Testbench.finish())
                            .get()
                            .getCode())
                    .isEqualTo(ResponseCode.METHOD_NOT_ALLOWED);
        }
    }

    /** One thing that makes a delivered set unusable. */
    record Fault(String reason, String detail, Change change) {
        interface Change {
            void apply(Testbench bench, List<LwM2mResource> security, List<LwM2mResource> server) throws Exception;
        }

        @Override
        public String toString() {
            return reason + ": " + detail;
        }
    }

    private static void put(List<LwM2mResource> resources, LwM2mResource resource) {
        resources.removeIf(present -> present.getId() == resource.getId());
        resources.add(resource);
    }

    private static void replaceCertificate(Testbench bench, List<LwM2mResource> security, CertificateRecipe recipe)
            throws Exception {
        Credential issued = bench.deviceCa.issue(recipe);
        put(
                security,
                LwM2mSingleResource.newBinaryResource(3, issued.certificate().getEncoded()));
        put(security, LwM2mSingleResource.newBinaryResource(5, issued.privateKeyPkcs8()));
    }

    static Stream<Fault> faults() {
        return Stream.of(
                new Fault(
                        "missing-resource",
                        "no private key was written to /0/1/5",
                        (b, sec, srv) -> sec.removeIf(r -> r.getId() == 5)),
                new Fault(
                        "missing-resource",
                        "no certificate was written to /0/1/3",
                        (b, sec, srv) -> sec.removeIf(r -> r.getId() == 3)),
                new Fault(
                        "missing-resource",
                        "no server public key was written to /0/1/4",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newBinaryResource(4, new byte[0]))),
                new Fault(
                        "missing-resource", "no short server id", (b, sec, srv) -> sec.removeIf(r -> r.getId() == 10)),
                new Fault("missing-resource", "no server URI", (b, sec, srv) -> sec.removeIf(r -> r.getId() == 0)),
                new Fault(
                        "unsupported-security-mode",
                        "security mode 3",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newIntegerResource(2, 3))),
                new Fault(
                        "invalid-server-uri",
                        "'coap://localhost:5683'",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newStringResource(0, "coap://localhost:5683"))),
                new Fault(
                        "invalid-server-uri",
                        "no URI",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newStringResource(0, "coaps://bad host"))),
                new Fault(
                        "key-does-not-fit-certificate",
                        "is not that of the certificate",
                        (b, sec, srv) -> put(
                                sec,
                                LwM2mSingleResource.newBinaryResource(
                                        5,
                                        b.deviceCa
                                                .issue(CertificateRecipe.device("x"))
                                                .privateKeyPkcs8()))),
                new Fault(
                        "malformed-key",
                        "/0/1/5",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newBinaryResource(5, new byte[] {1, 2, 3}))),
                new Fault(
                        "malformed-certificate",
                        "/0/1/3",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newBinaryResource(3, new byte[] {1, 2, 3}))),
                new Fault(
                        "malformed-server-certificate",
                        "/0/1/4",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newBinaryResource(4, new byte[] {1, 2, 3}))),
                new Fault(
                        "invalid-certificate-usage",
                        "/0/1/15 is 4",
                        (b, sec, srv) ->
                                put(sec, LwM2mSingleResource.newUnsignedIntegerResource(15, ULong.valueOf(4)))),
                new Fault(
                        "invalid-matching-type",
                        "/0/1/13 is 9",
                        (b, sec, srv) ->
                                put(sec, LwM2mSingleResource.newUnsignedIntegerResource(13, ULong.valueOf(9)))),
                new Fault(
                        "invalid-short-server-id",
                        "/0/1/10 is 0",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newIntegerResource(10, 0))),
                new Fault(
                        "invalid-short-server-id",
                        "/0/1/10 is 9999999999",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newIntegerResource(10, 9_999_999_999L))),
                new Fault(
                        "no-server-object",
                        "has short server id 101",
                        (b, sec, srv) -> put(srv, LwM2mSingleResource.newIntegerResource(0, 7))),
                new Fault(
                        "missing-lifetime",
                        "/1/0/1 holds no lifetime",
                        (b, sec, srv) -> srv.removeIf(r -> r.getId() == 1)),
                new Fault(
                        "endpoint-mismatch",
                        "is not this device's",
                        (b, sec, srv) -> replaceCertificate(b, sec, CertificateRecipe.device("another"))),
                new Fault(
                        "expired",
                        "was valid until",
                        (b, sec, srv) -> replaceCertificate(
                                b,
                                sec,
                                CertificateRecipe.device("x")
                                        .withValidity(
                                                Testbench.CLOCK.instant().minus(Duration.ofDays(2)),
                                                Testbench.CLOCK.instant().minus(Duration.ofDays(1))))),
                new Fault(
                        "not-yet-valid",
                        "is valid from",
                        (b, sec, srv) -> replaceCertificate(
                                b,
                                sec,
                                CertificateRecipe.device("x")
                                        .withValidity(
                                                Testbench.CLOCK.instant().plus(Duration.ofDays(1)),
                                                Testbench.CLOCK.instant().plus(Duration.ofDays(2))))),
                new Fault("no-security-instance", "no account of an LwM2M server", (b, sec, srv) -> sec.clear()),
                new Fault(
                        "several-bootstrap-accounts",
                        "/0/1 is a second account",
                        (b, sec, srv) -> put(sec, LwM2mSingleResource.newBooleanResource(1, true))));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void refusesToFinishWithWhatCannotWork(Fault fault) throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.script = endpoint -> {
                List<LwM2mResource> security = bench.security(bench.deviceCa.issue(CertificateRecipe.device(endpoint)));
                List<LwM2mResource> server = Testbench.server(300);
                fault.change().apply(bench, security, server);
                List<Request> requests = new ArrayList<>();
                requests.add(Testbench.write("/1/0", ContentFormat.TLV, server));
                if (!security.isEmpty()) {
                    requests.add(Testbench.write("/0/1", ContentFormat.TLV, security));
                }
                requests.add(Testbench.finish());
                return requests;
            };
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            Event finished = bench.event("x", Stage.FINISHED, e -> true);
            assertThat(finished.outcome()).isEqualTo(Outcome.REFUSED);
            assertThat(finished.refusedBy()).contains(Party.DEVICE);
            assertThat(finished.reason()).contains(fault.reason());
            assertThat(finished.detail().orElse("")).contains(fault.detail());
            bench.awaitAll(DeviceState.FAILED);
            device.cutPower();
            int requests = fault.reason().equals("no-security-instance") ? 2 : 3;
            Response answer = bench.answers("x", requests).get(requests - 1);
            assertThat(answer.getCode()).isEqualTo(ResponseCode.NOT_ACCEPTABLE);
            assertThat(answer.getPayloadString()).startsWith(fault.reason());
            assertThat(bench.home("x").resolve("lwm2m")).doesNotExist();
        }
    }

    @Test
    void keepsWhatItHasWhenWhatComesNextCannotWork() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            byte[] before = Files.readAllBytes(bench.home("x").resolve("lwm2m/device.cert.der"));
            bench.script = endpoint -> List.of(Testbench.delete("/0"), Testbench.delete("/1"), Testbench.finish());
            Request trigger = Request.newPost();
            trigger.getOptions().setUriPath("/1/0/9");
            assertThat(bench.ask("x", trigger).getCode()).isEqualTo(ResponseCode.CHANGED);

            assertThat(bench.event("x", Stage.FINISHED, e -> e.outcome() == Outcome.REFUSED)
                            .reason())
                    .contains("no-security-instance");
            bench.event("x", Stage.REGISTERED, e -> bench.count("x", Stage.REGISTERED) >= 2);
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(Files.readAllBytes(bench.home("x").resolve("lwm2m/device.cert.der")))
                    .isEqualTo(before);
        }
    }

    @Test
    void givesUpASessionThatFallsSilentAndForgetsWhatItWrote() throws Exception {
        try (Testbench bench = new Testbench(directory, o -> o.withPatience(Duration.ofMillis(400)))) {
            Testbench.BootstrapScript good = bench.script;
            bench.script = endpoint -> good.requests(endpoint).subList(0, 4);
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            Event silent = bench.event("x", Stage.FINISHED, e -> true);
            assertThat(silent.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(silent.reason()).contains("timeout");
            assertThat(silent.refusedBy()).isEmpty();
            assertThat(bench.home("x").resolve("lwm2m")).doesNotExist();
            bench.script = good;
            bench.awaitAll(DeviceState.REGISTERED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void aPowerCutDuringASessionChangesNothing(int operations) throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            Testbench.BootstrapScript good = bench.script;
            bench.script = endpoint -> good.requests(endpoint).subList(0, operations);
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            bench.answers("x", operations);
            device.cutPower();
            assertThat(device.state()).isEqualTo(DeviceState.OFF);
            assertThat(bench.home("x").resolve("lwm2m")).doesNotExist();
            bench.script = good;
            device.powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
        }
    }

    @Test
    void answersEachOperationAsTheStandardSays() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            Request discover = Request.newGet();
            discover.getOptions().setAccept(40);
            Request discoverServer = Request.newGet();
            discoverServer.getOptions().setUriPath("/1").setAccept(40);
            Request read = Request.newGet();
            read.getOptions().setUriPath("/1/0");
            Request readSecurity = Request.newGet();
            readSecurity.getOptions().setUriPath("/0/0");
            Request undecodable = Request.newPut();
            undecodable.getOptions().setUriPath("/1/0").setContentFormat(11542);
            undecodable.setPayload(new byte[] {(byte) 0xC8, 0x00, 0x50, 1});
            Request unknownFormat = Request.newPut();
            unknownFormat.getOptions().setUriPath("/1/0").setContentFormat(50);
            unknownFormat.setPayload("{}");
            Request unknownObject = Request.newPut();
            unknownObject.getOptions().setUriPath("/9/0").setContentFormat(11542);
            unknownObject.setPayload(new byte[] {1});
            Request notAPath = Request.newPut();
            notAPath.getOptions().setUriPath("/bs/x");
            Request post = Request.newPost();
            post.getOptions().setUriPath("/1/0");
            bench.script = endpoint -> List.of(
                    discover,
                    read,
                    readSecurity,
                    undecodable,
                    unknownFormat,
                    unknownObject,
                    notAPath,
                    post,
                    Testbench.delete("/0/0"),
                    Testbench.delete("/3"),
                    Testbench.delete("/1/5"),
                    Testbench.write("/1/0", ContentFormat.TLV, Testbench.server(300)),
                    discoverServer);
            bench.device("x").powerOn();
            List<Response> answers = bench.answers("x", 13);
            assertThat(answers.stream().map(answer -> answer.getCode().text))
                    .containsExactly(
                            "2.05", "4.04", "4.01", "4.00", "4.15", "4.04", "4.04", "4.05", "4.00", "4.00", "2.02",
                            "2.04", "2.05");
            assertThat(answers.get(0).getPayloadString())
                    .isEqualTo("</>;lwm2m=1.1,</0/0>;uri=\"" + bench.bootstrap.uri("localhost") + "\",</3/0>,</5/0>");
            assertThat(answers.get(12).getPayloadString()).isEqualTo("</>;lwm2m=1.1,</1/0>;ssid=101");
            assertThat(bench.event("x", Stage.WRITTEN, e -> e.outcome() == Outcome.REFUSED)
                            .reason())
                    .contains("response-4.04");
        }
    }

    @Test
    void keepsTheBootstrapAccount() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.script = endpoint -> List.of(
                    Testbench.write("/1/0", ContentFormat.TLV, Testbench.server(300)),
                    Testbench.write(
                            "/0/0",
                            ContentFormat.TLV,
                            bench.security(bench.deviceCa.issue(CertificateRecipe.device(endpoint)))),
                    Testbench.finish());
            bench.device("x").powerOn();
            assertThat(bench.event("x", Stage.FINISHED, e -> true).reason()).contains("bootstrap-account-lost");
        }
    }

    @Test
    void isRefusedUntilItsAuthorityIsTrusted() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            TrustPolicy good = bench.bootstrapTrust.get();
            bench.bootstrapTrust.set(Testbench.trusting(
                    Purpose.DEVICE_AT_BOOTSTRAP, Testbench.authority("Other CA").certificate()));
            SimulatedDevice device = bench.device("x");
            device.powerOn();
            bench.awaitAll(DeviceState.FAILED);
            Event refused = bench.event("x", Stage.BOOTSTRAP_HANDSHAKE, e -> true);
            assertThat(refused.refusedBy()).contains(Party.BOOTSTRAP_SERVER);
            assertThat(refused.reason()).contains("alert-unknown-ca");
            assertThat(refused.alert()).hasValue(48);
            Failure failure = device.lastFailure().orElseThrow();
            assertThat(failure.reason()).isEqualTo("alert-unknown-ca");
            assertThat(failure.alert()).hasValue(48);
            assertThat(failure.outlook()).isEqualTo(Failure.Outlook.PERMANENT);
            assertThat(bench.event("x", Stage.FALLBACK, e -> true).facts())
                    .containsEntry("next", "bootstrap")
                    .containsKey("in_ms");
            bench.bootstrapTrust.set(good);
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(device.lastFailure()).isEmpty();
        }
    }

    @Test
    void refusesABootstrapServerOfAnotherAuthority() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            DeviceBundle bundle = bench.factory.make(bench.order("x"));
            DeviceBundle astray = new DeviceBundle(
                    bundle.endpoint(),
                    bundle.mode(),
                    bundle.credential(),
                    bundle.serverUri(),
                    Testbench.authority("Another CA").certificate(),
                    bundle.trustStore(),
                    bundle.updateAuthenticity(),
                    bundle.identity(),
                    bundle.sends());
            bench.device(astray).powerOn();
            bench.awaitAll(DeviceState.FAILED);
            Event refused = bench.event("x", Stage.BOOTSTRAP_HANDSHAKE, e -> true);
            assertThat(refused.refusedBy()).contains(Party.DEVICE);
            assertThat(refused.reason()).contains("unknown-ca");
            assertThat(refused.alert()).hasValue(48);
        }
    }

    @Test
    void refusesABootstrapServerOfAnotherName() throws Exception {
        try (Testbench bench = new Testbench(directory);
                ScriptedServer other = new ScriptedServer(
                        bench.bootstrapServerCa.issue(
                                CertificateRecipe.server("elsewhere.example", new InetAddress[0])),
                        bench.bootstrapTrust,
                        bench.threads)) {
            DeviceBundle bundle = bench.factory.make(dev.onboard.factory.FactoryOrder.of(
                    dev.onboard.factory.EndpointName.of("x"),
                    other.uri("localhost"),
                    bench.bootstrapServerCa.certificate()));
            bench.device(bundle).powerOn();
            bench.awaitAll(DeviceState.FAILED);
            Event refused = bench.event("x", Stage.BOOTSTRAP_HANDSHAKE, e -> true);
            assertThat(refused.refusedBy()).contains(Party.DEVICE);
            assertThat(refused.reason()).contains("name-mismatch");
        }
    }

    @Test
    void saysWhenTheBootstrapServerRefusesItsRequest() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.bootstrapAnswer = ResponseCode.FORBIDDEN;
            bench.device("x").powerOn();
            bench.awaitAll(DeviceState.FAILED);
            Event refused = bench.event("x", Stage.ADMISSION, e -> true);
            assertThat(refused.refusedBy()).contains(Party.BOOTSTRAP_SERVER);
            assertThat(refused.reason()).contains("response-4.03");
            bench.bootstrapAnswer = ResponseCode.CHANGED;
            bench.awaitAll(DeviceState.REGISTERED);
        }
    }

    @Test
    void waitsWhenNobodyAnswers() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            DeviceBundle bundle = bench.factory.make(bench.order("x"));
            bench.bootstrap.close();
            bench.device(bundle).powerOn();
            bench.awaitAll(DeviceState.WAITING);
            Event failed = bench.event("x", Stage.BOOTSTRAP_HANDSHAKE, e -> true);
            assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(failed.reason()).contains("timeout");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../../escape", "a/b", "Gerät 7", "設備", "urn:imei:990000862471854", "a&b=c;d"})
    void bootstrapsUnderAnyName(String name) throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.device(name).powerOn();
            bench.awaitAll(DeviceState.REGISTERED);
            assertThat(bench.registered(name).query()).contains("ep=" + name);
            assertThat(bench.home(name).resolve("lwm2m/account.json")).exists();
            assertThat(bench.home(name).getParent()).isEqualTo(directory.resolve("devices"));
        }
    }

    @Test
    void sendsItsChainOrAPartOfIt() throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            bench.device(bench.factory.make(bench.order("whole").withChainDepth(4)))
                    .powerOn();
            bench.awaitAll(DeviceState.REGISTERED);

            bench.bootstrapTrust.set(TrustPolicy.forPurpose(Purpose.DEVICE_AT_BOOTSTRAP)
                    .anchors(List.of(TrustAnchor.authority(
                            "lowest", bench.factory.authority(4).certificate())))
                    .build());
            bench.device(bench.factory.make(
                            bench.order("leaf").withChainDepth(4).withSends(SentChain.leafOnly())))
                    .powerOn();
            bench.awaitAll(DeviceState.REGISTERED);

            bench.bootstrapTrust.set(Testbench.trusting(
                    Purpose.DEVICE_AT_BOOTSTRAP, bench.factory.authority(1).certificate()));
            SimulatedDevice part = bench.device(
                    bench.factory.make(bench.order("part").withChainDepth(4).withSends(SentChain.first(2))));
            part.powerOn();
            assertThat(bench.event("part", Stage.BOOTSTRAP_HANDSHAKE, e -> true).reason())
                    .contains("alert-unknown-ca");
            part.cutPower();
            assertThat(BundleFiles.read(bench.home("part")).sends()).isEqualTo(SentChain.first(2));
        }
    }
}
