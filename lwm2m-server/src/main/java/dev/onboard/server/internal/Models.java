package dev.onboard.server.internal;

import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.StaticModel;

/** The objects that the server knows, read once for the process. */
public final class Models {
    static final LwM2mModel ALL = new StaticModel(PlatformObjects.andThose(ObjectLoader.loadDefault()));

    private Models() {}

    /** Reads them, when nobody has. */
    public static void load() {
        ALL.getObjectModels();
    }
}
