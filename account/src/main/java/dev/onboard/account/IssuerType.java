package dev.onboard.account;

import java.util.Optional;
import java.util.Set;

/** Kinds of third-party certificate issuers, in the platform's words, and what each must and may be told. */
public enum IssuerType {
    /** A CFSSL server behind its authenticated signing API. */
    CFSSL_AUTH(
            Set.of("host_url"),
            Set.of("cfssl_label", "cfssl_profile", "trust_anchors"),
            Set.of("hmac_hex_key"),
            Set.of()),
    /** An EST server (RFC 7030), asked for simple enrolment; the platform has no such type. */
    EST(
            Set.of("host_url", "trust_anchors"),
            Set.of("est_label"),
            Set.of(),
            Set.of("username", "password", "client_certificate", "private_key")),
    /**
     * A program on this machine: a certification request on standard input, the certificate on standard output. What it
     * is called with is told on the command line alone, never through the interface; the platform has no such type.
     */
    COMMAND(Set.of(), Set.of(), Set.of(), Set.of()),
    /** GlobalSign's IoT service. */
    GLOBAL_SIGN(
            Set.of(),
            Set.of(),
            Set.of("api_key", "api_secret", "client_certificate", "private_key"),
            Set.of("passphrase"));

    private final Set<String> neededAttributes;
    private final Set<String> optionalAttributes;
    private final Set<String> neededCredentials;
    private final Set<String> optionalCredentials;

    IssuerType(
            Set<String> neededAttributes,
            Set<String> optionalAttributes,
            Set<String> neededCredentials,
            Set<String> optionalCredentials) {
        this.neededAttributes = neededAttributes;
        this.optionalAttributes = optionalAttributes;
        this.neededCredentials = neededCredentials;
        this.optionalCredentials = optionalCredentials;
    }

    /** Attributes that must be given. */
    public Set<String> neededAttributes() {
        return neededAttributes;
    }

    /** Attributes that may be given. */
    public Set<String> optionalAttributes() {
        return optionalAttributes;
    }

    /** Credentials that must be given. */
    public Set<String> neededCredentials() {
        return neededCredentials;
    }

    /** Credentials that may be given. */
    public Set<String> optionalCredentials() {
        return optionalCredentials;
    }

    /** The type with this name; empty when there is none. */
    public static Optional<IssuerType> of(String name) {
        for (IssuerType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
