package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.explain.Refusals;
import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the events about one device come to. Not thread-safe: {@link Chronicle} guards it. */
final class DeviceStory {
    /** Steps that do not decide how far a device is. */
    private static final Set<Stage> ASIDE =
            Set.of(Stage.OPERATION, Stage.FIRMWARE, Stage.RENEWED, Stage.SESSION_CLOSED);

    private final String endpoint;
    private DevicePhase phase = DevicePhase.STARTING;
    private String mode = "";
    private @Nullable Event last;
    private @Nullable Event refusal;
    private int refusals;

    DeviceStory(String endpoint) {
        this.endpoint = endpoint;
    }

    DevicePhase phase() {
        return phase;
    }

    String endpoint() {
        return endpoint;
    }

    String mode() {
        return mode;
    }

    /** The event that says why it is refused; null when it is not. */
    @Nullable Event refusal() {
        return refusal;
    }

    /** One more event about it, in order. */
    void see(Event event) {
        last = event;
        String said = event.facts().get("mode");
        if (said != null) {
            mode = said;
        }
        if (ASIDE.contains(event.stage()) || event.stage() == Stage.TRUST) {
            return;
        }
        if (event.outcome() == Outcome.OK) {
            advance(event);
        } else {
            fail(event);
        }
    }

    private void advance(Event event) {
        switch (event.stage()) {
            case MADE -> become(DevicePhase.MADE);
            case POWER -> become("on".equals(event.facts().get("action")) ? DevicePhase.STARTING : DevicePhase.OFF);
            case BOOTSTRAP_HANDSHAKE -> become(DevicePhase.BOOTSTRAPPING);
            case ADMISSION, ISSUED, WRITTEN -> {
                if (phase == DevicePhase.STARTING) {
                    become(DevicePhase.BOOTSTRAPPING);
                }
            }
            case FINISHED -> {
                // each side tells it, and the other one's word may come when the device is further
                if (phase != DevicePhase.REGISTERED) {
                    become(DevicePhase.REGISTERING);
                }
            }
            case LWM2M_HANDSHAKE -> {
                if (phase != DevicePhase.REGISTERED) {
                    become(DevicePhase.REGISTERING);
                }
            }
            case REGISTERED, UPDATED -> become(DevicePhase.REGISTERED);
            case DEREGISTERED -> {
                if (phase == DevicePhase.REGISTERED) {
                    become(DevicePhase.DEREGISTERED);
                }
            }
            case FALLBACK -> become(DevicePhase.STARTING);
            default -> {}
        }
    }

    private void become(DevicePhase next) {
        phase = next;
        refusal = null;
    }

    private void fail(Event event) {
        Event known = refusal;
        // the one who refused knows why; what others repeat of it adds nothing
        boolean repeats = known != null
                && (event.stage() == Stage.FALLBACK || Refusals.isHearsay(event) && !Refusals.isHearsay(known));
        if (!repeats) {
            refusal = event;
            refusals++;
        }
        phase = event.outcome() == Outcome.REFUSED || phase == DevicePhase.REFUSED
                ? DevicePhase.REFUSED
                : DevicePhase.FAILED;
    }

    ObjectNode document(boolean simulated) {
        ObjectNode document = Json.object()
                .put("endpoint", endpoint)
                .put("phase", phase.word())
                .put("mode", mode)
                .put("simulated", simulated);
        Event why = refusal;
        document.put("reason", why == null ? null : why.reason().orElse(null));
        document.put(
                "refused_by",
                why == null ? null : why.refusedBy().map(Party::word).orElse(null));
        document.put(
                "stage", last == null ? "" : (why == null ? last : why).stage().word());
        document.put("since", last == null ? null : Json.time(last.time()));
        document.put("attempts_refused", refusals);
        return document;
    }
}
