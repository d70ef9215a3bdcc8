package dev.onboard.device;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the system must grant a fleet: each device has a UDP socket of its own, which is an open file and a port of its
 * source address, and a second one for a moment when it goes from one server to the next.
 *
 * @param openFiles how many files this process may have open
 * @param ports how many ports one source address has for sockets that do not name theirs
 */
public record FleetLimits(long openFiles, int ports) {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** The range that IANA recommends, 49152 to 65535: what is left when the system does not say. */
    private static final int USUAL_PORTS = 16_384;
    /** The virtual machine's own files, the servers' sockets, the account. */
    private static final int BESIDE = 512;

    /** Those of this process. */
    public static FleetLimits ofThisProcess() {
        long files = ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        return new FleetLimits(files, portsOfThisSystem());
    }

    private static int portsOfThisSystem() {
        try {
            String[] range = Files.readString(RANGE).strip().split("\\s+");
            return Integer.parseInt(range[1]) - Integer.parseInt(range[0]) + 1;
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return USUAL_PORTS; // no Linux
        }
    }

    /** How many source addresses so many devices need. A tenth of the ports is left to others. */
    public int addresses(int devices) {
        int each = ports - ports / 10;
        return Math.max(1, (devices + each - 1) / each);
    }

    /** As many loopback addresses as so many devices need: 127.0.0.1, 127.0.0.2 and so on. */
    public List<InetAddress> loopback(int devices) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 1; i <= Math.min(addresses(devices), 254); i++) {
            try {
                addresses.add(
                        i == 1
                                ? InetAddress.getLoopbackAddress()
                                : InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) i}));
            } catch (UnknownHostException e) {
                throw new IllegalStateException("four octets are an address", e);
            }
        }
        return addresses;
    }

    /**
     * Why so many devices cannot be had, and the command that raises the limit; empty when they can.
     *
     * @param atOnce how many may be on their way at a time
     */
    public Optional<String> refusal(int devices, int atOnce) {
        long needed = (long) devices + Math.min(devices, atOnce) + BESIDE;
        if (needed <= openFiles) {
            return Optional.empty();
        }
        return Optional.of(
                devices + " devices need " + needed + " open files, one for the socket of each, and this process may"
                        + " have " + openFiles + "; raise that with 'ulimit -n " + needed
                        + "' before the start (as root, or after 'LimitNOFILE=" + needed
                        + "' in its systemd unit), or take fewer devices");
    }
}
