package dev.onboard.dtls.internal;

import dev.onboard.dtls.TrafficWatch;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.jspecify.annotations.Nullable;

/** A DTLS connector whose socket is read by a {@link SelectorLoop}: no receiver thread of its own. */
final class SelectorConnector extends GatedConnector {
    private final SelectorLoop selector;
    private final int mtu;
    private volatile @Nullable DatagramChannel channel;

    SelectorConnector(
            DtlsConnectorConfig configuration, CertificateGate gate, SelectorLoop selector, TrafficWatch traffic) {
        super(configuration, gate, traffic);
        this.selector = selector;
        this.mtu = configuration.getMaxTransmissionUnit();
    }

    @Override
    protected void start(InetSocketAddress bindAddress) throws IOException {
        if (isRunning()) {
            return;
        }
        DatagramChannel opened = bindAddress.getAddress() instanceof java.net.Inet4Address
                ? DatagramChannel.open(StandardProtocolFamily.INET)
                : DatagramChannel.open();
        opened.configureBlocking(false);
        opened.bind(bindAddress);
        channel = opened;
        init(bindAddress, opened.socket(), mtu);
        selector.receive(opened, this::processDatagram);
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
