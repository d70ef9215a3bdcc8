package dev.onboard.server.internal;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.eclipse.leshan.core.model.ResourceModel.Operations;
import org.eclipse.leshan.core.model.ResourceModel.Type;

/** The objects by which the platform's clients are updated: 10252, 10255 and OMA's 14. */
final class PlatformObjects {
    private PlatformObjects() {}

    /** These and the platform's. */
    static List<ObjectModel> andThose(List<ObjectModel> standard) {
        List<ObjectModel> all = new ArrayList<>(standard);
        all.add(new ObjectModel(
                10252,
                "Firmware Manifest",
                "How the platform's clients are updated.",
                "1.0",
                false,
                false,
                resource(1, "Manifest", Operations.E, Type.NONE, "The signed manifest, as it is"),
                resource(2, "State", Operations.R, Type.INTEGER, "1 idle to 8 rebooting"),
                resource(3, "Update Result", Operations.R, Type.INTEGER, "-1 when there is none"),
                resource(4, "Customer Update Result", Operations.R, Type.INTEGER, ""),
                resource(5, "Package Name", Operations.R, Type.STRING, "SHA-256 of the image that runs"),
                resource(6, "Package Version", Operations.R, Type.INTEGER, "Of the image that runs")));
        all.add(new ObjectModel(
                10255,
                "Device Metadata",
                "What the platform's manifests are held against.",
                "1.0",
                false,
                false,
                resource(0, "Protocols Supported", Operations.R, Type.INTEGER, ""),
                resource(3, "Vendor", Operations.R, Type.OPAQUE, "The vendor id, 16 octets"),
                resource(4, "Class", Operations.R, Type.OPAQUE, "The class id, 16 octets"),
                resource(5, "Device", Operations.R, Type.OPAQUE, "The device id")));
        all.add(new ObjectModel(
                14,
                "LWM2M Software Component",
                "What the firmware of a device is made of.",
                "1.0",
                true,
                false,
                resource(0, "Component Identity", Operations.R, Type.STRING, ""),
                resource(1, "Component Pack", Operations.R, Type.OPAQUE, ""),
                resource(2, "Component Version", Operations.R, Type.STRING, "")));
        return all;
    }

    private static ResourceModel resource(int id, String name, Operations operations, Type type, String description) {
        return new ResourceModel(id, name, operations, false, false, type, "", "", description);
    }
}
