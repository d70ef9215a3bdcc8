package dev.onboard.bootstrap.internal;

import org.eclipse.leshan.core.model.LwM2mModel;
import org.eclipse.leshan.core.model.ObjectLoader;
import org.eclipse.leshan.core.model.StaticModel;

/** The objects that a bootstrap writes, read once for the process. */
public final class Models {
    static final LwM2mModel STANDARD = new StaticModel(ObjectLoader.loadDefault());

    private Models() {}

    /** Reads them, when nobody has. */
    public static void load() {
        STANDARD.getObjectModels();
    }
}
