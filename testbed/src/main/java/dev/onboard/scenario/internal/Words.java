package dev.onboard.scenario.internal;

import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Alert;
import dev.onboard.scenario.Expectation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Expectations as a person says them. */
public final class Words {
    private Words() {}

    /** One expectation, one clause. */
    public static String of(Expectation expectation) {
        return of(expectation, List.of());
    }

    /**
     * One expectation, one clause.
     *
     * @param sent the ids of the certificates that are sent, so that they are called by name
     */
    static String of(Expectation expectation, List<String> sent) {
        return switch (Kind.of(expectation)) {
            case REGISTERED -> {
                Expectation.Registered e = (Expectation.Registered) expectation;
                yield device(e.device()) + "is registered" + (e.again() ? " anew" : "")
                        + (e.findings().isEmpty() ? "" : " with the remark " + String.join(", ", e.findings()));
            }
            case BOOTSTRAPPED ->
                device(((Expectation.Bootstrapped) expectation).device()) + "has new LwM2M credentials";
            case REFUSED -> refused((Expectation.Refused) expectation, sent);
            case FAILED -> {
                Expectation.Failed e = (Expectation.Failed) expectation;
                yield device(e.device()) + "fails"
                        + e.at().map(stage -> " at " + stage.word()).orElse("") + ": " + e.reason();
            }
            case SEEN -> seen((Expectation.Seen) expectation);
            case JUDGED -> {
                Expectation.Judged e = (Expectation.Judged) expectation;
                yield e.reason()
                                .map(reason -> "judged: " + reason + alert(e.alert()))
                                .orElse("judged: trusted")
                        + e.finding()
                                .map(finding -> " with the remark " + finding)
                                .orElse("");
            }
            case KEEPS -> {
                Expectation.Keeps e = (Expectation.Keeps) expectation;
                yield device(e.device()) + "has "
                        + switch (e.which()) {
                            case OLD -> "its old LwM2M credentials";
                            case NEW -> "new LwM2M credentials";
                            case NOTHING -> "no LwM2M credentials";
                        };
            }
            case SHOWS -> {
                Expectation.Shows e = (Expectation.Shows) expectation;
                yield device(e.device()) + "is registered with "
                        + switch (e.certificate()) {
                            case "old" -> "the certificate that it had";
                            case "new" -> "another certificate";
                            default -> "the certificate '" + e.certificate() + "'";
                        };
            }
            case RENEWED -> {
                Expectation.Renewed e = (Expectation.Renewed) expectation;
                yield "the renewal of " + device(e.device()).strip()
                        + (e.outcome() == Outcome.OK ? " succeeds" : " fails")
                        + (e.detail().isEmpty() ? "" : ", saying '" + e.detail() + "'");
            }
            case STRAGGLERS -> {
                Expectation.Stragglers e = (Expectation.Stragglers) expectation;
                yield (e.devices().isEmpty()
                                ? "no device depends"
                                : e.devices().size() == 1
                                        ? "device " + e.devices().get(0) + " alone depends"
                                        : "devices "
                                                + e.devices().stream()
                                                        .map(String::valueOf)
                                                        .collect(Collectors.joining(", "))
                                                + " depend")
                        + " on what is being exchanged (" + e.of().word() + ")";
            }
            case FIRMWARE -> {
                Expectation.Firmware e = (Expectation.Firmware) expectation;
                yield device(e.device())
                        + e.reason()
                                .map(reason -> "takes no firmware: " + reason + ", and goes on with ")
                                .orElse("takes the firmware and runs ")
                        + e.runs()
                        + (e.result().isEmpty()
                                ? ""
                                : "; Update Result " + e.result().getAsInt());
            }
        };
    }

    /** A length of time, the largest units first: {@code 1 day 2 hours}. */
    static String of(Duration length) {
        List<String> parts = new ArrayList<>();
        part(parts, length.toDaysPart(), "day");
        part(parts, length.toHoursPart(), "hour");
        part(parts, length.toMinutesPart(), "minute");
        part(parts, length.toSecondsPart(), "second");
        part(parts, length.toMillisPart(), "millisecond");
        return parts.isEmpty() ? "nothing" : String.join(" ", parts);
    }

    private static void part(List<String> parts, long number, String unit) {
        if (number != 0) {
            parts.add(number + " " + unit + (number == 1 ? "" : "s"));
        }
    }

    private enum Kind {
        REGISTERED,
        BOOTSTRAPPED,
        REFUSED,
        FAILED,
        SEEN,
        JUDGED,
        KEEPS,
        SHOWS,
        RENEWED,
        STRAGGLERS,
        FIRMWARE;

        static Kind of(Expectation expectation) {
            return valueOf(expectation.getClass().getSimpleName().toUpperCase(Locale.ROOT));
        }
    }

    private static String device(int number) {
        return number == 1 ? "the device " : "device " + number + " ";
    }

    private static String refused(Expectation.Refused e, List<String> sent) {
        return "refused" + e.by().map(Party::word).map(by -> " by " + by).orElse("")
                + e.at().map(Stage::word).map(at -> " at " + at).orElse("") + ": " + e.reason() + alert(e.alert())
                + (e.certificate().isEmpty()
                        ? ""
                        : e.certificate().getAsInt() < 0
                                ? ", for a trusted certificate"
                                : e.certificate().getAsInt() < sent.size()
                                        ? ", for the certificate '"
                                                + sent.get(e.certificate().getAsInt()) + "'"
                                        : ", for certificate " + e.certificate().getAsInt());
    }

    private static String alert(java.util.OptionalInt alert) {
        return alert.isEmpty()
                ? ""
                : " with " + Alert.of(alert.getAsInt()).map(Alert::word).orElse("alert") + " (" + alert.getAsInt()
                        + ")";
    }

    private static String seen(Expectation.Seen e) {
        List<String> parts = new ArrayList<>();
        Expectation.Pattern p = e.pattern();
        p.outcome().ifPresent(outcome -> parts.add(outcome.word()));
        p.refusedBy().ifPresent(party -> parts.add("refused by " + party.word()));
        p.reason().ifPresent(parts::add);
        p.alert().ifPresent(alert -> parts.add("alert " + alert));
        p.facts().forEach((name, value) -> parts.add(name + " " + value));
        p.detail().ifPresent(text -> parts.add("saying '" + text + "'"));
        String what = p.stage().map(stage -> " '" + stage.word() + "'").orElse("")
                + p.party().map(party -> " told by " + party.word()).orElse("")
                + (p.device() > 0 ? " of device " + p.device() : "")
                + (parts.isEmpty() ? "" : ": " + String.join(", ", parts));
        String count = e.most() == Integer.MAX_VALUE
                ? e.least() == 1 ? "an event" : "at least " + e.least() + " events"
                : e.most() == 0
                        ? "no event"
                        : e.least() == e.most()
                                ? e.most() == 1 ? "one event" : e.most() + " events"
                                : e.least() + " to " + e.most() + " events";
        return count + what;
    }
}
