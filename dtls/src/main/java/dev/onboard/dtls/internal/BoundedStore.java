package dev.onboard.dtls.internal;

import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.InMemoryReadWriteLockConnectionStore;

/** Scandium's connections, as many as a server shall keep; tells of each for which there was no room. Thread-safe. */
final class BoundedStore extends InMemoryReadWriteLockConnectionStore {
    private final Consumer<InetSocketAddress> turnedAway;
    private final Consumer<InetSocketAddress> removed;

    /**
     * @param turnedAway told the address of a peer whose connection was not kept, on a protocol thread
     * @param removed told the address of a peer whose connection is kept no more
     */
    BoundedStore(
            DtlsConnectorConfig configuration,
            int most,
            Consumer<InetSocketAddress> turnedAway,
            Consumer<InetSocketAddress> removed) {
        super(
                most,
                configuration.getConfiguration().get(DtlsConfig.DTLS_STALE_CONNECTION_THRESHOLD, TimeUnit.SECONDS),
                configuration.getSessionStore(),
                configuration.getConfiguration().get(DtlsConfig.DTLS_REMOVE_STALE_DOUBLE_PRINCIPALS));
        this.turnedAway = turnedAway;
        this.removed = removed;
        setTag(configuration.getLoggingTag());
    }

    @Override
    public boolean put(Connection connection) {
        boolean kept = super.put(connection);
        if (!kept) {
            turnedAway.accept(connection.getPeerAddress());
            // told "false" only, Scandium answers with another HelloVerifyRequest, and its peer with another
            // ClientHello,
            // without end; this is what it catches where it drops a ClientHello, and its methods do not declare it
            BoundedStore.<RuntimeException>drop(new GeneralSecurityException("no room for another connection"));
        }
        return kept;
    }

    @Override
    public boolean remove(Connection connection, boolean removeFromSessionCache) {
        // afterwards, and when a listener is told, it has no address any more
        InetSocketAddress peer = connection.getPeerAddress();
        boolean was = super.remove(connection, removeFromSessionCache);
        if (was && peer != null) {
            removed.accept(peer);
        }
        return was;
    }

    @SuppressWarnings("unchecked") // the compiler alone believes in the type
    private static <E extends Exception> void drop(Exception why) throws E {
        throw (E) why;
    }
}
