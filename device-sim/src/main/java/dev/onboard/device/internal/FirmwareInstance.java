package dev.onboard.device.internal;

import dev.onboard.device.DeviceOptions.FirmwareTransport;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/** /5/0, the Firmware Update object (version 1.0): what the LwM2M server sees of a device's {@link Firmware}. */
final class FirmwareInstance implements ManagedObject {
    static final int PACKAGE = 0;
    private static final int PACKAGE_URI = 1;
    private static final int STATE = 3;
    private static final int RESULT = 5;
    private static final int PACKAGE_VERSION = 7;
    private static final int PROTOCOLS = 8;
    private static final int DELIVERY = 9;
    private static final List<Integer> RESOURCES = List.of(0, 1, 2, 3, 5, 7, 8, 9);
    /** /5/0/8. */
    private static final long COAP = 0;

    private static final long COAPS = 1;
    /** /5/0/9: pull and push. */
    private static final long BOTH = 2;

    private final Firmware firmware;
    private final Runnable reboot;
    private final Map<Integer, Long> protocols;

    FirmwareInstance(Firmware firmware, Runnable reboot, FirmwareTransport transport) {
        this.firmware = firmware;
        this.reboot = reboot;
        this.protocols = transport == FirmwareTransport.COAPS ? Map.of(0, COAPS) : Map.of(0, COAPS, 1, COAP);
    }

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
        FirmwareState now = firmware.shown();
        return switch (resource) {
            case PACKAGE_URI -> Optional.of(LwM2mSingleResource.newStringResource(resource, now.uri()));
            case STATE ->
                Optional.of(LwM2mSingleResource.newIntegerResource(
                        resource, now.phase().number()));
            case RESULT ->
                Optional.of(LwM2mSingleResource.newIntegerResource(
                        resource, now.result().number()));
            case PACKAGE_VERSION -> Optional.of(LwM2mSingleResource.newStringResource(resource, now.packageVersion()));
            case PROTOCOLS -> Optional.of(LwM2mMultipleResource.newIntegerResource(resource, protocols));
            case DELIVERY -> Optional.of(LwM2mSingleResource.newIntegerResource(resource, BOTH));
            default -> Optional.empty();
        };
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        if (values.size() != 1) {
            return Answer.refused(
                    ResponseCode.BAD_REQUEST, "write the package or its address, one of them: /5/0/0 or /5/0/1");
        }
        LwM2mResource value = values.iterator().next();
        return value.getId() == PACKAGE
                ? firmware.writePackage((byte[]) value.getValue())
                : firmware.writeUri(value.getValue().toString());
    }

    @Override
    public Execution execute(int resource, byte[] arguments) {
        return firmware.update(reboot);
    }
}
