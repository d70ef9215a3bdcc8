package dev.onboard.device.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/** /10252/0, by which the platform's clients are updated: what the LwM2M server sees of a device's {@link Firmware}. */
final class ManifestInstance implements ManagedObject {
    static final int STATE = 2;
    private static final int RESULT = 3;
    private static final int NAME = 5;
    private static final int VERSION = 6;
    private static final List<Integer> RESOURCES = List.of(1, 2, 3, 5, 6);

    private final Firmware firmware;

    ManifestInstance(Firmware firmware) {
        this.firmware = firmware;
    }

    @Override
    public int id() {
        return Codecs.MANIFEST;
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
            case STATE -> Optional.of(LwM2mSingleResource.newIntegerResource(resource, firmware.platformState()));
            case RESULT ->
                Optional.of(LwM2mSingleResource.newIntegerResource(
                        resource, firmware.kept().platformResult()));
            case NAME ->
                Optional.of(LwM2mSingleResource.newStringResource(
                        resource, firmware.kept().image()));
            case VERSION ->
                Optional.of(LwM2mSingleResource.newIntegerResource(
                        resource, firmware.kept().sequence()));
            default -> Optional.empty();
        };
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        return Answer.refused(ResponseCode.METHOD_NOT_ALLOWED, "a manifest is sent by POST to /10252/0/1");
    }

    @Override
    public Execution execute(int resource, byte[] arguments) {
        return firmware.manifest(arguments);
    }
}
