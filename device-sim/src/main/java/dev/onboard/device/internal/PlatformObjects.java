package dev.onboard.device.internal;

import dev.onboard.factory.DeviceIdentity;
import dev.onboard.manifest.UpdateTarget;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.model.ResourceModel.Operations;
import org.eclipse.leshan.core.model.ResourceModel.Type;
import org.eclipse.leshan.core.node.LwM2mSingleResource;

/** The objects that the platform's clients have for their firmware: 10252, 10255 and 14, and their models. */
final class PlatformObjects {
    /** /10255/0/0: manifests of version 3. */
    private static final int PROTOCOL = 3;

    private PlatformObjects() {}

    static List<ObjectModel> models() {
        return List.of(
                model(
                        Codecs.MANIFEST,
                        "Firmware Manifest",
                        resource(1, Operations.E, Type.NONE),
                        resource(2, Operations.R, Type.INTEGER),
                        resource(3, Operations.R, Type.INTEGER),
                        resource(5, Operations.R, Type.STRING),
                        resource(6, Operations.R, Type.INTEGER)),
                model(
                        Codecs.METADATA,
                        "Device Metadata",
                        resource(0, Operations.R, Type.INTEGER),
                        resource(3, Operations.R, Type.OPAQUE),
                        resource(4, Operations.R, Type.OPAQUE)),
                model(
                        Codecs.COMPONENT,
                        "LWM2M Software Component",
                        resource(0, Operations.R, Type.STRING),
                        resource(2, Operations.R, Type.STRING)));
    }

    private static ObjectModel model(int id, String name, ResourceModel... resources) {
        return new ObjectModel(id, name, "", "1.0", false, false, resources);
    }

    private static ResourceModel resource(int id, Operations operations, Type type) {
        return new ResourceModel(id, "resource " + id, operations, false, false, type, "", "", "");
    }

    /** The three of a device. */
    static List<ManagedObject> of(DeviceIdentity identity, Firmware firmware) {
        UpdateTarget target = UpdateTarget.of(identity.manufacturer(), identity.model());
        byte[] vendor = UpdateTarget.octets(target.vendor());
        byte[] deviceClass = UpdateTarget.octets(target.deviceClass());
        return List.of(
                new ManifestInstance(firmware),
                new FactsInstance(
                        Codecs.METADATA,
                        new TreeMap<>(Map.of(
                                0, () -> LwM2mSingleResource.newIntegerResource(0, PROTOCOL),
                                3, () -> LwM2mSingleResource.newBinaryResource(3, vendor),
                                4, () -> LwM2mSingleResource.newBinaryResource(4, deviceClass))),
                        published(3, vendor) + published(4, deviceClass)),
                new FactsInstance(
                        Codecs.COMPONENT,
                        new TreeMap<>(Map.of(
                                0, () -> LwM2mSingleResource.newStringResource(0, "MAIN"),
                                2, () -> LwM2mSingleResource.newStringResource(2, firmware.version()))),
                        ""));
    }

    /** As the platform's clients write a value into the links of their registration. */
    private static String published(int resource, byte[] value) {
        return ",</" + Codecs.METADATA + "/0/" + resource + ">;v=\""
                + Base64.getEncoder().encodeToString(value) + '"';
    }
}
