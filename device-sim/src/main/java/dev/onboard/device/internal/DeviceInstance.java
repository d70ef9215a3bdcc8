package dev.onboard.device.internal;

import dev.onboard.factory.DeviceIdentity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.LwM2mMultipleResource;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mResourceInstance;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/** /3/0, the Device object (version 1.1). Its time is the device's clock, moved by what the server wrote to /3/0/13. */
final class DeviceInstance implements ManagedObject {
    static final int CURRENT_TIME = 13;
    private static final int REBOOT = 4;
    private static final int FACTORY_RESET = 5;
    private static final int ERROR_CODE = 11;
    private static final int RESET_ERROR_CODE = 12;
    private static final int UTC_OFFSET = 14;
    private static final int TIMEZONE = 15;
    private static final List<Integer> RESOURCES = List.of(0, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16, 17, 18, 19);

    private final DeviceIdentity identity;
    private final Supplier<String> firmwareVersion;
    private final InstantSource clock;
    private final Runnable reboot;
    private final Runnable factoryReset;
    private Duration moved = Duration.ZERO;
    private String utcOffset = "+00:00";
    private String timezone = "Etc/UTC";

    DeviceInstance(
            DeviceIdentity identity,
            Supplier<String> firmwareVersion,
            InstantSource clock,
            Runnable reboot,
            Runnable factoryReset) {
        this.identity = identity;
        this.firmwareVersion = firmwareVersion;
        this.clock = clock;
        this.reboot = reboot;
        this.factoryReset = factoryReset;
    }

    @Override
    public int id() {
        return Codecs.DEVICE;
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
            case 0 -> text(resource, identity.manufacturer());
            case 1 -> text(resource, identity.model());
            case 2 -> text(resource, identity.serialNumber());
            case 3, 19 -> text(resource, firmwareVersion.get());
            case ERROR_CODE ->
                Optional.of(new LwM2mMultipleResource(
                        resource, Type.INTEGER, List.of(LwM2mResourceInstance.newIntegerInstance(0, 0))));
            case CURRENT_TIME ->
                Optional.of(LwM2mSingleResource.newDateResource(
                        resource, new Date(clock.instant().plus(moved).getEpochSecond() * 1000)));
            case UTC_OFFSET -> text(resource, utcOffset);
            case TIMEZONE -> text(resource, timezone);
            case 16 -> text(resource, "U");
            case 17 -> text(resource, identity.deviceType());
            case 18 -> text(resource, identity.hardwareVersion());
            default -> Optional.empty();
        };
    }

    private static Optional<LwM2mResource> text(int resource, String value) {
        return Optional.of(LwM2mSingleResource.newStringResource(resource, value));
    }

    @Override
    public Answer write(Collection<LwM2mResource> values, Writing writing) {
        for (LwM2mResource value : values) {
            switch (value.getId()) {
                case CURRENT_TIME -> {
                    Instant told = ((Date) value.getValue()).toInstant();
                    moved = Duration.between(clock.instant(), told);
                }
                case UTC_OFFSET -> utcOffset = value.getValue().toString();
                case TIMEZONE -> timezone = value.getValue().toString();
                default -> throw new IllegalStateException("not writable: " + value.getId());
            }
        }
        return Answer.of(ResponseCode.CHANGED);
    }

    @Override
    public Execution execute(int resource, byte[] arguments) {
        Map<Integer, Runnable> afterwards =
                Map.of(REBOOT, reboot, FACTORY_RESET, factoryReset, RESET_ERROR_CODE, () -> {});
        return new Execution(Answer.of(ResponseCode.CHANGED), afterwards.getOrDefault(resource, () -> {}));
    }
}
