package dev.onboard.it;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A way between one device and a server, on which what the device sent may come again, and its address may change, as the server sees it.
 * Thread-safe.
 */
final class Recorder implements AutoCloseable {
    /** What becomes of what the device sends, beside being passed on. */
    enum Meanwhile {
        /** Nothing. */
        RECORD,
        /** All that it sent before comes again after it, in order. */
        REPEAT_ALL
    }

    private final InetSocketAddress server;
    private final Meanwhile meanwhile;
    private final DatagramSocket front;
    private volatile DatagramSocket back;
    private final List<byte[]> sent = new CopyOnWriteArrayList<>();
    private volatile SocketAddress device = new InetSocketAddress(0);

    Recorder(InetSocketAddress server, Meanwhile meanwhile) throws IOException {
        this.server = server;
        this.meanwhile = meanwhile;
        front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        back = behind();
        carry(front, "recorder-front", packet -> {
            device = packet.getSocketAddress();
            byte[] datagram = octets(packet);
            sent.add(datagram);
            to(back, datagram, this.server);
            if (meanwhile == Meanwhile.REPEAT_ALL) {
                replay(back);
            }
        });
    }

    /** A socket towards the server. */
    private DatagramSocket behind() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        carry(socket, "recorder-back", packet -> {
            byte[] datagram = octets(packet);
            to(front, datagram, device);
        });
        return socket;
    }

    /** From here on the device has another address for the server. */
    void rebind() throws IOException {
        DatagramSocket before = back;
        back = behind();
        before.close();
    }

    private interface Carrying {
        void carry(DatagramPacket packet) throws IOException;
    }

    private static void carry(DatagramSocket from, String name, Carrying how) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
                            from.receive(packet);
                            how.carry(packet);
                        }
                    } catch (SocketException e) {
                        return; // closed
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private static byte[] octets(DatagramPacket packet) {
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static void to(DatagramSocket by, byte[] datagram, SocketAddress where) throws IOException {
        by.send(new DatagramPacket(datagram, datagram.length, where));
    }

    /** Where the device sends to. */
    int port() {
        return front.getLocalPort();
    }

    /** All that the device sent so far comes again, in order. */
    void replay() throws IOException {
        replay(back);
    }

    /** How many datagrams the device sent so far. */
    int sent() {
        return sent.size();
    }

    private void replay(DatagramSocket by) throws IOException {
        for (byte[] datagram : sent) {
            to(by, datagram, server);
        }
    }

    @Override
    public void close() {
        front.close();
        back.close();
    }
}
