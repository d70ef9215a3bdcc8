package dev.onboard.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes inputs of other inputs: octets and bits changed, pieces cut, doubled, moved and repeated, lengths and numbers made
 * extreme, words put in each other's places, DER changed with fitting lengths, also inside PEM. The same seed and the same pool
 * make the same inputs. Not thread-safe.
 */
final class Mutator {
    private static final int LARGEST = 1 << 20;
    private static final int USUALLY = 1 << 14;
    /** Of so many inputs one is blown up. */
    private static final int SWOLLEN = 1000;

    private static final byte[] TELLING = {
        0,
        1,
        0x0a,
        0x0d,
        0x1f,
        0x22,
        0x27,
        0x28,
        0x2c,
        0x2d,
        0x2f,
        0x30,
        0x3a,
        0x3b,
        0x3c,
        0x5b,
        0x5c,
        0x5d,
        0x5f,
        0x7b,
        0x7d,
        0x7f,
        (byte) 0x80,
        (byte) 0x81,
        (byte) 0x84,
        (byte) 0x9f,
        (byte) 0xa0,
        (byte) 0xbf,
        (byte) 0xc0,
        (byte) 0xfe,
        (byte) 0xff
    };
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        0x1_0000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[] WRITTEN = {
        "0",
        "-1",
        "1e9",
        "1e999999999",
        "65536",
        "2147483648",
        "9223372036854775808",
        "99999999999999999999999999",
        "0x7f",
        "NaN",
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "PT99999999999H",
        "${a}",
        "&a",
        "*a",
        "~",
        "../../x",
        "\u0000",
        "\ud83d\ude00"
    };
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.:-]+");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern BODY = Pattern.compile("(?s)(?<=-----\n)[A-Za-z0-9+/=\n]+(?=-----END)");

    private final Random random;
    private final List<byte[]> pool;
    private final List<String> words;

    Mutator(Random random, List<byte[]> samples) {
        this.random = random;
        this.pool = new ArrayList<>(samples);
        Set<String> found = new LinkedHashSet<>();
        for (byte[] sample : samples) {
            WORD.matcher(text(sample)).results().map(MatchResult::group).forEach(found::add);
        }
        this.words = List.copyOf(found);
    }

    /** Later inputs are also made of this one. */
    void keep(byte[] input) {
        if (input.length <= USUALLY) {
            pool.add(input);
        }
    }

    /** The next input. */
    byte[] next() {
        byte[] input = any();
        int changes = 1 + random.nextInt(1 + random.nextInt(6));
        for (int i = 0; i < changes; i++) {
            input = changed(input);
        }
        if (random.nextInt(SWOLLEN) == 0 && input.length > 0) {
            byte[] piece = piece(input);
            input = inserted(input, random.nextInt(input.length), repeated(piece, LARGEST / Math.max(1, piece.length)));
        }
        return input.length > LARGEST ? Arrays.copyOf(input, LARGEST) : input;
    }

    private byte[] any() {
        return pool.get(random.nextInt(pool.size()));
    }

    private byte[] changed(byte[] input) {
        if (input.length == 0) {
            return chance(1 + random.nextInt(32));
        }
        int kind = random.nextInt(20);
        if (kind < 6 && input[0] == 0x30) {
            return DerTree.changed(input, random, this::octets);
        }
        if (kind < 6 && text(input).startsWith("-----BEGIN")) {
            return insidePem(input);
        }
        return kind < 14 ? octets(input) : words(input);
    }

    private byte[] octets(byte[] input) {
        if (input.length == 0) {
            return chance(1 + random.nextInt(8));
        }
        byte[] now = input.clone();
        int at = random.nextInt(now.length);
        switch (random.nextInt(12)) {
            case 0 -> now[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> now[at] = (byte) random.nextInt(256);
            case 2 -> now[at] = TELLING[random.nextInt(TELLING.length)];
            case 3 -> now = without(now, at, Math.min(now.length, at + length(now)));
            case 4 -> now = inserted(now, at, piece(now));
            case 5 -> now = inserted(now, at, chance(1 + random.nextInt(16)));
            case 6 -> now = inserted(now, at, new byte[] {TELLING[random.nextInt(TELLING.length)]});
            case 7 -> now = Arrays.copyOf(now, at);
            case 8 -> number(now, at);
            case 9 -> now = inserted(now, at, repeated(piece(now), 2 + random.nextInt(200)));
            case 10 -> {
                byte[] other = any();
                now = joined(Arrays.copyOf(now, at), other, random.nextInt(other.length + 1));
            }
            default -> now = inserted(now, at, repeated(new byte[] {now[at]}, 1 << random.nextInt(12)));
        }
        return now.length > USUALLY ? Arrays.copyOf(now, USUALLY) : now;
    }

    /** A number of one to eight octets, from either end. */
    private void number(byte[] now, int at) {
        long value = NUMBERS[random.nextInt(NUMBERS.length)];
        int octets = Math.min(1 << random.nextInt(4), now.length - at);
        boolean little = random.nextBoolean();
        for (int i = 0; i < octets; i++) {
            now[at + i] = (byte) (value >> 8 * (little ? i : octets - 1 - i));
        }
    }

    private byte[] words(byte[] input) {
        Pattern what = random.nextBoolean() ? WORD : DIGITS;
        List<MatchResult> found =
                what.matcher(text(input)).results().limit(2000).toList();
        if (found.isEmpty() || words.isEmpty()) {
            return octets(input);
        }
        MatchResult place = found.get(random.nextInt(found.size()));
        String word = what == DIGITS || random.nextInt(3) == 0
                ? WRITTEN[random.nextInt(WRITTEN.length)]
                : words.get(random.nextInt(words.size()));
        byte[] with = without(input, place.start(), place.end());
        return inserted(with, place.start(), word.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] insidePem(byte[] input) {
        String text = text(input);
        Matcher body = BODY.matcher(text);
        if (!body.find()) {
            return octets(input);
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(body.group());
        } catch (IllegalArgumentException e) {
            return octets(input); // an earlier change went there
        }
        der = DerTree.changed(der, random, this::octets);
        String again = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n";
        return (text.substring(0, body.start()) + again + text.substring(body.end()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private int length(byte[] of) {
        return 1 + random.nextInt(1 + random.nextInt(of.length));
    }

    private byte[] piece(byte[] of) {
        int at = random.nextInt(of.length);
        return Arrays.copyOfRange(of, at, Math.min(of.length, at + length(of)));
    }

    private byte[] chance(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    private static byte[] repeated(byte[] piece, int times) {
        int often = Math.min(times, LARGEST / Math.max(1, piece.length));
        byte[] all = new byte[piece.length * often];
        for (int i = 0; i < often; i++) {
            System.arraycopy(piece, 0, all, i * piece.length, piece.length);
        }
        return all;
    }

    private static byte[] without(byte[] octets, int from, int to) {
        return joined(Arrays.copyOf(octets, from), octets, to);
    }

    private static byte[] inserted(byte[] octets, int at, byte[] more) {
        byte[] begin = joined(Arrays.copyOf(octets, at), more, 0);
        return joined(begin, octets, at);
    }

    /** The first, and the second from there on. */
    private static byte[] joined(byte[] first, byte[] second, int from) {
        byte[] all = Arrays.copyOf(first, first.length + second.length - from);
        System.arraycopy(second, from, all, first.length, second.length - from);
        return all;
    }
}
