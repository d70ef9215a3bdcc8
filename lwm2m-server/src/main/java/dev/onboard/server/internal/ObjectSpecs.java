package dev.onboard.server.internal;

import dev.onboard.server.ObjectSpec;
import java.util.Comparator;
import java.util.Locale;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.core.model.ResourceModel;
import org.jspecify.annotations.Nullable;

/** Makes our descriptions of objects of Leshan's. */
final class ObjectSpecs {
    private ObjectSpecs() {}

    static ObjectSpec of(ObjectModel model) {
        return new ObjectSpec(
                model.id,
                text(model.name),
                Boolean.TRUE.equals(model.multiple),
                Boolean.TRUE.equals(model.mandatory),
                text(model.urn),
                text(model.version),
                text(model.lwm2mVersion),
                text(model.description),
                text(model.description2),
                model.resources.values().stream()
                        .map(ObjectSpecs::of)
                        .sorted(Comparator.comparingInt(ObjectSpec.Resource::id))
                        .toList());
    }

    private static ObjectSpec.Resource of(ResourceModel model) {
        return new ObjectSpec.Resource(
                model.id,
                text(model.name),
                String.valueOf(model.operations),
                Boolean.TRUE.equals(model.multiple),
                Boolean.TRUE.equals(model.mandatory),
                model.type == null ? "none" : model.type.name().toLowerCase(Locale.ROOT),
                text(model.rangeEnumeration),
                text(model.units),
                text(model.description));
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }
}
