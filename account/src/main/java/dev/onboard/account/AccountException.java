package dev.onboard.account;

import java.util.List;
import java.util.Optional;

/**
 * The account did not do what it was asked to, and why. The message is one sentence for a person that names the
 * offending value and what to do.
 */
public final class AccountException extends RuntimeException {
    private final Kind kind;
    private final transient List<Fault> faults;
    private final String reason;

    /** What kind of problem it is. */
    public enum Kind {
        /** What was given is not acceptable; {@link #faults()} says which field. */
        INVALID,
        /** A limit of the account is reached. */
        LIMIT,
        /** There is no such thing. */
        NOT_FOUND,
        /** It exists already, or its state does not allow this. */
        CONFLICT,
        /** A device cannot do this, or not now. */
        LOCKED,
        /** A certificate issuer could not be reached, or refused. */
        ISSUER,
        /** The storage does not work: at start a newer or damaged database or a directory in use, later a full disk. */
        STORAGE
    }

    /**
     * One fault of what was given.
     *
     * @param field the field's path in the document, for example {@code certificate}
     * @param message what is wrong with it
     */
    public record Fault(String field, String message) {}

    private AccountException(Kind kind, String message, List<Fault> faults) {
        this(kind, message, faults, "");
    }

    private AccountException(Kind kind, String message, List<Fault> faults, String reason) {
        super(message);
        this.reason = reason;
        this.kind = kind;
        this.faults = List.copyOf(faults);
    }

    /** A field is not acceptable. */
    public static AccountException invalid(String field, String message) {
        return invalid(List.of(new Fault(field, message)));
    }

    /** Some fields are not acceptable; at least one. */
    public static AccountException invalid(List<Fault> faults) {
        StringBuilder text = new StringBuilder();
        for (Fault fault : faults) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(fault.field())
                    .append(": ")
                    .append(fault.message());
        }
        return new AccountException(Kind.INVALID, text.toString(), faults);
    }

    /** There is no such thing, for example {@code notFound("trusted certificate", id)}. */
    public static AccountException notFound(String what, String name) {
        return new AccountException(Kind.NOT_FOUND, "there is no " + what + " '" + name + "'", List.of());
    }

    /** It exists already. */
    public static AccountException conflict(String field, String message) {
        return new AccountException(Kind.CONFLICT, field + ": " + message, List.of(new Fault(field, message)));
    }

    /** A device cannot do this, or not now. */
    public static AccountException locked(String message) {
        return new AccountException(Kind.LOCKED, message, List.of());
    }

    /** A certificate issuer could not be reached, or refused. */
    public static AccountException issuer(String message) {
        return new AccountException(Kind.ISSUER, message, List.of());
    }

    /** As {@link #issuer(String)}, for a stable reason id such as {@code issuer-unreachable}. */
    public static AccountException issuer(String reason, String message) {
        return new AccountException(Kind.ISSUER, message, List.of(), reason);
    }

    /** A limit is reached. */
    public static AccountException limit(String field, String message) {
        return new AccountException(Kind.LIMIT, field + ": " + message, List.of(new Fault(field, message)));
    }

    /** The storage does not work. */
    public static AccountException storage(String message) {
        return new AccountException(Kind.STORAGE, message, List.of());
    }

    /** The storage does not work, for this cause. */
    public static AccountException storage(String message, Throwable cause) {
        AccountException exception = storage(message);
        exception.initCause(cause);
        return exception;
    }

    /** What kind of problem it is. */
    public Kind kind() {
        return kind;
    }

    /** The stable reason id, where there is one. */
    public Optional<String> reason() {
        return reason.isEmpty() ? Optional.empty() : Optional.of(reason);
    }

    /** Which fields are at fault; may be empty. */
    public List<Fault> faults() {
        return faults;
    }
}
