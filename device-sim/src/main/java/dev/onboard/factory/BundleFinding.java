package dev.onboard.factory;

/**
 * One thing that a verification found in a bundle. Immutable.
 *
 * @param level an error keeps the device in the factory, a warning does not
 * @param item the item concerned by its name on the platform, for example {@code mbed.BootstrapDeviceCert}
 * @param status the platform's code; {@code SUCCESS} for a warning, which has none
 * @param text what was found
 * @param fix what to do, one sentence
 */
public record BundleFinding(Level level, String item, FactoryStatus status, String text, String fix) {
    /** Whether the device may leave the factory. */
    public enum Level {
        ERROR,
        WARNING
    }

    static BundleFinding error(String item, FactoryStatus status, String text, String fix) {
        return new BundleFinding(Level.ERROR, item, status, text, fix);
    }

    static BundleFinding warning(String item, String text, String fix) {
        return new BundleFinding(Level.WARNING, item, FactoryStatus.SUCCESS, text, fix);
    }
}
