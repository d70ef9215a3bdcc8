package dev.onboard.server;

import dev.onboard.manifest.ManifestFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * By the platform's object 10252: a manifest is sent, and the device does the rest by itself. Its results are those of the
 * platform's client: of a manifest of version 1 three digits, of version 3 two.
 */
record ManifestObject(ManifestFormat format) implements Procedure {
    private static final int IDLE = 1;
    /** Results after which the same may succeed: the network, or whoever started the device anew. */
    private static final Set<Long> MAY_PASS = Set.of(24L, 101L, 201L, 202L, 203L, 205L, 301L, 303L, 304L, 306L);

    private static final int V3_DONE = 18;
    private static final int V1_DONE = 100;

    @Override
    public Map<Integer, String> needed() {
        Map<Integer, String> needed = new HashMap<>(Map.of(
                10252, "Firmware Manifest, which takes the platform's manifests",
                10255, "Device Metadata, which says of which make and class the device is"));
        if (format == ManifestFormat.PLATFORM_V3) {
            needed.put(14, "Software Component, which says which version of it runs");
        }
        return needed;
    }

    @Override
    public List<String> asked() {
        return format == ManifestFormat.PLATFORM_V1 ? List.of("/10252/0", "/3/0/3") : List.of("/10252/0", "/14/0/2");
    }

    @Override
    public String observed() {
        return "/10252/0/2";
    }

    @Override
    public Stand stand(List<Node> answers) {
        Node object = answers.get(0);
        return new Stand(
                Stand.number(object, 2), Stand.number(object, 3), "", Stand.text(Optional.of(answers.get(1))), false);
    }

    @Override
    public Next next(Stand stand, Known known) {
        if (stand.running().equals(known.version())) {
            return Next.DEPLOYED;
        } else if (stand.state() > IDLE) {
            return Next.WATCH;
        } else if (known.isSent() && isRefusal(stand.result())) {
            return Next.FAILED;
        }
        return known.mayAgain() ? Next.SEND : Next.FAILED;
    }

    private static boolean isRefusal(long result) {
        return result > 0 && result != V3_DONE && result != V1_DONE && !MAY_PASS.contains(result);
    }

    @Override
    public String meaning(int result) {
        return switch (result) {
            case 21, 307 -> "invalid address";
            case 22, 218 -> "malformed manifest";
            case 23, 210 -> "invalid signature";
            case 24, 306 -> "connection lost during the download";
            case 25 -> "unsupported payload";
            case 26, 309 -> "the image's integrity check failed";
            case 27, 221 -> "the version is not above the installed one";
            case 28, 214 -> "unsupported manifest";
            case 30, 215 -> "wrong vendor id";
            case 31, 216 -> "wrong class id";
            case 32, 229 -> "wrong precursor";
            case 33, 501 -> "not enough storage";
            case 35, 503 -> "the image could not be stored";
            case 39 -> "unknown component";
            case 40, 505 -> "the installation failed";
            case 207 -> "the manifest's integrity check failed";
            case 208 -> "no certificate for the signature";
            case 209 -> "invalid certificate";
            case 219 -> "unsupported encryption mode";
            default -> "the manifest did not stay";
        };
    }
}
