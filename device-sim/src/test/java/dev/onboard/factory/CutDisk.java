package dev.onboard.factory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** A disk whose power is cut after so many operations; the operation at which it happens is done by half. */
public class CutDisk implements Disk {
    private final Disk disk = Disk.durable();
    private int left;

    public CutDisk(int operations) {
        this.left = operations;
    }

    /** Has power again, for so many operations. */
    public void cutAfter(int operations) {
        left = operations;
    }

    /** Not an IOException: nobody is left to handle it. */
    public static final class PowerCut extends Error {
        private static final long serialVersionUID = 1;

        PowerCut(String during) {
            super("power cut during " + during);
        }
    }

    private void beforePower(String operation) {
        if (left-- <= 0) {
            throw new PowerCut(operation);
        }
    }

    @Override
    public void makeDirectory(Path directory) throws IOException {
        beforePower("makeDirectory");
        disk.makeDirectory(directory);
    }

    @Override
    public void write(Path file, byte[] content, Access access) throws IOException {
        if (left-- <= 0) {
            disk.write(file, Arrays.copyOf(content, content.length / 2), access);
            throw new PowerCut("write");
        }
        disk.write(file, content, access);
    }

    @Override
    public void settle(Path directory) throws IOException {
        beforePower("settle");
        disk.settle(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        beforePower("rename");
        disk.rename(from, to);
    }

    @Override
    public void remove(Path path) throws IOException {
        beforePower("remove");
        disk.remove(path);
    }
}
