package dev.onboard.dtls.internal;

import dev.onboard.dtls.RawPeer.Habit;
import dev.onboard.dtls.Transmission;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Set;
import org.bouncycastle.tls.DatagramTransport;
import org.jspecify.annotations.Nullable;

/** The datagrams of one peer on a socket; others' are dropped. Used by one thread. */
final class RawTransport implements DatagramTransport {
    private static final int LARGEST = 16 * 1024;

    private final DatagramSocket socket;
    private final InetSocketAddress peer;
    private final TamperedFlight flight;
    private byte @Nullable [] first;

    /**
     * @param first a datagram of this peer that was received already, or null
     * @param habits what is done to what is sent
     */
    RawTransport(DatagramSocket socket, InetSocketAddress peer, byte @Nullable [] first, Set<Habit> habits) {
        this.flight = new TamperedFlight(habits);
        this.socket = socket;
        this.peer = peer;
        this.first = first;
    }

    @Override
    public int getReceiveLimit() {
        return LARGEST;
    }

    @Override
    public int getSendLimit() {
        return Transmission.STANDARD.mtu() - 28; // without the headers of IPv4 and UDP
    }

    @Override
    public int receive(byte[] buffer, int offset, int length, int waitMillis) throws IOException {
        byte[] waiting = first;
        if (waiting != null) {
            first = null;
            System.arraycopy(waiting, 0, buffer, offset, Math.min(length, waiting.length));
            return Math.min(length, waiting.length);
        }
        long deadline = System.nanoTime() + waitMillis * 1_000_000L;
        try {
            while (true) {
                int left = (int) ((deadline - System.nanoTime()) / 1_000_000);
                if (waitMillis > 0 && left <= 0) {
                    return -1;
                }
                socket.setSoTimeout(waitMillis == 0 ? 0 : left);
                DatagramPacket packet = new DatagramPacket(buffer, offset, length);
                socket.receive(packet);
                if (packet.getSocketAddress().equals(peer)) {
                    return packet.getLength();
                }
            }
        } catch (SocketTimeoutException e) {
            return -1; // what Bouncy Castle calls a timeout
        }
    }

    @Override
    public void send(byte[] buffer, int offset, int length) throws IOException {
        byte[] datagram = flight.instead(Arrays.copyOfRange(buffer, offset, offset + length));
        if (datagram.length > 0) {
            socket.send(new DatagramPacket(datagram, datagram.length, peer));
        }
    }

    @Override
    public void close() {
        // the socket belongs to who opened it
    }
}
