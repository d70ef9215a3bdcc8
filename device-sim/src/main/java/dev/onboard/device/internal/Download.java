package dev.onboard.device.internal;

import dev.onboard.device.Failure;
import dev.onboard.device.internal.FirmwareState.UpdateResult;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Fingerprint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.BlockOption;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;

/**
 * Fetches a package block by block (RFC 7959), and keeps it piece by piece, so that it goes on where it was after a loss of
 * power or of the connection. What is here of a file that has changed meanwhile (another ETag) is thrown away. Thread-safe.
 */
final class Download {
    private static final int BLOCK = 1024;
    private static final int SZX = 6;
    private static final int BLOCKS_IN_PIECE = FirmwareStore.PIECE / BLOCK;
    private static final Duration PATIENCE = Duration.ofSeconds(93);
    private static final int ATTEMPTS = 3;

    private final Surroundings surroundings;
    private final FirmwareStore store;
    private final Source source;
    private final String uri;
    private final Supplier<Request> asking;
    private final Outcome outcome;
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream(FirmwareStore.PIECE);
    private String tag = "";
    private int pieces;
    private int next;
    private int failures;
    private boolean over;

    /** A way to the server of a file. */
    interface Source {
        /** Sends a request for one block; the reply says which block came. */
        void ask(Request request, Stage stage, Duration patience, Reply reply);

        /** Makes a new session in place of one that the server has forgotten, then goes on. */
        void renew(Runnable then);

        /** Ends the way, if it is this download's own. */
        void close();

        /** What becomes of a request for a block. */
        interface Reply {
            void answered(Response response, Optional<BlockOption> block);

            void failed(Failure failure);
        }
    }

    /** How it ends; told once, where it may block. */
    interface Outcome {
        void whole(byte[] octets);

        void failed(UpdateResult result, String reason, String detail);
    }

    /**
     * @param uri for people, and to know the file again
     * @param asking makes a request for the file; it is sent with the block that is wanted
     */
    Download(
            Surroundings surroundings,
            FirmwareStore store,
            Source source,
            String uri,
            Supplier<Request> asking,
            Outcome outcome) {
        this.surroundings = surroundings;
        this.store = store;
        this.source = source;
        this.uri = uri;
        this.asking = asking;
        this.outcome = outcome;
    }

    /** GET for what is at this address. */
    static Supplier<Request> get(URI uri) {
        return () -> {
            Request request = Request.newGet();
            for (String segment : uri.getPath().split("/", -1)) {
                if (!segment.isEmpty()) {
                    request.getOptions().addUriPath(segment);
                }
            }
            if (uri.getQuery() != null) {
                for (String parameter : uri.getQuery().split("&", -1)) {
                    request.getOptions().addUriQuery(parameter);
                }
            }
            return request;
        };
    }

    /** GET of {@code /fw} for what the server has of this address, as the platform's client asks. */
    static Supplier<Request> byProxy(String address) {
        return () -> {
            Request request = Request.newGet();
            request.getOptions().addUriPath("fw").setProxyUri(address);
            return request;
        };
    }

    /** Begins, or goes on. */
    void start() {
        ask(0);
    }

    /** Ends it without a word; what is here is kept. */
    void cancel() {
        synchronized (this) {
            over = true;
        }
        source.close();
    }

    private void ask(int number) {
        synchronized (this) {
            if (over) {
                return;
            }
            next = number;
        }
        Request request = asking.get();
        request.getOptions().setBlock2(SZX, false, number);
        source.ask(request, Stage.FIRMWARE, PATIENCE, new Source.Reply() {
            @Override
            public void answered(Response response, Optional<BlockOption> block) {
                Download.this.answered(response, block);
            }

            @Override
            public void failed(Failure failure) {
                again(failure);
            }
        });
    }

    private void again(Failure failure) {
        boolean lost;
        int number;
        synchronized (this) {
            if (over) {
                return;
            }
            lost = ++failures >= ATTEMPTS || failure.outlook() == Failure.Outlook.PERMANENT;
            number = next;
        }
        if (lost) {
            fail(UpdateResult.CONNECTION_LOST, failure.reason(), failure.detail());
        } else if (failure.reason().equals(Link.SESSION_LOST)) {
            source.renew(() -> ask(number));
        } else {
            ask(number);
        }
    }

    private void answered(Response response, Optional<BlockOption> block) {
        if (response.getCode() != ResponseCode.CONTENT) {
            String text = response.getPayloadSize() == 0 ? "" : ": " + response.getPayloadString();
            fail(
                    response.getCode().isServerError() ? UpdateResult.CONNECTION_LOST : UpdateResult.INVALID_URI,
                    "response-" + response.getCode().text,
                    "the server answered GET " + uri + " with " + response.getCode().text + text);
            return;
        }
        int number = block.map(BlockOption::getNum).orElse(0);
        boolean more = block.map(BlockOption::isM).orElse(false);
        byte[] content = response.getPayloadSize() == 0 ? new byte[0] : response.getPayload();
        surroundings.work(() -> {
            try {
                took(number, more, content, tag(response));
            } catch (IOException e) {
                fail(UpdateResult.NOT_ENOUGH_FLASH, "not-stored", "a piece of " + uri + " could not be kept: " + e);
            }
        });
    }

    /** The file's name here: it is another one under another address or with another ETag. */
    private String tag(Response response) {
        byte[] etag = response.getOptions().getETags().isEmpty()
                ? new byte[0]
                : response.getOptions().getETags().get(0);
        return Fingerprint.sha256((uri + " " + HexFormat.of().formatHex(etag)).getBytes(StandardCharsets.UTF_8))
                .substring(0, 16);
    }

    private void took(int number, boolean more, byte[] content, String itsTag) throws IOException {
        int following;
        synchronized (this) {
            if (over) {
                return;
            }
            failures = 0;
            if (!itsTag.equals(tag)) {
                tag = itsTag;
                piece.reset();
                pieces = store.resume(tag);
                following = pieces * BLOCKS_IN_PIECE;
                if (number != 0 || pieces > 0) {
                    ask(following);
                    return;
                }
            }
            if (number != next || (more && content.length != BLOCK)) {
                fail(
                        UpdateResult.CONNECTION_LOST,
                        "malformed-answer",
                        "the server sent block " + number + " with " + content.length + " octets instead of block "
                                + next);
                return;
            }
            if ((long) number * BLOCK + content.length > Firmware.LARGEST_PACKAGE) {
                fail(
                        UpdateResult.NOT_ENOUGH_FLASH,
                        "too-large",
                        uri + " is larger than " + Firmware.LARGEST_PACKAGE + " octets");
                return;
            }
            piece.writeBytes(content);
            if (more && piece.size() == FirmwareStore.PIECE) {
                store.addPiece(tag, pieces++, piece.toByteArray());
                piece.reset();
            }
            following = number + 1;
        }
        if (more) {
            ask(following);
        } else {
            byte[] whole = whole();
            synchronized (this) {
                over = true;
            }
            source.close();
            outcome.whole(whole);
        }
    }

    private synchronized byte[] whole() throws IOException {
        byte[] last = piece.toByteArray();
        byte[] whole = new byte[pieces * FirmwareStore.PIECE + last.length];
        for (int i = 0; i < pieces; i++) {
            System.arraycopy(store.piece(tag, i), 0, whole, i * FirmwareStore.PIECE, FirmwareStore.PIECE);
        }
        System.arraycopy(last, 0, whole, pieces * FirmwareStore.PIECE, last.length);
        return whole;
    }

    private void fail(UpdateResult result, String reason, String detail) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        source.close();
        surroundings.work(() -> outcome.failed(result, reason, detail));
    }
}
