package dev.onboard.testbed;

import dev.onboard.factory.DeviceMode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which devices a demo makes. */
public enum DemoMode {
    /** All of them bootstrap. */
    BOOTSTRAP(DeviceMode.BOOTSTRAP),
    /** All of them have LwM2M credentials from the factory. */
    LWM2M(DeviceMode.LWM2M),
    /** They take turns: the first bootstraps, the second does not. */
    MIXED(DeviceMode.BOOTSTRAP, DeviceMode.LWM2M),
    /** All of them bootstrap with one developer certificate of the account. */
    DEVELOPER(DeviceMode.DEVELOPER);

    private final List<DeviceMode> turns;

    DemoMode(DeviceMode... turns) {
        this.turns = List.of(turns);
    }

    /** The modes that occur. */
    List<DeviceMode> modes() {
        return turns;
    }

    /** The mode of a device, counted from 1. */
    DeviceMode of(int device) {
        return turns.get((device - 1) % turns.size());
    }

    /** The word on the command line and in documents, for example {@code mixed}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The mode of this word.
     *
     * @throws IllegalArgumentException when there is none; the message is a sentence
     */
    public static DemoMode of(String word) {
        return Arrays.stream(values())
                .filter(mode -> mode.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a mode; a demo knows "
                        + Arrays.stream(values())
                                .map(mode -> "'" + mode.word() + "'")
                                .collect(Collectors.joining(", "))));
    }
}
