package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.http.SimulatedDevices.Action;
import dev.onboard.http.SimulatedDevices.Names;
import dev.onboard.http.SimulatedDevices.Order;
import dev.onboard.http.SimulatedDevices.Power;
import dev.onboard.http.SimulatedDevices.Upload;
import dev.onboard.pki.Defect;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code /testbed/simulated-devices}. */
record SimulatedDocuments(SimulatedDevices devices, InstantSource clock) {
    private static final List<String> MODES = List.of("bootstrap", "lwm2m", "developer");

    void make(Context ctx) {
        Body body = Body.of(ctx);
        Optional<String> endpoint = body.text("endpoint");
        int count = body.number("count").orElse(1);
        String prefix = body.text("prefix").orElse("device-");
        String mode = body.word(
                        "mode",
                        word -> MODES.contains(word) ? Optional.of(word) : Optional.empty(),
                        String.join(", ", MODES))
                .orElse("bootstrap");
        int depth = body.number("chain_depth").orElse(1);
        Optional<Defect> defect = body.word("defect", SimulatedDocuments::defect, "the words of /testbed/defects");
        Upload upload = body.truth("upload_ca").orElse(true) ? Upload.IF_MISSING : Upload.NO;
        Power power = body.truth("power_on").orElse(true) ? Power.ON : Power.OFF;
        if (count < 1 || count > SimulatedDevices.MOST_AT_ONCE) {
            body.fault("count", count + " is not in the range 1 to " + SimulatedDevices.MOST_AT_ONCE);
        }
        if (endpoint.isPresent() && count != 1) {
            body.fault("count", "a device of a given name is one; leave endpoint or count out");
        }
        body.done();
        Names names = endpoint.<Names>map(Names.One::new).orElseGet(() -> new Names.Numbered(prefix, count));
        try {
            List<String> made = devices.make(new Order(names, mode, depth, defect, upload, power));
            ObjectNode document = Json.object().put("made", made.size());
            ArrayNode endpoints = document.putArray("endpoints");
            made.forEach(endpoints::add);
            Json.answer(ctx, 201, document);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Defect> defect(String word) {
        return Arrays.stream(Defect.values())
                .filter(each -> each.word().equals(word))
                .findFirst();
    }

    void defects(Context ctx) {
        ArrayNode words = Json.object().putArray("defects");
        for (Defect defect : Defect.values()) {
            words.add(defect.word());
        }
        Json.answer(ctx, 200, Json.object().set("defects", words));
    }

    void updateCertificates(Context ctx) {
        ObjectNode document = Json.object().put("object", "list");
        document.set("data", CertificateDocuments.chain(devices.updateAuthenticity(), clock.instant()));
        Json.answer(ctx, 200, document);
    }

    void read(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        Json.answer(
                ctx,
                200,
                devices.device(endpoint)
                        .map(device -> Json.object()
                                .put("endpoint", device.endpoint())
                                .put("state", device.state())
                                .put("mode", device.mode()))
                        .orElseThrow(() -> unknown(endpoint)));
    }

    void act(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        Body body = Body.of(ctx);
        body.requiredText("action");
        Optional<Action> action = body.word(
                "action",
                Action::of,
                String.join(
                        ", ", Arrays.stream(Action.values()).map(Action::word).toList()));
        body.done();
        if (devices.device(endpoint).isEmpty()) {
            throw unknown(endpoint);
        }
        try {
            devices.act(endpoint, action.orElseThrow());
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
        ctx.status(204);
    }

    private static Problem unknown(String endpoint) {
        return Problem.notFound("'" + endpoint + "' is no simulated device of this testbed");
    }
}
