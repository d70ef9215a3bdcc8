package dev.onboard.scenario;

import java.util.List;
import java.util.stream.Collectors;

/** Scenario files that cannot be used; lists everything that is wrong with them. */
public final class InvalidScenarioException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<Fault> faults;

    /** With these faults, at least one. */
    public InvalidScenarioException(List<Fault> faults) {
        super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    /** What is wrong, in the order of the files. */
    public List<Fault> faults() {
        return faults;
    }
}
