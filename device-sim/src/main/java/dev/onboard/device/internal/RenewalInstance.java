package dev.onboard.device.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.node.LwM2mResource;

/**
 * /35011/0, the platform's object for certificates: an execute of resource 27002 with the name of a certificate has the device
 * renew it over EST. Carried out by the {@link Registration}, whose answer waits for the end: a number in text.
 */
final class RenewalInstance implements ManagedObject {
    static final int OBJECT = 35_011;
    static final int RENEW = 27_002;

    /** The platform's {@code ce_status}. */
    static final int DONE = 0;

    static final int INVALID_PARAMETER = 0x501;
    static final int ITEM_NOT_FOUND = 0x504;
    static final int BUSY = 0x505;
    static final int EST_ERROR = 0x507;

    private static final int NAME = 1;
    private static final int HEADER = 4;
    private static final String LWM2M = "LWM2M";

    /** What this body asks for: {@link #DONE} when it is the renewal of the LwM2M certificate, else why it is not done. */
    static int asked(byte[] body) {
        if (body.length < HEADER || body[0] != 0 || body[1] != NAME) {
            return INVALID_PARAMETER;
        }
        int length = (body[2] & 0xff) << 8 | body[3] & 0xff;
        if (HEADER + length != body.length || length < 2 || body[body.length - 1] != 0) {
            return INVALID_PARAMETER;
        }
        String name = new String(Arrays.copyOfRange(body, HEADER, body.length - 1), StandardCharsets.US_ASCII);
        return name.equals(LWM2M) ? DONE : ITEM_NOT_FOUND;
    }

    @Override
    public int id() {
        return OBJECT;
    }

    @Override
    public int instance() {
        return 0;
    }

    @Override
    public List<Integer> resources() {
        return List.of(RENEW);
    }

    @Override
    public Optional<LwM2mResource> read(int resource) {
        return Optional.empty();
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        return Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "/35011/0/27002 is executed, not written");
    }

    @Override
    public Execution execute(int resource, byte[] arguments) {
        throw new IllegalStateException("carried out by the registration");
    }
}
