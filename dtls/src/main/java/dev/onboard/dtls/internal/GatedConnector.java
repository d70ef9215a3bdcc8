package dev.onboard.dtls.internal;

import dev.onboard.dtls.DtlsHeaders;
import dev.onboard.dtls.TrafficWatch;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.ContentType;
import org.eclipse.californium.scandium.dtls.Record;
import org.eclipse.californium.scandium.dtls.ResumptionSupportingConnectionStore;

/**
 * A DTLS connector whose Certificate messages pass a {@link CertificateGate} before Scandium reads them, and that listens to no ClientHello of
 * those who have been refused too often.
 */
abstract class GatedConnector extends DTLSConnector {
    private final CertificateGate gate;
    private final TrafficWatch traffic;
    private final Predicate<InetSocketAddress> turnsAway;
    private final Consumer<Connection> left;
    private final ResumptionSupportingConnectionStore store;

    GatedConnector(DtlsConnectorConfig configuration, CertificateGate gate, TrafficWatch traffic) {
        this(configuration, gate, traffic, createConnectionStore(configuration), peer -> false, connection -> {});
    }

    /**
     * With connections kept in this store.
     *
     * @param turnsAway whose ClientHellos are dropped before anything is made of them, on the thread that receives
     * @param left told of each whose peer said close_notify, on a protocol thread
     */
    GatedConnector(
            DtlsConnectorConfig configuration,
            CertificateGate gate,
            TrafficWatch traffic,
            ResumptionSupportingConnectionStore store,
            Predicate<InetSocketAddress> turnsAway,
            Consumer<Connection> left) {
        super(configuration, store);
        this.gate = gate;
        this.traffic = traffic;
        this.turnsAway = turnsAway;
        this.left = left;
        this.store = store;
    }

    /** Says close_notify to this peer (RFC 5246, 7.2.1), when there is a session with it, and then goes on. */
    void leave(InetSocketAddress peer, Runnable afterwards) {
        Connection connection = store.get(peer);
        if (connection == null || !connection.hasEstablishedDtlsContext()) {
            afterwards.run();
            return;
        }
        close(peer);
        try {
            connection.getExecutor().execute(afterwards);
        } catch (RejectedExecutionException e) {
            afterwards.run(); // it is closed already
        }
    }

    @Override
    protected void processDatagram(DatagramPacket packet, InetSocketAddress router) {
        if (traffic != TrafficWatch.NONE) {
            traffic.datagram((InetSocketAddress) packet.getSocketAddress(), getAddress(), content(packet));
        }
        if (!DtlsHeaders.isClientHello(content(packet))
                || !turnsAway.test((InetSocketAddress) packet.getSocketAddress())) {
            super.processDatagram(packet, router);
        }
    }

    final void watchSent(DatagramPacket packet) {
        if (traffic != TrafficWatch.NONE) {
            traffic.datagram(getAddress(), (InetSocketAddress) packet.getSocketAddress(), content(packet));
        }
    }

    private static ByteBuffer content(DatagramPacket packet) {
        return ByteBuffer.wrap(packet.getData(), packet.getOffset(), packet.getLength());
    }

    @Override
    public void processRecord(Record record, Connection connection) {
        if (!gate.refuses(record, connection, this)) {
            super.processRecord(record, connection);
            if (record.getType() == ContentType.ALERT && connection.isClosed()) {
                left.accept(connection);
            }
        }
    }
}
