package dev.onboard.dtls.internal;

import dev.onboard.dtls.RawPeer.Habit;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Leaves messages out of a client's last flight, or repeats them, and puts a HelloRequest before a server's first, and numbers
 * the rest so that the other side sees a flight without a gap (RFC 6347, 4.2.2). Records are counted anew as well, so that
 * nothing looks like a replay. Messages that are encrypted stay as they are: their numbers cannot be reached. Used by one thread.
 */
final class TamperedFlight {
    private static final int RECORD_HEADER = 13;
    private static final int MESSAGE_HEADER = 12;
    private static final int HANDSHAKE = 22;
    private static final int SERVER_HELLO = 2;
    private static final int CERTIFICATE = 11;
    private static final int CERTIFICATE_VERIFY = 15;
    private static final int CLIENT_KEY_EXCHANGE = 16;

    private final Set<Habit> habits;
    private long records;

    TamperedFlight(Set<Habit> habits) {
        this.habits = habits;
    }

    /** What is sent in place of this datagram; nothing when it held only what is left out. */
    byte[] instead(byte[] datagram) {
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        for (int at = 0; at + RECORD_HEADER <= datagram.length; ) {
            int length = RECORD_HEADER + ByteBuffer.wrap(datagram).getShort(at + RECORD_HEADER - 2);
            byte[] record = Arrays.copyOfRange(datagram, at, Math.min(datagram.length, at + length));
            if (ByteBuffer.wrap(record).getShort(3) > 0) {
                changed.writeBytes(record); // protected
            } else {
                plain(record).forEach(one -> {
                    ByteBuffer.wrap(one).putLong(3, records++); // epoch 0 in the upper two octets
                    changed.writeBytes(one);
                });
            }
            at += length;
        }
        return changed.toByteArray();
    }

    private List<byte[]> plain(byte[] record) {
        if (record[0] != HANDSHAKE) {
            return List.of(record);
        }
        int type = record[RECORD_HEADER];
        if (isLeftOut(type)) {
            return List.of();
        }
        List<byte[]> sent = new ArrayList<>();
        if (type == SERVER_HELLO && habits.contains(Habit.SENDS_HELLO_REQUEST)) {
            sent.add(helloRequest(record));
        }
        sent.add(numbered(record, shift(type)));
        if (type == CERTIFICATE && habits.contains(Habit.REPEATS_CERTIFICATE)) {
            sent.add(numbered(record.clone(), 1));
        }
        return sent;
    }

    /** An empty message of type 0 with the number 0 (RFC 6347, 4.2.2), in a record of the same version. */
    private static byte[] helloRequest(byte[] like) {
        byte[] record = Arrays.copyOf(like, RECORD_HEADER + MESSAGE_HEADER);
        Arrays.fill(record, RECORD_HEADER, record.length, (byte) 0);
        ByteBuffer.wrap(record).putShort(RECORD_HEADER - 2, (short) MESSAGE_HEADER);
        return record;
    }

    private boolean isLeftOut(int type) {
        return switch (type) {
            case CERTIFICATE -> habits.contains(Habit.OMITS_CERTIFICATE) || habits.contains(Habit.FINISHES_AT_ONCE);
            case CERTIFICATE_VERIFY ->
                habits.contains(Habit.OMITS_CERTIFICATE_VERIFY) || habits.contains(Habit.FINISHES_AT_ONCE);
            case CLIENT_KEY_EXCHANGE -> habits.contains(Habit.FINISHES_AT_ONCE);
            default -> false;
        };
    }

    /** By how much the message after the certificate has another number than it was given. */
    private int shift(int type) {
        if (type <= CERTIFICATE) {
            return 0;
        }
        return (habits.contains(Habit.REPEATS_CERTIFICATE) ? 1 : 0)
                - (habits.contains(Habit.OMITS_CERTIFICATE) ? 1 : 0);
    }

    private static byte[] numbered(byte[] record, int shift) {
        ByteBuffer message = ByteBuffer.wrap(record);
        int number = RECORD_HEADER + 4;
        message.putShort(number, (short) (message.getShort(number) + shift));
        return record;
    }
}
