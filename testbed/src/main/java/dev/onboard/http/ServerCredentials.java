package dev.onboard.http;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;

/**
 * Where the two servers are and which CA certificates devices know them by. Immutable.
 *
 * @param bootstrap of the bootstrap server
 * @param lwm2m of the LwM2M server
 */
public record ServerCredentials(Server bootstrap, Server lwm2m) {
    /**
     * One server.
     *
     * @param uri for example {@code coaps://localhost:5784}, without a query
     * @param present the CA certificate that a device checks the server's against
     */
    public record Server(URI uri, Supplier<X509Certificate> present) {
        /** A server whose CA stays. */
        public Server(URI uri, X509Certificate authority) {
            this(uri, () -> authority);
        }

        /** The CA certificate that a device checks the server's against now. */
        public X509Certificate authority() {
            return present.get();
        }

        /** As the platform gives it to devices: with the account's id. */
        String uriFor(String accountId) {
            return uri + "?aid=" + accountId;
        }
    }
}
