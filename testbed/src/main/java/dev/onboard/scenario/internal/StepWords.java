package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.scenario.Step;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Steps as a person says them. */
public final class StepWords {
    private StepWords() {}

    /**
     * One sentence, without its full stop.
     *
     * @param devices how many the scenario has
     */
    public static String of(Step step, int devices) {
        if (step instanceof Step.Together together) {
            return together(together, devices);
        }
        return of(step, step instanceof Step.Update update && update.device() == 0 ? everyone(devices) : who(step));
    }

    /** What is done to each of several devices is said once. */
    private static String together(Step.Together together, int devices) {
        List<String> sentences = together.steps().stream()
                .map(step -> of(step, "each device"))
                .distinct()
                .toList();
        return sentences.size() == 1 && together.steps().size() == devices
                ? sentences.get(0)
                : String.join(
                        "; ",
                        together.steps().stream().map(step -> of(step, devices)).toList());
    }

    private static String everyone(int devices) {
        return devices == 1 ? "the device" : "each device";
    }

    private static String who(Step step) {
        int number = step instanceof Step.Power power
                ? power.device()
                : step instanceof Step.Operator act
                        ? act.device()
                        : step instanceof Step.Operation operation
                                ? operation.device()
                                : step instanceof Step.Deed deed
                                        ? deed.device()
                                        : step instanceof Step.Renew renew
                                                ? renew.device()
                                                : step instanceof Step.Flash flash
                                                        ? flash.device()
                                                        : step instanceof Step.Update update ? update.device() : 1;
        return number == 1 ? "the device" : "device " + number;
    }

    private static String of(Step step, String device) {
        if (step instanceof Step.Power power) {
            return switch (power.what()) {
                case POWER_ON -> device + " is switched on";
                case CUT_POWER -> "the power of " + device + " is cut";
                case SHUT_DOWN -> device + " is shut down in order";
                case REBOOT -> device + " reboots";
                case FACTORY_RESET -> device + " is reset to what its factory gave it";
            };
        }
        if (step instanceof Step.Trust trust) {
            String certificate = "'" + trust.certificate() + "'";
            String service = " for " + trust.service().word();
            return switch (trust.what()) {
                case TRUST -> certificate + " is uploaded to the account," + service;
                case DISTRUST -> certificate + " is removed from the account's trusted certificates" + service;
                case DEACTIVATE -> "the account's trust in " + certificate + service + " is switched off";
                case ACTIVATE -> "the account's trust in " + certificate + service + " is switched on again";
            };
        }
        if (step instanceof Step.Clock clock) {
            return clock(clock);
        }
        if (step instanceof Step.Operator act) {
            return switch (act.what()) {
                case REVOKE -> "the LwM2M certificate of " + device + " is revoked";
                case SUSPEND -> device + " is suspended in the account";
                case RESUME -> device + " is resumed in the account";
                case RELEASE -> "the key that the account holds " + device + " to is released";
                case FORGET -> device + " is removed from the account";
            };
        }
        if (step instanceof Step.Operation operation) {
            return operation(operation, device);
        }
        if (step instanceof Step.Deed deed) {
            return switch (deed.what()) {
                case SLEEP -> device + " sleeps, and the LwM2M server knows it";
                case UPDATE_REGISTRATION -> device + " sends a registration update";
            };
        }
        if (step instanceof Step.Rebind) {
            return "the devices' addresses change, as behind a NAT that forgot them";
        }
        if (step instanceof Step.Renew) {
            return "the account has the LwM2M certificate of " + device + " renewed";
        }
        if (step instanceof Step.Rotate rotate) {
            return rotate(rotate);
        }
        if (step instanceof Step.Update update) {
            return update(update.written(), device);
        }
        if (step instanceof Step.Deliver deliver) {
            return "from now on bootstraps deliver what is good, but for " + fields(deliver.written());
        }
        if (step instanceof Step.Flash flash) {
            return switch (flash.what()) {
                case BACK_UP -> "the LwM2M credentials of " + device + " are copied";
                case RESTORE -> "the copy is put back into " + device;
                case TAMPER -> "one bit of the firmware package that " + device + " keeps is flipped";
            };
        }
        if (step instanceof Step.Crowd crowd) {
            return crowd.handshakes() + " handshakes with the server begin, beside what follows, each showing "
                    + String.join(", ", crowd.send());
        }
        if (step instanceof Step.Expect expect) {
            return Words.of(expect.expectation());
        }
        throw new IllegalStateException("nobody has words for " + step);
    }

    private static String clock(Step.Clock clock) {
        List<String> parts = new ArrayList<>();
        if (!clock.servers().isZero()) {
            parts.add("the servers' clocks go " + by(clock.servers()));
        }
        if (!clock.devices().isZero()) {
            parts.add("the devices' clocks go " + by(clock.devices()));
        }
        return parts.isEmpty() ? "no clock moves" : String.join(", ", parts);
    }

    private static String by(Duration by) {
        return (by.isNegative() ? "back" : "on") + " by " + Words.of(by.abs());
    }

    private static String operation(Step.Operation operation, String device) {
        String what = switch (operation.what()) {
            case READ -> "reads " + operation.path() + " of " + device;
            case WRITE -> "writes '" + operation.value() + "' to " + operation.path() + " of " + device;
            case EXECUTE -> "executes " + operation.path() + " of " + device;
        };
        return (operation.server() == 1 ? "the LwM2M server " : "the second LwM2M server ")
                + what
                + (operation.answer().isEmpty() ? "" : ", which must answer " + operation.answer())
                + (operation.until() == Step.Until.ANSWERED ? "" : ", which must wait because the device sleeps");
    }

    private static String rotate(Step.Rotate rotate) {
        String subject = rotate.subject().word();
        return switch (rotate.turn()) {
                    case BEGIN -> "a rotation begins: " + subject;
                    case FINISH -> "the rotation is finished: " + subject;
                    case FORCE_FINISH -> "the rotation is finished, whoever is left behind: " + subject;
                }
                + (rotate.to().isEmpty() ? "" : "; the server shows '" + rotate.to() + "' from then on")
                + (rotate.answer().isEmpty() ? "" : "; the account must refuse it (" + rotate.answer() + ")");
    }

    private static String update(JsonNode written, String device) {
        String way = switch (written.path("by").asText("pull")) {
            case "push" -> "a campaign sends " + device + " the firmware ";
            case "direct" -> "the LwM2M server writes to " + device + ", past the account, the firmware ";
            default -> "a campaign has " + device + " fetch the firmware ";
        };
        StringBuilder text = new StringBuilder(way + written.path("version").asText());
        for (Map.Entry<String, JsonNode> field : written.properties()) {
            switch (field.getKey()) {
                case "version", "by", "device" -> {
                    // said already
                }
                case "signers" -> text.append(", signed by ").append(value(field.getValue()));
                case "unsigned" -> text.append(", not signed");
                case "image" -> text.append(", the image ").append(value(field.getValue()));
                case "source" -> text.append(", from a server that shows ").append(value(field.getValue()));
                case "next" ->
                    text.append(", which brings the update authenticity certificate ")
                            .append(value(field.getValue()));
                case "edit" ->
                    field.getValue()
                            .forEach(edit -> text.append(", the octets ")
                                    .append(edit.path("octets").asText())
                                    .append(" made ")
                                    .append(edit.path("become").asText()));
                default -> text.append(", ").append(field.getKey()).append(' ').append(value(field.getValue()));
            }
        }
        return text.toString();
    }

    /** Fields and their values, in one line: {@code usage 3, server-certificate leaf}. */
    public static String fields(JsonNode of) {
        List<String> parts = new ArrayList<>();
        of.properties().forEach(field -> parts.add(field.getKey() + " " + value(field.getValue())));
        return String.join(", ", parts);
    }

    /** A value in one line; what may be a duration is said as one. */
    static String value(JsonNode value) {
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(one -> parts.add(value(one)));
            return parts.isEmpty() ? "none" : String.join(", ", parts);
        }
        if (value.isObject()) {
            return value.isEmpty() ? "as usual" : "(" + fields(value) + ")";
        }
        if (value.isTextual() && value.asText().matches("-?PT?[0-9].*")) {
            try {
                return Words.of(Duration.parse(value.asText()));
            } catch (DateTimeParseException e) {
                return value.asText(); // it only looks like one
            }
        }
        return value.asText();
    }
}
