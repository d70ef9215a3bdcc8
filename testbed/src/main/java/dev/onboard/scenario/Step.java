package dev.onboard.scenario;

import dev.onboard.account.Service;
import java.time.Duration;
import java.util.Locale;

/** One thing that is done, or must be seen, in the course of a scenario. Devices are counted from 1. */
public sealed interface Step {
    /** Something is done to a device's power. */
    record Power(Switch what, int device) implements Step {}

    /** What is done to a device's power. */
    enum Switch {
        POWER_ON,
        CUT_POWER,
        SHUT_DOWN,
        REBOOT,
        FACTORY_RESET
    }

    /** The account's trust in one certificate changes. */
    record Trust(Change what, String certificate, Service service) implements Step {}

    /** How trust changes. */
    enum Change {
        TRUST,
        DISTRUST,
        DEACTIVATE,
        ACTIVATE
    }

    /** The clock of the servers and the account, and that of the devices, move by so much. */
    record Clock(Duration servers, Duration devices) implements Step {}

    /** The operator does something to a device in the account. */
    record Operator(Act what, int device) implements Step {}

    /** What an operator does to a device. */
    enum Act {
        REVOKE,
        SUSPEND,
        RESUME,
        RELEASE,
        FORGET
    }

    /** The LwM2M server does something to a device. {@code value} is empty for reading and executing, {@code answer}
     * is the response code of a refusal that must come; empty: success. */
    record Operation(Verb what, int device, String path, String value, String answer) implements Step {}

    /** What the LwM2M server does. */
    enum Verb {
        READ,
        WRITE,
        EXECUTE
    }

    /** What must be seen now. */
    record Expect(Expectation expectation) implements Step {}

    /** The word of one of these enums in a file: {@code power-on}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
