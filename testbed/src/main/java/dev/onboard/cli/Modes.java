package dev.onboard.cli;

import dev.onboard.factory.DeviceMode;
import dev.onboard.testbed.DemoMode;
import dev.onboard.testbed.UsageException;

/** The values of {@code --mode}. */
final class Modes {
    private Modes() {}

    static DeviceMode ofDevice(String word) {
        try {
            return DeviceMode.of(word);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--mode '" + word + "' is " + e.getMessage(), e);
        }
    }

    static DemoMode ofDemo(String word) {
        try {
            return DemoMode.of(word);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--mode '" + word + "' is " + e.getMessage(), e);
        }
    }
}
