package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.coap.CoAP.Code;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.core.request.ContentFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the LwM2M server can do on a registered device. */
class ManagementTest {
    @TempDir
    Path directory;

    private Testbench bench;
    private SimulatedDevice device;

    @BeforeEach
    void onboard() throws Exception {
        bench = new Testbench(directory, o -> o.withTimeNotification(Duration.ofMillis(200)));
        DeviceBundle bundle = bench.factory.make(
                bench.order("x").withIdentity(new DeviceIdentity("Maker", "M-1", "SN-7", "1.2.3", "meter", "rev B")));
        device = bench.device(bundle);
        device.powerOn();
        bench.awaitAll(DeviceState.REGISTERED);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static Request request(Code code, String path) {
        Request request = new Request(code);
        request.getOptions().setUriPath(path);
        return request;
    }

    private Response text(Code code, String path, String body) throws Exception {
        Request request = request(code, path);
        if (code == Code.PUT || code == Code.POST || code == Code.FETCH) {
            request.getOptions().setContentFormat(0);
            request.setPayload(body);
        }
        return bench.ask("x", request);
    }

    @ParameterizedTest
    @CsvSource({
        "/3/0/0,  2.05, Maker",
        "/3/0/1,  2.05, M-1",
        "/3/0/2,  2.05, SN-7",
        "/3/0/3,  2.05, 1.2.3",
        "/3/0/17, 2.05, meter",
        "/3/0/18, 2.05, rev B",
        "/3/0/16, 2.05, U",
        "/3/0/14, 2.05, +00:00",
        "/3/0/11/0, 2.05, 0",
        "/1/0/0,  2.05, 101",
        "/1/0/1,  2.05, 300",
        "/5/0/3,  2.05, 0",
        "/5/0/5,  2.05, 0",
        "/0,      4.01, the Security object is for the bootstrap server alone",
        "/0/1,    4.01, the Security object is for the bootstrap server alone",
        "/0/1/5,  4.01, the Security object is for the bootstrap server alone",
        "/3/0/4,  4.05, /3/0/4 cannot be read",
        "/1/0/8,  4.05, /1/0/8 cannot be read",
        "/5/0/0,  4.05, /5/0/0 cannot be read",
        "/3/0/9,  4.04, this device has no /3/0/9",
        "/3/0/99, 4.04, this device has no /3/0/99",
        "/3/1,    4.04, this device has no /3/1",
        "/3/0/11/7, 4.04, this device has no /3/0/11/7",
        "/99,     4.04, this device has no /99",
        "/nothing, 4.04, there is no /nothing",
        "/3/0/70000, 4.04, there is no /3/0/70000",
        "/,       4.05, name an object: nothing can be done with all",
    })
    void reads(String path, String code, String text) throws Exception {
        Response answer = bench.ask("x", request(Code.GET, path));
        assertThat(answer.getCode().text).isEqualTo(code);
        assertThat(answer.getPayloadString()).isEqualTo(text);
    }

    private static Request numbered(String path) {
        Request request = request(Code.GET, path);
        request.setMID(4711);
        return request;
    }

    @Test
    void aRequestOfANewSessionIsNoneOfTheOldOneWhateverItsNumber() throws Exception {
        EndpointContext old = Objects.requireNonNull(bench.registered.get("x")).context();
        assertThat(bench.lwm2m.send(old, numbered("/3/0/0")).get().getPayloadString())
                .isEqualTo("Maker");
        bench.lwm2m.forgetSessions();
        device.updateRegistration();
        Request update = bench.later.poll(Testbench.SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(update).isNotNull();
        assertThat(bench.lwm2m
                        .send(update.getSourceContext(), numbered("/3/0/1"))
                        .get()
                        .getPayloadString())
                .isEqualTo("M-1");
    }

    @ParameterizedTest
    @CsvSource({"11542", "110", "112", "11543"})
    void readsInstancesAndObjectsInEachFormat(int format) throws Exception {
        for (String path : new String[] {"/3", "/3/0", "/1/0", "/5", "/3/0/11"}) {
            Request request = request(Code.GET, path);
            request.getOptions().setAccept(format);
            Response answer = bench.ask("x", request);
            assertThat(answer.getCode()).isEqualTo(ResponseCode.CONTENT);
            assertThat(answer.getOptions().getContentFormat()).isEqualTo(format);
            assertThat(answer.getPayloadSize()).isGreaterThan(2);
        }
    }

    @Test
    void saysWhichFormatsItCannotWrite() throws Exception {
        Request asText = request(Code.GET, "/3/0");
        asText.getOptions().setAccept(0);
        assertThat(bench.ask("x", asText).getCode()).isEqualTo(ResponseCode.NOT_ACCEPTABLE);
        Request unknown = request(Code.GET, "/3/0/0");
        unknown.getOptions().setAccept(50);
        assertThat(bench.ask("x", unknown).getCode()).isEqualTo(ResponseCode.NOT_ACCEPTABLE);
    }

    @Test
    void discoversWithAttributes() throws Exception {
        Request attributes = request(Code.PUT, "/3/0/13");
        attributes.getOptions().addUriQuery("pmin=10").addUriQuery("pmax=60");
        assertThat(bench.ask("x", attributes).getCode()).isEqualTo(ResponseCode.CHANGED);
        Request object = request(Code.GET, "/3");
        object.getOptions().setAccept(40);
        assertThat(bench.ask("x", object).getPayloadString())
                .startsWith("</3>,</3/0>,</3/0/0>,")
                .contains("</3/0/11>;dim=1,")
                .contains("</3/0/13>;pmax=60;pmin=10,");
        Request resource = request(Code.GET, "/1/0/1");
        resource.getOptions().setAccept(40);
        assertThat(bench.ask("x", resource).getPayloadString()).isEqualTo("</1/0/1>");
        Request absent = request(Code.GET, "/3/0/9");
        absent.getOptions().setAccept(40);
        assertThat(bench.ask("x", absent).getCode()).isEqualTo(ResponseCode.NOT_FOUND);
        Request wrong = request(Code.PUT, "/3/0/13");
        wrong.getOptions().addUriQuery("pmin=soon");
        assertThat(bench.ask("x", wrong).getCode()).isEqualTo(ResponseCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /3/0/15, Europe/Vienna, 2.04",
        "PUT, /3/0/0,  Else,          4.05",
        "PUT, /1/0/0,  7,             4.05",
        "PUT, /1/0/1,  soon,          4.00",
        "PUT, /1/0/1,  0,             4.00",
        "PUT, /1/0/1,  -5,            4.00",
        "PUT, /1/0/7,  UQ,            4.00",
        "PUT, /1/0/10, 0:0,           4.04",
        "PUT, /3/0/99, 1,             4.04",
        "PUT, /5/0/1,  coap://x/y,    2.04",
        "PUT, /0/1/0,  coaps://evil,  4.01",
        "PUT, /3,      x,             4.05",
        "POST, /3,     x,             4.05",
        "POST, /3/0/0, x,             4.05",
        "POST, /5/0/2, x,             4.05",
        "POST, /3/0/12, x,            2.04",
        "DELETE, /3/0, x,             4.05",
        "DELETE, /1/0, x,             4.05",
        "FETCH, /3,    x,             4.05",
    })
    void answersWritesAndTheRest(Code code, String path, String body, String answer) throws Exception {
        assertThat(text(code, path, body).getCode().text).isEqualTo(answer);
    }

    @Test
    void refusesAFormatThatItCannotRead() throws Exception {
        Request write = request(Code.PUT, "/3/0/15");
        write.getOptions().setContentFormat(50);
        write.setPayload("{}");
        assertThat(bench.ask("x", write).getCode()).isEqualTo(ResponseCode.UNSUPPORTED_CONTENT_FORMAT);
    }

    @Test
    void takesANewLifetimeKeepsItAndTellsTheServer() throws Exception {
        assertThat(text(Code.PUT, "/1/0/1", "1200").getCode()).isEqualTo(ResponseCode.CHANGED);
        Request update = bench.later.poll(20, TimeUnit.SECONDS);
        assertThat(update.getOptions().getUriPathString()).startsWith("rd/");
        assertThat(update.getOptions().getUriQuery()).containsExactly("lt=1200");
        assertThat(Files.readString(bench.home("x").resolve("lwm2m/account.json")))
                .contains("\"lifetime_s\" : 1200");
        assertThat(text(Code.GET, "/1/0/1", "").getPayloadString()).isEqualTo("1200");
    }

    @Test
    void aPartialWriteKeepsTheRestAndAReplacingOneDoesNot() throws Exception {
        Request partial = Testbench.write(
                "/1/0",
                ContentFormat.TLV,
                java.util.List.of(org.eclipse.leshan.core.node.LwM2mSingleResource.newIntegerResource(2, 5)));
        Request post = request(Code.POST, "/1/0");
        post.getOptions().setContentFormat(11542);
        post.setPayload(partial.getPayload());
        assertThat(bench.ask("x", post).getCode()).isEqualTo(ResponseCode.CHANGED);
        assertThat(text(Code.GET, "/1/0/2", "").getPayloadString()).isEqualTo("5");
        Request replace = Testbench.write(
                "/1/0",
                ContentFormat.TLV,
                java.util.List.of(org.eclipse.leshan.core.node.LwM2mSingleResource.newIntegerResource(3, 9)));
        assertThat(bench.ask("x", replace).getCode()).isEqualTo(ResponseCode.CHANGED);
        assertThat(text(Code.GET, "/1/0/2", "").getCode()).isEqualTo(ResponseCode.NOT_FOUND);
        assertThat(text(Code.GET, "/1/0/3", "").getPayloadString()).isEqualTo("9");
    }

    @Test
    void updatesItsRegistrationOnRequest() throws Exception {
        assertThat(bench.ask("x", request(Code.POST, "/1/0/8")).getCode()).isEqualTo(ResponseCode.CHANGED);
        assertThat(bench.event("x", Stage.UPDATED, e -> true).duration()).isPresent();
    }

    @Test
    void bootstrapsOnRequest() throws Exception {
        byte[] before = Files.readAllBytes(bench.home("x").resolve("lwm2m/device.key.der"));
        assertThat(bench.ask("x", request(Code.POST, "/1/0/9")).getCode()).isEqualTo(ResponseCode.CHANGED);
        bench.event("x", Stage.REGISTERED, e -> bench.count("x", Stage.REGISTERED) == 2);
        assertThat(Files.readAllBytes(bench.home("x").resolve("lwm2m/device.key.der")))
                .isNotEqualTo(before);
    }

    @Test
    void rebootsWithTheCredentialsItHas() throws Exception {
        assertThat(bench.ask("x", request(Code.POST, "/3/0/4")).getCode()).isEqualTo(ResponseCode.CHANGED);
        bench.event("x", Stage.POWER, e -> "reboot".equals(e.facts().get("action")));
        bench.event("x", Stage.REGISTERED, e -> bench.count("x", Stage.REGISTERED) == 2);
        assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(1);
    }

    @Test
    void forgetsAllAtAFactoryReset() throws Exception {
        assertThat(bench.ask("x", request(Code.POST, "/3/0/5")).getCode()).isEqualTo(ResponseCode.CHANGED);
        bench.event("x", Stage.REGISTERED, e -> bench.count("x", Stage.REGISTERED) == 2);
        assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(2);
    }

    @Test
    void tellsTheTimeToWhoObservesItUntilTheyStop() throws Exception {
        Request observe = request(Code.GET, "/3/0/13");
        observe.setObserve();
        Response first = bench.ask("x", observe);
        assertThat(first.getOptions().hasObserve()).isTrue();
        Response second = bench.lwm2m.notifications.poll(20, TimeUnit.SECONDS);
        Response third = bench.lwm2m.notifications.poll(20, TimeUnit.SECONDS);
        assertThat(third.getOptions().getObserve())
                .isGreaterThan(second.getOptions().getObserve());
        assertThat(Long.parseLong(third.getPayloadString()))
                .isGreaterThanOrEqualTo(Long.parseLong(first.getPayloadString()));

        Request cancel = request(Code.GET, "/3/0/13");
        cancel.setToken(observe.getToken());
        cancel.setObserveCancel();
        assertThat(bench.ask("x", cancel).getOptions().hasObserve()).isFalse();
        Event cancelled = bench.event(
                "x", Stage.OPERATION, e -> "observe-cancel".equals(e.facts().get("operation")));
        assertThat(cancelled.facts()).containsEntry("path", "/3/0/13");
        bench.lwm2m.notifications.clear();
        // three rhythms without a word
        assertThat(bench.lwm2m.notifications.poll(700, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void tellsAChangeToWhoObservesIt() throws Exception {
        Request observe = request(Code.GET, "/3/0/15");
        observe.setObserve();
        assertThat(bench.ask("x", observe).getPayloadString()).isEqualTo("Etc/UTC");
        text(Code.PUT, "/3/0/15", "Europe/Vienna");
        assertThat(bench.lwm2m.notifications.poll(20, TimeUnit.SECONDS).getPayloadString())
                .isEqualTo("Europe/Vienna");
    }

    @Test
    void deregistersWhenItIsShutDown() throws Exception {
        device.shutDown();
        bench.awaitAll(DeviceState.OFF);
        Request left = bench.later.poll(20, TimeUnit.SECONDS);
        assertThat(left.getCode()).isEqualTo(Code.DELETE);
        bench.event("x", Stage.DEREGISTERED, e -> true);
        device.powerOn();
        bench.awaitAll(DeviceState.REGISTERED);
        assertThat(bench.count("x", Stage.ADMISSION)).isEqualTo(1);
    }

    @Test
    void goesThroughAClosedSessionWithANewHandshake() throws Exception {
        bench.lwm2m.closeSessions();
        assertThat(bench.count("x", Stage.LWM2M_HANDSHAKE)).isEqualTo(1);
        device.reboot();
        bench.event("x", Stage.LWM2M_HANDSHAKE, e -> bench.count("x", Stage.LWM2M_HANDSHAKE) == 2);
    }

    @Test
    void recordsEachOperationWithItsAnswer() throws Exception {
        bench.ask("x", request(Code.GET, "/3/0/0"));
        assertThat(bench.event("x", Stage.OPERATION, e -> true).facts())
                .containsEntry("operation", "read")
                .containsEntry("path", "/3/0/0")
                .containsEntry("answer", "2.05");
        bench.ask("x", request(Code.GET, "/0/0/5"));
        Event refused = bench.event("x", Stage.OPERATION, e -> e.refusedBy().isPresent());
        assertThat(refused.refusedBy()).contains(Party.DEVICE);
        assertThat(refused.reason()).contains("response-4.01");
    }
}
