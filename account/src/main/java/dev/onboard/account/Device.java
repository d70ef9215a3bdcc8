package dev.onboard.account;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A device in the directory. Immutable.
 *
 * @param id 32 lower-case hexadecimal digits, given by the account
 * @param endpoint the endpoint name, unique in the account, at most 64 characters
 * @param caId the id of the trusted certificate that admitted it last
 * @param deviceKey SHA-256 of the certificate it was admitted with last, lower-case hexadecimal
 * @param issuerFingerprint SHA-256 of that trusted certificate, lower-case hexadecimal
 * @param binding who owns the endpoint name; empty: the next claimant will
 * @param customAttributes names and values given by the operator
 * @param registration what its last registration said
 * @param suspension why it is suspended; empty: it is not
 * @param revision counts the changes, from 1
 */
public record Device(
        String id,
        String endpoint,
        DeviceState state,
        ExecutionMode executionMode,
        Optional<String> caId,
        Optional<String> deviceKey,
        Optional<String> issuerFingerprint,
        Optional<Binding> binding,
        Labels labels,
        Map<String, String> customAttributes,
        Registration registration,
        Optional<Suspension> suspension,
        Optional<Instant> bootstrappedAt,
        Optional<Instant> registeredAt,
        Optional<Instant> enrolledAt,
        long revision,
        Instant createdAt,
        Instant updatedAt) {

    /**
     * The identity that owns an endpoint name.
     *
     * @param issuer SHA-256 over the name and key identifier of the CA that signed the device's certificate
     * @param key SHA-256 of the device's public key (SubjectPublicKeyInfo)
     */
    public record Binding(String issuer, String key) {}

    public Device {
        customAttributes = Collections.unmodifiableMap(new TreeMap<>(customAttributes));
    }
}
