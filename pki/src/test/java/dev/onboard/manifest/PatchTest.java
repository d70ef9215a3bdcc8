package dev.onboard.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PatchTest {
    private static byte[] octets(Random random, int size) {
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        return octets;
    }

    /** An image with pieces put in, taken out and changed. */
    private static byte[] edited(Random random, byte[] image) {
        byte[] after = image.clone();
        for (int edit = random.nextInt(5); edit > 0 && after.length > 200; edit--) {
            int at = random.nextInt(after.length - 100);
            byte[] piece = octets(random, random.nextInt(300));
            int over = random.nextInt(100);
            byte[] next = new byte[after.length - over + piece.length];
            System.arraycopy(after, 0, next, 0, at);
            System.arraycopy(piece, 0, next, at, piece.length);
            System.arraycopy(after, at + over, next, at + piece.length, after.length - at - over);
            after = next;
        }
        return after;
    }

    @Test
    void aPatchMakesTheImageThatItWasMadeFor() throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            byte[] before = octets(random, random.nextInt(40_000));
            byte[] after = i % 10 == 0 ? octets(random, random.nextInt(9000)) : edited(random, before);
            assertThat(Patch.apply(before, Patch.make(before, after))).isEqualTo(after);
        }
    }

    @Test
    void aPatchOfAFewChangesIsSmall() {
        Random random = new Random(4);
        byte[] before = octets(random, 200_000);
        byte[] after = edited(random, before);
        assertThat(Patch.make(before, after).length).isLessThan(10_000);
    }

    @Test
    void whatIsNoPatchMakesNothing() throws Exception {
        Random random = new Random(5);
        byte[] before = octets(random, 3000);
        byte[] patch = Patch.make(before, edited(random, before));
        for (int length = 0; length < patch.length; length++) {
            byte[] cut = Arrays.copyOf(patch, length);
            assertThatThrownBy(() -> Patch.apply(before, cut)).isInstanceOf(UnreadableManifestException.class);
        }
        assertThatThrownBy(() -> Patch.apply(before, Arrays.copyOf(patch, patch.length + 1)))
                .hasMessageContaining("1 octets follow");
        assertThatThrownBy(() -> Patch.apply(Arrays.copyOf(before, 10), patch))
                .hasMessageContaining("beyond the image");
        for (int i = 0; i < patch.length; i++) {
            byte[] changed = patch.clone();
            changed[i] ^= (byte) (1 << i % 8);
            try {
                assertThat(Patch.apply(before, changed)).hasSizeLessThan(33 * 1024 * 1024);
            } catch (UnreadableManifestException e) {
                assertThat(e.getMessage()).startsWith("the patch is not one of the platform's");
            }
        }
    }
}
