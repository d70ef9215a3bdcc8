package dev.onboard.factory;

import java.nio.file.Path;

/** Clients that are none of ours, and how one is started with the files of a bundle. */
public enum ForeignClient {
    /** The demo client of Eclipse Leshan 2. */
    LESHAN {
        @Override
        public String command(DeviceBundle bundle, Path device) {
            Path files = device.resolve("factory");
            boolean bootstraps = bundle.mode() != DeviceMode.LWM2M;
            return "java -jar leshan-demo-client.jar" + (bootstraps ? " -b" : "") + " -u "
                    + quoted(bundle.serverUri().toString()) + " -n "
                    + quoted(bundle.endpoint().value()) + " -cprik " + quoted(files.resolve("device.key.der"))
                    + " -ccert " + quoted(files.resolve("device.cert.der")) + " -scert "
                    + quoted(files.resolve("server-ca.cert.der")) + " -cu 2";
        }
    },
    /** The demo client of Anjay 3. */
    ANJAY {
        @Override
        public String command(DeviceBundle bundle, Path device) {
            Path files = device.resolve("factory");
            boolean bootstraps = bundle.mode() != DeviceMode.LWM2M;
            // its demo has no option for Certificate Usage, and pins what -P names where the usage is absent
            return "./demo" + (bootstraps ? " --bootstrap=client-initiated-only" : "") + " --endpoint-name "
                    + quoted(bundle.endpoint().value()) + " --server-uri "
                    + quoted(bundle.serverUri().toString()) + " --security-mode cert --client-cert-file "
                    + quoted(files.resolve("device.cert.der")) + " --key-file "
                    + quoted(files.resolve("device.key.der"));
        }
    };

    /**
     * The command line, for a POSIX shell.
     *
     * @param device {@code DIR/EP}, where the bundle was written
     */
    public abstract String command(DeviceBundle bundle, Path device);

    private static String quoted(Object argument) {
        String text = argument.toString();
        return text.matches("[A-Za-z0-9_./:@%+=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
