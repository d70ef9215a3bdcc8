package dev.onboard.scenario.internal;

/** A scenario, or a part of it, that cannot be carried out or seen with a foreign party. */
final class NotObservableException extends Exception {
    private static final long serialVersionUID = 1;

    NotObservableException(String message) {
        super(message);
    }
}
