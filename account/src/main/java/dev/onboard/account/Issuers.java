package dev.onboard.account;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * Third-party certificate issuers, and which one signs what. {@link Account#issue} goes through the one that is active for
 * LwM2M at that moment; without one the account's own CA signs. Thread-safe; changes return after they are durable, and
 * credentials are never given out.
 */
public interface Issuers {
    /** How many issuers an account has at most. */
    int MOST = 20;
    /** The reference of the configuration that is always there: who signs LwM2M device certificates. */
    String LWM2M = "LWM2M";

    /**
     * An issuer, without its credentials.
     *
     * @param name unique in the account, 1 to 50 characters
     * @param description up to 100 characters
     * @param attributes as {@link IssuerType} names them
     * @param revision counts the changes, from 1
     */
    record Issuer(
            String id,
            String name,
            String description,
            IssuerType type,
            Map<String, String> attributes,
            long revision,
            Instant createdAt,
            Instant updatedAt) {
        public Issuer {
            attributes = java.util.Collections.unmodifiableMap(new TreeMap<>(attributes));
        }
    }

    /** An issuer to be. */
    record NewIssuer(
            String name,
            String description,
            IssuerType type,
            Map<String, String> attributes,
            IssuerCredentials credentials) {}

    /** What changes of an issuer; empty members stay as they are, attributes and credentials are exchanged as a whole. */
    record Change(
            Optional<String> name,
            Optional<String> description,
            Optional<Map<String, String>> attributes,
            Optional<IssuerCredentials> credentials) {}

    /**
     * Who signs certificates of one kind.
     *
     * @param reference {@link #LWM2M}, or the name of a custom certificate
     * @param issuerId the issuer; empty for {@link #LWM2M}: the account's own CA
     */
    record Configuration(
            String id,
            String reference,
            Optional<String> issuerId,
            long revision,
            Instant createdAt,
            Instant updatedAt) {
        /** Whether it is for a custom certificate. */
        public boolean isCustom() {
            return !reference.equals(LWM2M);
        }
    }

    /**
     * How an issuer did since this process began.
     *
     * @param lastFailure a sentence about the last failure
     * @param failures how often it failed in a row, 0 after a success
     */
    record Health(
            Optional<Instant> succeededAt, Optional<Instant> failedAt, Optional<String> lastFailure, int failures) {
        /** It was not asked yet. */
        public static final Health UNKNOWN = new Health(Optional.empty(), Optional.empty(), Optional.empty(), 0);

        /** After a certificate that could be used. */
        public Health succeeded(Instant at) {
            return new Health(Optional.of(at), failedAt, lastFailure, 0);
        }

        /** After a failure. */
        public Health failed(Instant at, String sentence) {
            return new Health(succeededAt, Optional.of(at), Optional.of(sentence), failures + 1);
        }

        /** {@code unknown}, {@code healthy} or {@code failing}. */
        public String word() {
            return equals(UNKNOWN) ? "unknown" : failures == 0 ? "healthy" : "failing";
        }
    }

    /** What an issuer said when it was asked. */
    sealed interface Verification {
        /** One sentence for a person. */
        String message();

        /** It signed a certificate on trial, which the LwM2M server would accept. */
        record Successful(String message) implements Verification {}

        /** It was not reached, did not sign, or signed what the LwM2M server would not accept. */
        record Failed(String message) implements Verification {}

        /** It was not asked, because this program cannot talk to it. */
        record NotPossible(String message) implements Verification {}
    }

    /**
     * Stores an issuer.
     *
     * @throws AccountException {@link AccountException.Kind#INVALID} with the fields, {@link AccountException.Kind#LIMIT} beyond
     *     {@link #MOST}, {@link AccountException.Kind#CONFLICT} for a name that is taken
     */
    Issuer add(NewIssuer wanted);

    /** Changes one. Throws {@link AccountException} as {@link #add}, and when there is none with this id. */
    Issuer update(String id, Change change);

    /**
     * Removes one.
     *
     * @throws AccountException {@link AccountException.Kind#NOT_FOUND}; {@link AccountException.Kind#INVALID} while a configuration
     *     names it
     */
    void remove(String id);

    /** The one with this id. */
    Optional<Issuer> get(String id);

    /** A page of them. Fields: {@code id}, {@code name}, {@code issuer_type}, {@code created_at}. */
    Page<Issuer> list(Query query);

    /** How an issuer did; {@link Health#UNKNOWN} when it was not asked, or there is none with this id. */
    Health health(String id);

    /**
     * Has an issuer sign a certificate for a key of no device, and checks it as a device's. The stage fails with
     * {@link AccountException} when there is none with this id.
     */
    CompletionStage<Verification> verify(String id);

    /** Who signs LwM2M device certificates. */
    Configuration lwm2m();

    /**
     * Has this issuer sign certificates of one kind from now on.
     *
     * @param reference 1 to 100 letters, digits, {@code - _ .}; not beginning with {@code mbed.}, not LwM2M nor BOOTSTRAP
     * @throws AccountException {@link AccountException.Kind#INVALID} with the field, {@link AccountException.Kind#CONFLICT} for a
     *     reference that is configured
     */
    Configuration configure(String reference, String issuerId);

    /**
     * Exchanges the issuer of a configuration.
     *
     * @param issuerId empty for {@link #LWM2M} alone: the account's own CA
     * @throws AccountException {@link AccountException.Kind#NOT_FOUND}; {@link AccountException.Kind#INVALID} with the field;
     *     {@link AccountException.Kind#ISSUER} when an issuer for LwM2M certificates does not sign a certificate on trial, or
     *     one that the LwM2M server would refuse: its CA is not trusted for {@code lwm2m}, say
     */
    Configuration reconfigure(String id, Optional<String> issuerId);

    /** Removes a custom configuration. Throws {@link AccountException} when there is none, or it is {@link #LWM2M}. */
    void removeConfiguration(String id);

    /** The configuration with this id. */
    Optional<Configuration> configuration(String id);

    /** A page of the configurations. Fields: {@code id}, {@code reference}, {@code certificate_issuer_id}, {@code created_at}. */
    Page<Configuration> configurations(Query query);
}
