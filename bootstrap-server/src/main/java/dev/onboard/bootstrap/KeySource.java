package dev.onboard.bootstrap;

/** Where a device's LwM2M key is made. */
public enum KeySource {
    /** On the bootstrap server, which delivers it with its certificate (security mode 2). */
    BOOTSTRAP_SERVER,
    /** On the device, which enrols over EST at Bootstrap-Finish (security mode 4, RFC 9148). The key never leaves it. */
    EST,
    /** As {@link #EST} in the platform's own dialect: Finish carries the device's id ({@code iep}), for its request. */
    PLATFORM_EST
}
