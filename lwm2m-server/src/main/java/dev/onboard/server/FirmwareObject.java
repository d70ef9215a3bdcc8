package dev.onboard.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** By the Firmware Update object (OMA, object 5, version 1.0): a package is written or fetched, then installed on demand. */
record FirmwareObject() implements Procedure {
    private static final int DOWNLOADING = 1;
    private static final int DOWNLOADED = 2;
    private static final int UPDATING = 3;
    /** The result after which the same may succeed. */
    private static final int CONNECTION_LOST = 4;

    private static final int UPDATE_FAILED = 8;

    @Override
    public Map<Integer, String> needed() {
        return Map.of(5, "Firmware Update, which takes the package");
    }

    @Override
    public List<String> asked() {
        return List.of("/5/0", "/3/0/3");
    }

    @Override
    public String observed() {
        return "/5/0/3";
    }

    @Override
    public Stand stand(List<Node> answers) {
        Node object = answers.get(0);
        return new Stand(
                Stand.number(object, 3),
                Stand.number(object, 5),
                Stand.text(Stand.child(object, 7)),
                Stand.text(Optional.of(answers.get(1))),
                takesCoap(object));
    }

    /** /5/0/8 has 0 among its protocols. */
    private static boolean takesCoap(Node object) {
        return Stand.child(object, 8).orElse(null) instanceof Node.Children protocols
                && protocols.byId().containsValue(new Node.Value(0L));
    }

    @Override
    public Next next(Stand stand, Known known) {
        boolean ours = stand.downloaded().equals(known.version());
        if (stand.running().equals(known.version())) {
            return Next.DEPLOYED;
        } else if (stand.state() == UPDATING) {
            return Next.REST;
        } else if (stand.state() == DOWNLOADED && ours) {
            return stand.result() == UPDATE_FAILED ? Next.FAILED : Next.INSTALL;
        } else if (stand.state() == DOWNLOADING && known.isSent()) {
            return Next.WATCH;
        } else if (known.isSent() && stand.state() == 0 && stand.result() > 1 && stand.result() != CONNECTION_LOST) {
            return Next.FAILED;
        }
        return known.mayAgain() ? Next.SEND : Next.FAILED;
    }

    @Override
    public String meaning(int result) {
        return switch (result) {
            case 2 -> "not enough flash memory";
            case 3 -> "out of memory";
            case CONNECTION_LOST -> "connection lost during the download";
            case 5 -> "integrity check failed";
            case 6 -> "unsupported package";
            case 7 -> "invalid address";
            case UPDATE_FAILED -> "firmware update failed";
            case 9 -> "unsupported protocol";
            default -> "the package did not stay";
        };
    }
}
