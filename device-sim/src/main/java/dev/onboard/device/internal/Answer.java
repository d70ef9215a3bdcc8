package dev.onboard.device.internal;

import java.nio.charset.StandardCharsets;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Response;

/**
 * What the device says to one request. Immutable.
 *
 * @param code the response code
 * @param payload the body; for a refusal a sentence in UTF-8 (RFC 7252 section 5.5.2)
 * @param format the content format of the body, or -1
 */
record Answer(ResponseCode code, byte[] payload, int format) {
    private static final byte[] NOTHING = {};

    static Answer of(ResponseCode code) {
        return new Answer(code, NOTHING, -1);
    }

    static Answer content(byte[] payload, int format) {
        return new Answer(ResponseCode.CONTENT, payload, format);
    }

    static Answer refused(ResponseCode code, String sentence) {
        return new Answer(code, sentence.getBytes(StandardCharsets.UTF_8), -1);
    }

    boolean isSuccess() {
        return code.isSuccess();
    }

    /** The sentence of a refusal. */
    String sentence() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    Response response() {
        Response response = new Response(code);
        if (payload.length > 0) {
            response.setPayload(payload);
        }
        if (format >= 0) {
            response.getOptions().setContentFormat(format);
        }
        return response;
    }
}
