package dev.onboard.device.internal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.californium.core.coap.BlockOption;
import org.eclipse.californium.core.coap.EmptyMessage;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.coap.Token;
import org.eclipse.californium.core.network.interceptors.MessageInterceptor;

/**
 * Block-wise transfer (RFC 7959) as far as a device wants to see it: it fetches firmware block by block, to go on after a
 * loss of power, and hears of the first block of a body that is written to it. Californium would assemble whole bodies; a
 * block that was asked for is therefore taken for a body of its own. Thread-safe.
 */
final class Blocks implements MessageInterceptor {
    private final Map<Token, Optional<BlockOption>> asked = new ConcurrentHashMap<>();
    private final Begun begun;

    /** Hears of the first block of a larger body; on a protocol thread, must not block. */
    interface Begun {
        void begun(String path);
    }

    Blocks(Begun begun) {
        this.begun = begun;
    }

    /** Which block the answer to this request was; empty when it was none. Asked once. */
    Optional<BlockOption> received(Request request) {
        Token token = request.getToken();
        Optional<BlockOption> block = token == null ? null : asked.remove(token);
        return block == null ? Optional.empty() : block;
    }

    @Override
    public void receiveResponse(Response response) {
        Token token = response.getToken();
        BlockOption block = response.getOptions().getBlock2();
        if (token != null && block != null && asked.containsKey(token)) {
            asked.put(token, Optional.of(block));
            response.getOptions().removeBlock2();
        }
    }

    @Override
    public void receiveRequest(Request request) {
        BlockOption block = request.getOptions().getBlock1();
        if (block != null && block.getNum() == 0 && block.isM()) {
            begun.begun(request.getOptions().getUriPathString());
        }
    }

    @Override
    public void sendRequest(Request request) {
        Token token = request.getToken();
        if (token != null && request.getOptions().hasBlock2()) {
            asked.putIfAbsent(token, Optional.empty());
        }
    }

    @Override
    public void sendResponse(Response response) {
        // nothing to see
    }

    @Override
    public void sendEmptyMessage(EmptyMessage message) {
        // nothing to see
    }

    @Override
    public void receiveEmptyMessage(EmptyMessage message) {
        // nothing to see
    }
}
