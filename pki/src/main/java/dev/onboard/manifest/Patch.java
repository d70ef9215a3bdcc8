package dev.onboard.manifest;

import dev.onboard.manifest.internal.Lz4;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The platform's patches (payload format 5): after Colin Percival's bsdiff, in the form {@code PELION/BSDIFF001}. A header of 40
 * octets, and then, until the image is whole: how many octets are differences to the image before, how many are new, and how far
 * to go on from there in the image before, as variable-length integers, followed by both in frames, each a length and one LZ4
 * block.
 */
public final class Patch {
    private static final byte[] MAGIC = "PELION/BSDIFF001".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = MAGIC.length + 3 * Long.BYTES;
    private static final int LARGEST = 32 * 1024 * 1024;
    /** No octet of an LZ4 block stands for more: room is made for what can come alone. */
    private static final long MOST_OF_AN_OCTET = 255;
    /** How much of an image is in one frame before it is compressed. */
    private static final int FRAME = 4096;
    /** Images are compared in pieces of so many octets. */
    private static final int PIECE = 32;

    private final byte[] before;
    private final byte[] patch;
    private final byte[] image;
    private int at = HEADER;

    private Patch(byte[] before, byte[] patch, int size) {
        this.before = before;
        this.patch = patch;
        this.image = new byte[size];
    }

    /**
     * Makes the image.
     *
     * @param before the image that the patch is for
     * @throws UnreadableManifestException when it is no such patch
     */
    public static byte[] apply(byte[] before, byte[] patch) throws UnreadableManifestException {
        if (patch.length < HEADER || !Arrays.equals(patch, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw malformed("it does not begin with " + new String(MAGIC, StandardCharsets.US_ASCII));
        }
        long size = ByteBuffer.wrap(patch).order(ByteOrder.LITTLE_ENDIAN).getLong(MAGIC.length);
        if (size < 0 || size > LARGEST) {
            throw malformed("it is for an image of " + size + " octets");
        }
        if (size > MOST_OF_AN_OCTET * (patch.length - HEADER)) {
            throw malformed("it is for an image of " + size + " octets, of which " + patch.length + " cannot tell");
        }
        return new Patch(before, patch, (int) size).made();
    }

    private byte[] made() throws UnreadableManifestException {
        int done = 0;
        long from = 0;
        while (done < image.length) {
            long differences = unsigned();
            long fresh = unsigned();
            long zigzag = unsigned();
            if (differences > image.length - done || fresh > image.length - done - differences) {
                throw malformed("it makes more than the " + image.length + " octets that it announces");
            }
            if (differences > 0 && (from < 0 || from + differences > before.length)) {
                throw malformed("it reaches beyond the image that it is for");
            }
            done = frames(done, (int) differences);
            for (int i = 0; i < differences; i++) {
                image[done - (int) differences + i] += before[(int) from + i];
            }
            done = frames(done, (int) fresh);
            from += differences + ((zigzag & 1) == 0 ? zigzag >>> 1 : -(zigzag >>> 1));
        }
        if (at != patch.length) {
            throw malformed((patch.length - at) + " octets follow that do not belong to it");
        }
        return image;
    }

    /** Unpacks so many octets to this place of the image; gives the place behind. */
    private int frames(int to, int octets) throws UnreadableManifestException {
        int done = to;
        while (done < to + octets) {
            long length = unsigned();
            if (length > patch.length - at) {
                throw malformed("a frame is cut off");
            }
            int unpacked = Lz4.unpack(patch, at, (int) length, image, done, to + octets);
            if (unpacked <= 0) {
                throw malformed("a frame is no LZ4 block of the right size");
            }
            at += (int) length;
            done += unpacked;
        }
        return done;
    }

    private long unsigned() throws UnreadableManifestException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            if (at >= patch.length) {
                throw malformed("it is cut off");
            }
            int octet = patch[at++];
            value |= (long) (octet & 0x7f) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        throw malformed("it has a number that is too large");
    }

    private static UnreadableManifestException malformed(String why) {
        return new UnreadableManifestException(
                ManifestReason.MALFORMED, "the patch is not one of the platform's: " + why);
    }

    /** Makes a patch; it is small when long stretches of both images are alike. */
    public static byte[] make(byte[] before, byte[] after) {
        Map<Integer, Integer> pieces = new HashMap<>();
        for (int i = before.length - before.length % PIECE - PIECE; i >= 0; i -= PIECE) {
            pieces.put(hash(before, i), i);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int largest = 0;
        int done = 0;
        int from = 0;
        while (done < after.length) {
            // the stretch from here on that goes on as before does, then what is new until the next one that is alike
            int alike = alike(before, from, after, done);
            int next = done + alike;
            int found = -1;
            while (next < after.length && found < 0) {
                if (next + PIECE <= after.length) {
                    Integer candidate = pieces.get(hash(after, next));
                    found = candidate != null && alike(before, candidate, after, next) >= PIECE ? candidate : -1;
                }
                next += found < 0 ? 1 : 0;
            }
            unsigned(body, alike);
            unsigned(body, next - done - alike);
            int jump = found < 0 ? 0 : found - (from + alike);
            unsigned(body, jump < 0 ? ((long) -jump << 1) | 1 : (long) jump << 1);
            largest = Math.max(largest, frames(body, new byte[alike], 0, alike));
            largest = Math.max(largest, frames(body, after, done + alike, next));
            done = next;
            from += alike + jump;
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).putLong(after.length).putLong(FRAME).putLong(largest);
        ByteArrayOutputStream patch = new ByteArrayOutputStream();
        patch.writeBytes(header.array());
        patch.writeBytes(body.toByteArray());
        return patch.toByteArray();
    }

    private static int alike(byte[] before, int from, byte[] after, int to) {
        int length = Math.min(before.length - from, after.length - to);
        int differs = length <= 0 ? 0 : Arrays.mismatch(before, from, from + length, after, to, to + length);
        return differs < 0 ? length : differs;
    }

    private static int hash(byte[] octets, int from) {
        int hash = 1;
        for (int i = from; i < from + PIECE; i++) {
            hash = 31 * hash + octets[i];
        }
        return hash;
    }

    private static int frames(ByteArrayOutputStream out, byte[] octets, int from, int to) {
        int largest = 0;
        int at = from;
        while (at < to) {
            // packed, a frame is no larger than announced either: what does not become smaller grows a little
            int length = Math.min(FRAME - FRAME / 128, to - at);
            byte[] packed = Lz4.pack(octets, at, length);
            unsigned(out, packed.length);
            out.writeBytes(packed);
            largest = Math.max(largest, packed.length);
            at += length;
        }
        return largest;
    }

    private static void unsigned(ByteArrayOutputStream out, long value) {
        long left = value;
        while (left > 0x7f) {
            out.write((int) (left & 0x7f) | 0x80);
            left >>>= 7;
        }
        out.write((int) left);
    }
}
