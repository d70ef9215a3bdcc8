package dev.onboard.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.Service;
import dev.onboard.http.Rotations;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

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
     * is the response code of a refusal that must come; empty: success; {@code server} is 2 for the second LwM2M server. */
    record Operation(Verb what, int device, String path, String value, String answer, int server, Until until)
            implements Step {}

    /** When an operation of the LwM2M server is over as a step. */
    enum Until {
        /** What comes of it is there. */
        ANSWERED,
        /** It waits for a device that sleeps; what comes of it then is for expectations. */
        WAITING
    }

    /** What the LwM2M server does. */
    enum Verb {
        READ,
        WRITE,
        EXECUTE
    }

    /** A device does something of itself, at this moment. */
    record Deed(Doing what, int device) implements Step {}

    /** What a device does of itself. */
    enum Doing {
        /** It sleeps (queue mode), and the LwM2M server comes to know it. */
        SLEEP,
        /** It sends a registration update, by which it wakes. */
        UPDATE_REGISTRATION
    }

    /** The devices come from other addresses from now on. */
    record Rebind() implements Step {}

    /** The account has a device's LwM2M certificate renewed. */
    record Renew(int device) implements Step {}

    /**
     * What servers or devices are known by is exchanged.
     *
     * @param to the id of the certificate that the server shows from now on; empty: a good one
     * @param answer why the account must refuse it, a {@link dev.onboard.account.AccountException.Kind} as a word; empty: it
     *     is done
     */
    record Rotate(Rotations.Subject subject, Turn turn, String to, String answer) implements Step {}

    /** A part of a rotation. */
    enum Turn {
        BEGIN,
        FINISH,
        /** Leaving devices behind that have not followed. */
        FORCE_FINISH
    }

    /**
     * Firmware is brought to a device, or to all that are registered.
     *
     * @param device 0 for all
     * @param written what it is and how, as in the file
     */
    record Update(int device, JsonNode written) implements Step {}

    /**
     * Bootstraps write something else from now on.
     *
     * @param written as the field {@code deliver}
     */
    record Deliver(JsonNode written) implements Step {}

    /** Something is done to what a device keeps, behind its back. */
    record Flash(Hand what, int device) implements Step {}

    /** What is done to what a device keeps. */
    enum Hand {
        /** Its LwM2M credentials are copied. */
        BACK_UP,
        /** The copy is put back; its power is off. */
        RESTORE,
        /** One bit of the firmware package that it keeps is flipped. */
        TAMPER
    }

    /**
     * Others make handshakes with the server of the leg, beside what follows.
     *
     * @param send the ids of the certificates that each of them sends, its own first
     */
    record Crowd(List<String> send, int handshakes) implements Step {
        public Crowd {
            send = List.copyOf(send);
        }
    }

    /** The same for several devices, at once as far as expectations are concerned. */
    record Together(List<Step> steps) implements Step {
        public Together {
            steps = List.copyOf(steps);
        }
    }

    /** This step, or those that it consists of. */
    default Stream<Step> each() {
        return this instanceof Together together ? together.steps().stream() : Stream.of(this);
    }

    /** What must be seen now. */
    record Expect(Expectation expectation) implements Step {}

    /** The word of one of these enums in a file: {@code power-on}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
