package dev.onboard.server.internal;

import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.server.resources.CoapExchange;

/**
 * {@code GET /fw} with Proxy-Uri: how the platform's clients fetch what a manifest says is somewhere on the web, in their
 * session with the LwM2M server. Answered from the account alone: nothing is fetched from anywhere.
 */
final class PayloadResource extends CoapResource {
    private static final String NAME = "fw";

    private final Packages packages;

    PayloadResource(Packages packages) {
        super(NAME, false);
        this.packages = packages;
    }

    @Override
    public void handleGET(CoapExchange exchange) {
        String uri = exchange.getRequestOptions().getProxyUri();
        if (uri == null) {
            exchange.respond(ResponseCode.BAD_OPTION, "say by Proxy-Uri what is wanted, as the manifest has it");
        } else {
            FirmwareResource.answer(
                    exchange, packages.at(uri), "no manifest of an active campaign names '" + uri + "'");
        }
    }
}
