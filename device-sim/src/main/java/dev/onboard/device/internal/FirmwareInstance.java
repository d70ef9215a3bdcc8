package dev.onboard.device.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/** /5/0, the Firmware Update object (version 1.0), idle: it shows its state and takes nothing. */
final class FirmwareInstance implements ManagedObject {
    private static final List<Integer> RESOURCES = List.of(0, 1, 2, 3, 5, 9);
    private static final Answer TAKES_NONE =
            Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "this device takes no firmware");

    @Override
    public int id() {
        return Codecs.FIRMWARE;
    }

    @Override
    public int instance() {
        return 0;
    }

    @Override
    public List<Integer> resources() {
        return RESOURCES;
    }

    @Override
    public Optional<LwM2mResource> read(int resource) {
        return switch (resource) {
            case 1 -> Optional.of(LwM2mSingleResource.newStringResource(resource, ""));
            case 3, 5 -> Optional.of(LwM2mSingleResource.newIntegerResource(resource, 0));
            case 9 -> Optional.of(LwM2mSingleResource.newIntegerResource(resource, 1));
            default -> Optional.empty();
        };
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        return TAKES_NONE;
    }

    @Override
    public Execution execute(int resource) {
        return Execution.of(TAKES_NONE);
    }
}
