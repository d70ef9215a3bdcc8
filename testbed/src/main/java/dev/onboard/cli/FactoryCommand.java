package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryFiles;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code onboard factory}: makes devices. */
@Command(
        name = "factory",
        mixinStandardHelpOptions = true,
        description = "Make devices: keys, factory certificates, bundles.",
        subcommands = FactoryCommand.Make.class)
final class FactoryCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which? 'factory make'");
    }

    /** {@code onboard factory make}. */
    @Command(
            name = "make",
            mixinStandardHelpOptions = true,
            description = "Make one device by name, or many, for a running testbed.")
    static final class Make implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @ArgGroup(multiplicity = "1")
        private Which which;

        @Option(
                names = "--prefix",
                paramLabel = "P",
                defaultValue = "device-",
                description = "Default: ${DEFAULT-VALUE}")
        private String prefix;

        @Option(
                names = "--chain-depth",
                paramLabel = "D",
                defaultValue = "1",
                description = "CAs above the device certificate: 1 = signed by the root. Default: ${DEFAULT-VALUE}")
        private int chainDepth;

        @Option(
                names = "--mode",
                paramLabel = "MODE",
                defaultValue = "bootstrap",
                description = "bootstrap, or lwm2m: the LwM2M key and certificate in the bundle, no bootstrap."
                        + " Default: ${DEFAULT-VALUE}")
        private String mode;

        @Option(
                names = "--device-trust",
                paramLabel = "FILE",
                description = "CAs that the device trusts of itself, for Certificate Usage 0 and 1. Default: none")
        private @Nullable Path deviceTrust;

        @Option(names = "--out", paramLabel = "DIR", required = true, description = "DIR/EP/factory/ is written.")
        private Path out;

        @Option(names = "--work-dir", paramLabel = "DIR", description = "Default: the newest running testbed's")
        private @Nullable Path workDirectory;

        @Option(names = "--json", description = "Print the devices as one JSON document.")
        private boolean json;

        static final class Which {
            @Option(names = "--endpoint", paramLabel = "NAME", description = "Make the device of this endpoint name.")
            private @Nullable String endpoint;

            @Option(names = "--count", paramLabel = "N", description = "Make N devices, PREFIX1 to PREFIXN.")
            private @Nullable Integer count;
        }

        @Override
        public Integer call() {
            Console console = Console.of(spec, json);
            RunningTestbed running = Running.testbed(workDirectory);
            DeviceMode chosen = Modes.ofDevice(mode);
            try {
                ArrayNode made = Console.json().createArrayNode();
                for (Path device : make(running, chosen, names())) {
                    console.say("made " + device);
                    ObjectNode entry = made.addObject();
                    entry.put("bundle", device.toString());
                }
                console.document(Console.json().createObjectNode().set("devices", made));
                console.say("the CA to upload: "
                        + FactoryFiles.of(running.workDirectory(), chosen).root() + ", with --service "
                        + chosen.word());
                return 0;
            } catch (IOException e) {
                throw new UsageException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
            }
        }

        private List<X509Certificate> trustStore() throws IOException {
            return deviceTrust == null ? List.of() : CredentialFiles.readCertificates(deviceTrust);
        }

        private List<String> names() {
            if (which.endpoint != null) {
                return List.of(which.endpoint);
            }
            int count = which.count == null ? 0 : which.count;
            if (count < 1) {
                throw new UsageException("--count " + count + " makes no device; give 1 or more");
            }
            List<String> names = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                names.add(prefix + i);
            }
            return names;
        }

        private List<Path> make(RunningTestbed running, DeviceMode mode, List<String> names) throws IOException {
            InstantSource clock = InstantSource.system();
            SecureRandom random = new SecureRandom();
            Path directory = running.workDirectory();
            FactoryFiles files = FactoryFiles.of(directory, mode);
            Factory factory = files.readOrFound(clock, random);
            boolean bootstraps = mode == DeviceMode.BOOTSTRAP;
            URI serverUri = bootstraps ? running.bootstrapUri() : running.lwm2mUri();
            X509Certificate serverCa = CredentialFiles.readCertificates(
                            directory.resolve("ca/" + (bootstraps ? "bootstrap" : "lwm2m") + "-server-ca.cert.pem"))
                    .get(0);
            try {
                factory.authority(chainDepth);
                files.write(factory);
                List<Path> devices = new ArrayList<>();
                for (String name : names) {
                    FactoryOrder order = FactoryOrder.of(EndpointName.of(name), mode, serverUri, serverCa)
                            .withChainDepth(chainDepth);
                    DeviceBundle bundle = factory.make(order).withTrustStore(trustStore());
                    devices.add(BundleFiles.write(out, bundle));
                }
                return devices;
            } catch (IllegalArgumentException e) {
                throw new UsageException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
            }
        }
    }
}
