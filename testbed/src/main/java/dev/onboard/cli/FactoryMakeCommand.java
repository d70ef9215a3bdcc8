package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.cli.DeviceList.Entry;
import dev.onboard.factory.BundleDocuments;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.CredentialsSource;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.Disk;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.Factory;
import dev.onboard.factory.FactoryFiles;
import dev.onboard.factory.FactoryOrder;
import dev.onboard.factory.ForeignClient;
import dev.onboard.factory.SentChain;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard factory make}. Devices come one after the other, so that a batch of any size needs no memory. */
@Command(
        name = "make",
        mixinStandardHelpOptions = true,
        description = "Make one device by name, or many, for a running testbed.")
final class FactoryMakeCommand implements Callable<Integer> {
    private static final int MOST_LINES = 20;
    private static final int MOST_DEVELOPER_DEVICES = 100;

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private Which which;

    @Option(names = "--prefix", paramLabel = "P", defaultValue = "device-", description = "Default: ${DEFAULT-VALUE}")
    private String prefix;

    @Option(
            names = "--chain-depth",
            paramLabel = "D",
            description = "CAs above the device certificate: 1 = signed by the root. Default: 1")
    private @Nullable Integer chainDepth;

    @Option(
            names = "--sends",
            paramLabel = "leaf|all|N",
            defaultValue = "all",
            description = "How much of its chain a device sends. Default: ${DEFAULT-VALUE}")
    private String sends;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "bootstrap; lwm2m: the LwM2M key and certificate in the bundle, no bootstrap; developer: with"
                    + " --developer. Default: bootstrap")
    private @Nullable String mode;

    @Option(
            names = "--developer",
            paramLabel = "ID|FILE",
            description = "A developer certificate of the account, or its C file, shared by at most 100 devices")
    private @Nullable String developer;

    @Option(
            names = "--device-trust",
            paramLabel = "FILE",
            description = "CAs that the device trusts of itself, for Certificate Usage 0 and 1. Default: none")
    private @Nullable Path deviceTrust;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "folder",
            description = "folder, json, cbor (the platform's bundle), c (the developer's C file), leshan or anjay (a"
                    + " folder, and the command line that starts such a client). Default: ${DEFAULT-VALUE}")
    private String format;

    @Option(names = "--resume", description = "Leave out devices that are in --out already.")
    private boolean resume;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "DIR/EP/factory/ is written, or DIR/EP.json and the like.")
    private Path out;

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description =
                    "Make the I-th of every N devices of --count or --csv; job/N takes I from JOB_COMPLETION_INDEX, as"
                            + " a Kubernetes Indexed Job sets it. Default: all")
    private @Nullable String shard;

    @Mixin
    private Target target;

    @Option(names = "--json", description = "Print the devices as one JSON document.")
    private boolean json;

    static final class Which {
        @Option(names = "--endpoint", paramLabel = "NAME", description = "Make the device of this endpoint name.")
        private @Nullable String endpoint;

        @Option(names = "--count", paramLabel = "N", description = "Make N devices, PREFIX1 to PREFIXN.")
        private @Nullable Integer count;

        @Option(
                names = "--csv",
                paramLabel = "FILE",
                description = "Make the devices of this list, - for standard input: a column 'endpoint' and, if given,"
                        + " serial_number, manufacturer, model, firmware_version, device_type, hardware_version")
        private @Nullable String csv;
    }

    /** Where devices come from, one after the other. */
    private interface Source {
        Optional<Entry> next() throws IOException;
    }

    /** Makes bundles of one mode. */
    private interface Line {
        DeviceBundle make(Entry entry) throws IOException;
    }

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        Shard part = Shard.of(shard, System.getenv());
        if (shard != null && which.endpoint != null) {
            throw new UsageException("--shard splits the devices of --count or --csv; --endpoint makes one");
        }
        RunningTestbed running = target.testbed();
        try {
            DeviceMode chosen = mode();
            Line line = chosen == DeviceMode.DEVELOPER ? developerLine(running) : ownLine(running, chosen);
            make(console, running, line, part);
            if (chosen != DeviceMode.DEVELOPER) {
                console.say("the CA to upload: "
                        + FactoryFiles.of(running.workDirectory(), chosen).root() + ", with --service "
                        + chosen.word());
            }
            return 0;
        } catch (IOException | IllegalArgumentException e) {
            throw InputFile.failure(e);
        }
    }

    private DeviceMode mode() {
        DeviceMode chosen =
                mode == null ? developer == null ? DeviceMode.BOOTSTRAP : DeviceMode.DEVELOPER : Modes.ofDevice(mode);
        if ((chosen == DeviceMode.DEVELOPER) != (developer != null)) {
            throw new UsageException("--mode developer and --developer belong together: 'onboard developer-certificate"
                    + " create NAME' makes one");
        }
        return chosen;
    }

    private void make(Console console, RunningTestbed running, Line line, Shard part) throws IOException {
        Files.createDirectories(out);
        ArrayNode devices = Console.json().createArrayNode();
        List<X509Certificate> trustStore =
                deviceTrust == null ? List.of() : CredentialFiles.readCertificates(deviceTrust);
        int made = 0;
        int left = 0;
        int place = 0;
        int progress = which.count == null ? 10_000 : Math.max(MOST_LINES, which.count / 10);
        try (BufferedReader list = csv()) {
            Source source = source(list);
            for (Optional<Entry> entry = source.next(); entry.isPresent(); entry = source.next()) {
                if (!part.has(place++)) {
                    continue;
                }
                if (resume && Files.exists(place(entry.get().endpoint()))) {
                    left++;
                    continue;
                }
                DeviceBundle bundle = line.make(entry.get()).withTrustStore(trustStore);
                Path written = write(bundle, running.accountId());
                made++;
                ObjectNode device = devices.addObject().put("bundle", written.toString());
                if (made <= MOST_LINES) {
                    console.say("made " + written);
                } else if (made % progress == 0) {
                    console.note("made " + made
                            + (which.count == null || !part.isWhole()
                                    ? ""
                                    : "; " + (made + left) + " of " + which.count + " are there"));
                }
                command(bundle, written).ifPresent(start -> {
                    console.say("  " + start);
                    device.put("command", start);
                });
            }
        }
        if (made > MOST_LINES || left > 0) {
            console.say(made + " made" + (left > 0 ? ", " + left + " were there already" : ""));
        }
        console.document(Console.json()
                .createObjectNode()
                .put("made", made)
                .put("skipped", left)
                .set("devices", devices));
    }

    private @Nullable BufferedReader csv() throws IOException {
        if (which.csv == null) {
            return null;
        }
        return which.csv.equals("-")
                ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(Path.of(which.csv));
    }

    private Source source(@Nullable BufferedReader list) throws IOException {
        if (list != null) {
            return new DeviceList(list, String.valueOf(which.csv))::next;
        }
        int count = which.endpoint != null ? 1 : which.count == null ? 0 : which.count;
        if (count < 1) {
            throw new UsageException("--count " + count + " makes no device; give 1 or more");
        }
        int[] number = {0};
        return () -> {
            if (number[0] == count) {
                return Optional.empty();
            }
            String name = which.endpoint != null ? which.endpoint : prefix + (number[0] + 1);
            number[0]++;
            return Optional.of(new Entry(EndpointName.of(name), DeviceIdentity.simulated(name)));
        };
    }

    private Line ownLine(RunningTestbed running, DeviceMode chosen) throws IOException {
        InstantSource clock = InstantSource.system();
        Path directory = running.workDirectory();
        FactoryFiles files = FactoryFiles.of(directory, chosen);
        boolean there = files.exist();
        Factory factory = files.readOrFound(clock, new SecureRandom());
        int depth = chainDepth == null ? 1 : chainDepth;
        factory.authority(depth);
        if (!there || depth > 1) {
            files.write(factory);
        }
        URI uri = chosen.bootstraps() ? running.bootstrapUri() : running.lwm2mUri();
        X509Certificate serverCa = serverCa(directory, chosen);
        SentChain sent = sent();
        return entry -> factory.make(FactoryOrder.of(entry.endpoint(), chosen, uri, serverCa)
                .withIdentity(entry.identity())
                .withSends(sent)
                .withChainDepth(depth));
    }

    private Line developerLine(RunningTestbed running) throws IOException {
        if (which.count != null && which.count > MOST_DEVELOPER_DEVICES) {
            throw new UsageException("--count " + which.count + " devices cannot share one developer certificate; "
                    + MOST_DEVELOPER_DEVICES + " can");
        }
        Credential shared = DeveloperCredential.of(String.valueOf(developer), target::client);
        FactoryFiles files = FactoryFiles.of(running.workDirectory(), DeviceMode.BOOTSTRAP);
        Factory factory = files.readOrFound(InstantSource.system(), new SecureRandom());
        if (!files.exist()) {
            files.write(factory);
        }
        X509Certificate serverCa = serverCa(running.workDirectory(), DeviceMode.DEVELOPER);
        return entry -> new DeviceBundle(
                entry.endpoint(),
                DeviceMode.DEVELOPER,
                shared,
                running.bootstrapUri(),
                serverCa,
                List.of(),
                factory.updateSigner().certificate(),
                entry.identity(),
                SentChain.all());
    }

    private static X509Certificate serverCa(Path workDirectory, DeviceMode chosen) throws IOException {
        return CredentialFiles.readCertificates(workDirectory.resolve(
                        "ca/" + (chosen.bootstraps() ? "bootstrap" : "lwm2m") + "-server-ca.cert.pem"))
                .get(0);
    }

    private SentChain sent() {
        try {
            return switch (sends) {
                case "all" -> SentChain.all();
                case "leaf" -> SentChain.leafOnly();
                default -> SentChain.first(Integer.parseInt(sends));
            };
        } catch (NumberFormatException e) {
            throw new UsageException("--sends '" + sends + "' is not leaf, all or a number", e);
        }
    }

    private Path place(EndpointName endpoint) {
        return switch (format) {
            case "folder", "leshan", "anjay" ->
                out.resolve(endpoint.directory()).resolve("factory");
            case "json", "cbor", "c" -> out.resolve(endpoint.directory() + "." + format);
            default ->
                throw new UsageException("--format '" + format + "' is not folder, json, cbor, c, leshan or anjay");
        };
    }

    private Path write(DeviceBundle bundle, String accountId) throws IOException {
        Path place = place(bundle.endpoint());
        String uri = bundle.serverUri() + "?aid=" + accountId;
        byte[] content = switch (format) {
            case "json" -> BundleDocuments.json(bundle);
            case "cbor" -> BundleDocuments.cbor(bundle, uri);
            case "c" ->
                new CredentialsSource(
                                bundle.endpoint().value(),
                                accountId,
                                uri,
                                bundle.serverCa(),
                                bundle.credential(),
                                bundle.identity())
                        .text()
                        .getBytes(StandardCharsets.UTF_8);
            default -> new byte[0];
        };
        if (content.length == 0) {
            return BundleFiles.write(out, bundle);
        }
        try {
            Disk.swift().write(place, content, Disk.Access.OWNER);
        } catch (FileAlreadyExistsException e) {
            throw new UsageException(place + " is there already; choose another --out, or give --resume", e);
        }
        return place;
    }

    private Optional<String> command(DeviceBundle bundle, Path device) {
        return switch (format) {
            case "leshan" -> Optional.of(ForeignClient.LESHAN.command(bundle, device));
            case "anjay" -> Optional.of(ForeignClient.ANJAY.command(bundle, device));
            default -> Optional.empty();
        };
    }
}
