package dev.onboard.dtls.internal;

import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.CoAP.Type;
import org.eclipse.californium.core.coap.CoAPMessageFormatException;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.core.coap.option.StandardOptionRegistry;
import org.eclipse.californium.core.network.serialization.UdpDataParser;
import org.eclipse.californium.elements.util.DatagramReader;

/**
 * Reads CoAP messages as Californium does, but one whose payload does not fit its own block option (RFC 7959, 2.2) is malformed: a
 * request is answered with 4.00 and anything else with a reset. Californium throws there what nobody catches, so that it would get
 * no answer at all. Thread-safe.
 */
public final class BlockChecked extends UdpDataParser {
    /** Strict about empty messages (RFC 7252, 4.1), as Californium is unless it is told otherwise. */
    public BlockChecked() {
        super(true, StandardOptionRegistry.getDefaultOptionRegistry());
    }

    @Override
    public void parseOptionsAndPayload(DatagramReader reader, Message message) {
        try {
            super.parseOptionsAndPayload(reader, message);
        } catch (IllegalStateException e) {
            throw malformed(message, e);
        }
    }

    private static CoAPMessageFormatException malformed(Message message, IllegalStateException why) {
        CoAPMessageFormatException malformed = new CoAPMessageFormatException(
                "the payload does not fit the block option: " + why.getMessage(),
                message.getToken(),
                message.getMID(),
                message.getRawCode(),
                message.getType() == Type.CON,
                ResponseCode.BAD_REQUEST);
        malformed.initCause(why);
        return malformed;
    }
}
