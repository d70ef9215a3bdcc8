package dev.onboard.dtls.internal;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import org.eclipse.californium.elements.Connector;
import org.eclipse.californium.elements.EndpointContextMatcher;
import org.eclipse.californium.elements.RawData;
import org.eclipse.californium.elements.RawDataChannel;
import org.eclipse.californium.elements.UdpEndpointContext;
import org.eclipse.californium.elements.util.ClockUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Datagrams without DTLS, on a socket that is read by a {@link SelectorLoop}: no thread of its own. Thread-safe. */
final class PlainConnector implements Connector {
    private static final Logger LOG = LoggerFactory.getLogger(PlainConnector.class);

    private final InetSocketAddress bind;
    private final SelectorLoop selector;
    private volatile @Nullable DatagramChannel channel;
    private volatile @Nullable RawDataChannel receiver;

    PlainConnector(InetSocketAddress bind, SelectorLoop selector) {
        this.bind = bind;
        this.selector = selector;
    }

    @Override
    public void start() throws IOException {
        if (isRunning()) {
            return;
        }
        DatagramChannel opened = DatagramChannel.open();
        opened.configureBlocking(false);
        opened.bind(bind);
        channel = opened;
        selector.receive(opened, this::processDatagram);
    }

    @Override
    public void stop() {
        DatagramChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("a socket could not be closed: {}", e.toString());
            }
        }
    }

    @Override
    public void destroy() {
        stop();
        receiver = null;
    }

    @Override
    public void send(RawData message) {
        DatagramChannel open = channel;
        try {
            if (open == null) {
                throw new IOException("the socket is not open");
            }
            message.onContextEstablished(new UdpEndpointContext(message.getInetSocketAddress()));
            open.send(ByteBuffer.wrap(message.getBytes()), message.getInetSocketAddress());
            message.onSent();
        } catch (IOException e) {
            message.onError(e);
        }
    }

    @Override
    public void processDatagram(DatagramPacket datagram) {
        RawDataChannel to = receiver;
        if (to != null) {
            int from = datagram.getOffset();
            to.receiveData(RawData.inbound(
                    Arrays.copyOfRange(datagram.getData(), from, from + datagram.getLength()),
                    new UdpEndpointContext((InetSocketAddress) datagram.getSocketAddress()),
                    false,
                    ClockUtil.nanoRealtime(),
                    getAddress()));
        }
    }

    @Override
    public void setRawDataReceiver(RawDataChannel messageHandler) {
        receiver = messageHandler;
    }

    @Override
    public void setEndpointContextMatcher(EndpointContextMatcher matcher) {
        // every datagram stands for itself: there is no session that could be another one's
    }

    @Override
    public InetSocketAddress getAddress() {
        DatagramChannel open = channel;
        try {
            return open == null ? bind : (InetSocketAddress) open.getLocalAddress();
        } catch (IOException e) {
            return bind; // closed meanwhile
        }
    }

    @Override
    public String getProtocol() {
        return "UDP";
    }

    @Override
    public boolean isRunning() {
        return channel != null;
    }
}
