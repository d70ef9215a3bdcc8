package dev.onboard.dtls.internal;

import dev.onboard.dtls.TrafficWatch;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.ResumptionSupportingConnectionStore;
import org.jspecify.annotations.Nullable;

/** A DTLS connector whose socket is read by a {@link SelectorLoop}: no receiver thread of its own. */
final class SelectorConnector extends GatedConnector {
    private final SelectorLoop selector;
    private final int mtu;
    /** Whether another may want to listen where this one did. */
    private final boolean keepsPort;

    private final Runnable lastAnswered;

    private volatile @Nullable DatagramChannel channel;

    /** @param lastAnswered see {@link DtlsClientSide#lastWasAnswered} */
    SelectorConnector(
            DtlsConnectorConfig configuration,
            CertificateGate gate,
            SelectorLoop selector,
            TrafficWatch traffic,
            Runnable lastAnswered) {
        super(configuration, gate, traffic);
        this.lastAnswered = lastAnswered;
        this.selector = selector;
        this.mtu = configuration.getMaxTransmissionUnit();
        this.keepsPort = false;
    }

    /** With connections kept in this store, see {@link GatedConnector}. */
    SelectorConnector(
            DtlsConnectorConfig configuration,
            CertificateGate gate,
            SelectorLoop selector,
            TrafficWatch traffic,
            ResumptionSupportingConnectionStore store,
            Predicate<InetSocketAddress> turnsAway,
            Consumer<Connection> left) {
        super(configuration, gate, traffic, store, turnsAway, left);
        this.lastAnswered = () -> {};
        this.selector = selector;
        this.mtu = configuration.getMaxTransmissionUnit();
        this.keepsPort = true;
    }

    void lastWasAnswered() {
        lastAnswered.run();
    }

    @Override
    protected void start(InetSocketAddress bindAddress) throws IOException {
        if (isRunning()) {
            return;
        }
        DatagramChannel opened = bindAddress.getAddress() instanceof java.net.Inet4Address
                ? DatagramChannel.open(StandardProtocolFamily.INET)
                : DatagramChannel.open();
        try {
            opened.configureBlocking(false);
            opened.bind(bindAddress);
            channel = opened;
            init(bindAddress, opened.socket(), mtu);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        selector.receive(opened, this::processDatagram);
    }

    @Override
    public void stop() {
        boolean was = isRunning();
        super.stop();
        if (was && keepsPort) {
            selector.released();
        }
    }

    @Override
    protected void sendNextDatagramOverNetwork(DatagramPacket datagram) throws IOException {
        DatagramChannel open = channel;
        if (open == null) {
            throw new IOException("the socket is not open");
        }
        watchSent(datagram);
        open.send(
                ByteBuffer.wrap(datagram.getData(), datagram.getOffset(), datagram.getLength()),
                datagram.getSocketAddress());
    }
}
