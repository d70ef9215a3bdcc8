package dev.onboard.http;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** A port without a factory. */
final class NoSimulatedDevices implements SimulatedDevices {
    private static IllegalArgumentException refusal(String endpoint) {
        return new IllegalArgumentException(
                "'" + endpoint + "' is no simulated device of this testbed; this port makes none");
    }

    @Override
    public List<String> make(Order order) {
        throw new IllegalArgumentException("this port makes no devices; 'onboard up' starts one that does");
    }

    @Override
    public Optional<Simulated> device(String endpoint) {
        return Optional.empty();
    }

    @Override
    public boolean has(String endpoint) {
        return false;
    }

    @Override
    public void act(String endpoint, Action action) {
        throw refusal(endpoint);
    }

    @Override
    public List<X509Certificate> factoryAuthorities() {
        return List.of();
    }

    @Override
    public List<X509Certificate> updateAuthenticity() {
        return List.of();
    }
}
