package dev.onboard.factory;

import java.util.Locale;

/** How a device comes to the credentials with which it registers. */
public enum DeviceMode {
    /** With a factory certificate to the bootstrap server, which gives it an LwM2M key and certificate. */
    BOOTSTRAP,
    /**
     * With an LwM2M key and certificate from the factory. Such a device knows no bootstrap server: when its credentials are
     * refused it has nothing to fall back to.
     */
    LWM2M,
    /**
     * As {@link #BOOTSTRAP}, with a developer certificate that up to 100 devices share. It names none of them, and after a
     * factory reset such a device is a new one to the account.
     */
    DEVELOPER;

    /** Whether it knows a bootstrap server. */
    public boolean bootstraps() {
        return this != LWM2M;
    }

    /** The word in files and on the command line, for example {@code lwm2m}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The mode of this word.
     *
     * @throws IllegalArgumentException when there is none; the message is a sentence
     */
    public static DeviceMode of(String word) {
        for (DeviceMode mode : values()) {
            if (mode.word().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("not a mode; this program knows 'bootstrap', 'lwm2m' and 'developer'");
    }
}
