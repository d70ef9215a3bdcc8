package dev.onboard.bench;

/** One of those that are compared: servers, and devices that are onboarded at them, in this process. Not thread-safe. */
interface Contestant extends AutoCloseable {
    /** Makes so many devices as a factory does, each with a key and certificate of its own; this is not measured. */
    void prepare(int devices) throws Exception;

    /**
     * Switches the devices on that were prepared and returns when the last one is registered.
     *
     * @return how long each took, from when it was to be switched on to its registration, in nanoseconds
     * @throws BenchException when one of them does not get there
     */
    long[] onboard(Load load) throws Exception;

    /** Switches the devices off and forgets them; not measured. */
    void clear() throws Exception;
}
