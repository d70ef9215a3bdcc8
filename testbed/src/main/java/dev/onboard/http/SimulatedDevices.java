package dev.onboard.http;

import dev.onboard.pki.Defect;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The devices that the testbed simulates, and the factory that makes them. Thread-safe. What was asked for and cannot be
 * is an {@link IllegalArgumentException} whose message is a sentence for a person.
 */
public interface SimulatedDevices {
    /** The most devices of one order. */
    int MOST_AT_ONCE = 10_000;

    /**
     * An order to the factory.
     *
     * @param names the endpoint names, or how they are numbered
     * @param mode {@code bootstrap}, {@code lwm2m} or {@code developer}
     * @param chainDepth how many CAs stand above a device's certificate
     * @param defect what is wrong with the devices' certificates
     * @param upload whether the factory's CA is uploaded to the account, unless it is there
     * @param power whether the devices are switched on
     */
    record Order(Names names, String mode, int chainDepth, Optional<Defect> defect, Upload upload, Power power) {}

    /** What the devices are called. */
    sealed interface Names {
        /** One device of this name. */
        record One(String endpoint) implements Names {}

        /** So many, numbered from the first number that is free. */
        record Numbered(String prefix, int count) implements Names {}
    }

    /** Whether the factory's CA is uploaded. */
    enum Upload {
        IF_MISSING,
        NO
    }

    /** Whether devices are switched on. */
    enum Power {
        ON,
        OFF
    }

    /** What can be done to a device as if one stood before it. */
    enum Action {
        POWER_ON,
        /** It deregisters first. */
        POWER_OFF,
        /** In the middle of whatever it does. */
        CUT_POWER,
        REBOOT,
        /** It forgets its LwM2M credentials and begins with what the factory gave it. */
        FACTORY_RESET,
        /** It goes back to the factory, comes out with a new key and a good certificate, and is switched on. */
        NEW_CERTIFICATE;

        /** The word in documents, for example {@code power-on}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The action of this word. */
        public static Optional<Action> of(String word) {
            return Arrays.stream(values())
                    .filter(action -> action.word().equals(word))
                    .findFirst();
        }
    }

    /**
     * A device of this testbed.
     *
     * @param state {@code off}, {@code starting}, {@code bootstrapping} and so on
     * @param mode {@code bootstrap}, {@code lwm2m} or {@code developer}
     * @param factoryChain what the factory gave it, its own certificate first, without the root
     * @param lwm2mChain what bootstrap gave it; empty when it has none
     */
    record Simulated(
            String endpoint,
            String state,
            String mode,
            List<X509Certificate> factoryChain,
            List<X509Certificate> lwm2mChain) {
        /** Copies. */
        public Simulated {
            factoryChain = List.copyOf(factoryChain);
            lwm2mChain = List.copyOf(lwm2mChain);
        }
    }

    /** Makes devices; returns their names when they are made. */
    List<String> make(Order order);

    /** The device of this name, when it is one of this testbed's. */
    Optional<Simulated> device(String endpoint);

    /** Whether the device of this name is simulated here; quick. */
    boolean has(String endpoint);

    /** Does it; what comes of it is in the journal. Throws {@link IllegalArgumentException} for a name that is none of this testbed's. */
    void act(String endpoint, Action action);

    /** The certificates of the factory's CAs, for all modes. */
    List<X509Certificate> factoryAuthorities();

    /** The update authenticity certificates that the factory gives devices: firmware is taken from who signs with their keys. */
    List<X509Certificate> updateAuthenticity();

    /** No device is simulated here. */
    static SimulatedDevices none() {
        return new NoSimulatedDevices();
    }
}
