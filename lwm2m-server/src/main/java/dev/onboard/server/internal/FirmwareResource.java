package dev.onboard.server.internal;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.BlockOption;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.server.resources.CoapExchange;
import org.eclipse.californium.core.server.resources.Resource;

/**
 * {@code GET /firmware/CAMPAIGN}: the package of an active campaign, for devices that fetch it in a session of the LwM2M
 * server's. Block by block (RFC 7959), each answered from the package itself: a transfer costs the server nothing but its
 * blocks, and can begin anywhere. With ETag and Size2.
 */
final class FirmwareResource extends CoapResource {
    static final String NAME = "firmware";
    private static final int SZX = 6;

    private final Packages packages;

    FirmwareResource(Packages packages) {
        super(NAME, false);
        this.packages = packages;
    }

    @Override
    public Resource getChild(String name) {
        return this;
    }

    @Override
    public void handleGET(CoapExchange exchange) {
        var path = exchange.getRequestOptions().getUriPath();
        String id = path.size() == 2 ? path.get(1) : "";
        answer(exchange, packages.of(id), "no campaign '" + id + "' is active");
    }

    /** Answers with the block that is asked for, once the package was found. */
    static void answer(CoapExchange exchange, CompletionStage<Optional<Packages.Package>> wanted, String notFound) {
        BlockOption asked = exchange.getRequestOptions().getBlock2();
        wanted.whenComplete((found, failure) -> {
            if (failure != null) {
                exchange.respond(ResponseCode.SERVICE_UNAVAILABLE, "the package cannot be read now");
            } else {
                exchange.respond(answer(notFound, found, asked == null ? new BlockOption(SZX, false, 0) : asked));
            }
        });
    }

    private static Response answer(String notFound, Optional<Packages.Package> found, BlockOption asked) {
        if (found.isEmpty()) {
            Response none = new Response(ResponseCode.NOT_FOUND);
            none.setPayload(notFound);
            return none;
        }
        byte[] octets = found.get().octets();
        int size = Math.min(asked.getSize(), 1 << (SZX + 4));
        long from = (long) asked.getNum() * asked.getSize();
        if (from > octets.length || (from == octets.length && from > 0)) {
            Response none = new Response(ResponseCode.BAD_OPTION);
            none.setPayload(
                    "the package has " + octets.length + " octets; block " + asked.getNum() + " is behind its end");
            return none;
        }
        int to = (int) Math.min(octets.length, from + size);
        Response block = new Response(ResponseCode.CONTENT);
        block.setPayload(Arrays.copyOfRange(octets, (int) from, to));
        block.getOptions()
                .setContentFormat(42)
                .setSize2(octets.length)
                .setBlock2(new BlockOption(Math.min(asked.getSzx(), SZX), to < octets.length, (int) (from / size)));
        block.getOptions().addETag(HexFormat.of().parseHex(found.get().etag()));
        return block;
    }
}
