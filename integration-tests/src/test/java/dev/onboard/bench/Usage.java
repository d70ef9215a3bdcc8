package dev.onboard.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this process has used so far, as Linux and the virtual machine tell it.
 *
 * @param userMillis processor time of the process itself
 * @param systemMillis processor time that the kernel spent for it
 * @param allocated octets allocated by the threads that live now
 */
record Usage(long userMillis, long systemMillis, long allocated) {
    private static final Path STAT = Path.of("/proc/self/stat");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    /** {@code getconf CLK_TCK}: 100 on every Linux that the JDK runs on. */
    private static final int MILLIS_PER_TICK = 10;

    static Usage now() throws IOException {
        // the name in brackets may hold spaces; user and system time are the 12th and 13th field after it
        String stat = Files.readString(STAT);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return new Usage(
                Long.parseLong(fields[11]) * MILLIS_PER_TICK,
                Long.parseLong(fields[12]) * MILLIS_PER_TICK,
                allocations());
    }

    private static long allocations() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long octets : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, octets); // a thread that has just ended is -1
        }
        return sum;
    }

    /** From now on the peaks count anew. */
    static void forgetPeaks() throws IOException {
        ManagementFactory.getThreadMXBean().resetPeakThreadCount();
        Files.writeString(CLEAR, "5");
    }

    /** The most resident memory since {@link #forgetPeaks}, in KB. */
    static long residentPeak() throws IOException {
        return status("VmHWM");
    }

    /** Resident memory now, in KB. */
    static long resident() throws IOException {
        return status("VmRSS");
    }

    private static long status(String field) throws IOException {
        Matcher matcher = Pattern.compile(field + ":\\s+(\\d+) kB").matcher(Files.readString(STATUS));
        if (!matcher.find()) {
            throw new BenchException(STATUS + " says nothing of " + field + "; the bench runs on Linux");
        }
        return Long.parseLong(matcher.group(1));
    }

    /** The heap that is in use after a full collection, in octets. */
    static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** The most threads at a time since {@link #forgetPeaks}. */
    static int threadsPeak() {
        return ManagementFactory.getThreadMXBean().getPeakThreadCount();
    }

    long cpuMillis() {
        return userMillis + systemMillis;
    }

    Usage since(Usage before) {
        return new Usage(
                userMillis - before.userMillis, systemMillis - before.systemMillis, allocated - before.allocated);
    }
}
