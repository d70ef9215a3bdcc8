package dev.onboard.account;

import java.util.Map;
import java.util.Optional;

/** What opens a third-party certificate issuer: secrets by name. They are never shown, and not by {@link #toString} either. Immutable. */
public final class IssuerCredentials {
    private final Map<String, String> secrets;

    private IssuerCredentials(Map<String, String> secrets) {
        this.secrets = Map.copyOf(secrets);
    }

    /** These secrets. */
    public static IssuerCredentials of(Map<String, String> secrets) {
        return new IssuerCredentials(secrets);
    }

    /** The secret with this name, for who connects to the issuer. */
    public Optional<String> secret(String name) {
        return Optional.ofNullable(secrets.get(name));
    }

    /** All of them, for the storage. */
    public Map<String, String> reveal() {
        return secrets;
    }

    @Override
    public String toString() {
        return "IssuerCredentials[" + secrets.size() + " hidden]";
    }
}
