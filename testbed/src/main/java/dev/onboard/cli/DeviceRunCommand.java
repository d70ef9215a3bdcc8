package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.device.DeviceOptions;
import dev.onboard.device.DeviceOptions.EnrolmentKey;
import dev.onboard.device.DeviceOptions.FirmwareTransport;
import dev.onboard.device.DeviceState;
import dev.onboard.device.Fleet;
import dev.onboard.device.FleetLimits;
import dev.onboard.device.RenewalSchedule;
import dev.onboard.device.SimulatedDevice;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.dtls.KeyLog;
import dev.onboard.dtls.Sessions;
import dev.onboard.dtls.Sessions.Resumption;
import dev.onboard.dtls.TrafficWatch;
import dev.onboard.dtls.Transmission.ConnectionIds;
import dev.onboard.factory.BundleFiles;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard device run}: simulated devices as a process of their own, against any server. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Run simulated devices against whatever server their bundles name.")
final class DeviceRunCommand implements Callable<Integer> {
    /** How many are on their way at a time, as a fleet does it. */
    private static final int AT_ONCE = 64;

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private GivenBundles given;

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description =
                    "Run the I-th of every N of these devices, by the names of their directories; job/N takes I from"
                            + " JOB_COMPLETION_INDEX, as a Kubernetes Indexed Job sets it. Default: all")
    private @Nullable String shard;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Write what came of each device into this JSON file, for 'device report'; {shard} in its name is"
                            + " the number of the shard. Needs --exit-when.")
    private @Nullable String report;

    @Option(
            names = "--exit-when",
            paramLabel = "registered|failed",
            description = "Stop when every device got there: exit code 0; 1 when it did not")
    private @Nullable String exitWhen;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "For --exit-when, such as 90s or 2m. Default: ${DEFAULT-VALUE}")
    private String timeout;

    @Option(
            names = "--renew-at",
            paramLabel = "PART|never",
            defaultValue = "0.67",
            description = "After which part of its life a device has its LwM2M certificate renewed of itself."
                    + " Default: ${DEFAULT-VALUE}")
    private String renewAt;

    @Option(
            names = "--firmware-signer",
            paramLabel = "platform|strict",
            defaultValue = "platform",
            description = FirmwareMixin.SIGNER + " Default: ${DEFAULT-VALUE}")
    private String firmwareSigner;

    @Option(
            names = "--firmware-coap",
            description = "Fetch firmware by CoAP without DTLS, too, where a server offers it.")
    private boolean firmwareCoap;

    @Option(
            names = "--connection-ids",
            description = "Offer DTLS connection ids (RFC 9146), so that sessions survive a change of address.")
    private boolean connectionIds;

    @Option(
            names = "--resumption",
            description =
                    "Resume a DTLS session that was lost, where the server allows it, in place of a full handshake.")
    private boolean resumption;

    @Option(
            names = "--queue-mode",
            description =
                    "Register for queue mode (OMA LwM2M Core 6.5): sleep after a while without a message, until the"
                            + " next registration update.")
    private boolean queueMode;

    @Option(
            names = "--awake",
            paramLabel = "TIME",
            description = "After how long without a message a device in queue mode sleeps. Default: 93s")
    private @Nullable String awake;

    @Option(
            names = "--est-key",
            paramLabel = "device|server",
            defaultValue = "device",
            description =
                    "Who makes the LwM2M key where devices enrol over EST: the device, or the EST server (skg, RFC"
                            + " 9148). Default: ${DEFAULT-VALUE}")
    private String estKey;

    @Option(names = "--json", description = "Print what came of it as one JSON document; needs --exit-when.")
    private boolean json;

    @Mixin
    private Haste haste;

    @Mixin
    private LogFormat logFormat;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Console console = logFormat.apply(Console.of(spec, json));
        Optional<DeviceState> goal = goal();
        if (json && goal.isEmpty()) {
            throw new UsageException("--json prints one document at the end and needs --exit-when");
        }
        Shard part = Shard.of(shard, System.getenv());
        Optional<Path> reportFile = Optional.ofNullable(report).map(name -> FleetReport.file(name, part));
        if (reportFile.isPresent() && goal.isEmpty()) {
            throw new UsageException("--report is written at the end and needs --exit-when");
        }
        List<Path> all = given.all();
        List<Path> mine = IntStream.range(0, all.size())
                .filter(part::has)
                .mapToObj(all::get)
                .toList();
        if (mine.isEmpty()) {
            throw new UsageException("shard " + part.number() + " of " + part.of() + " has none of the " + all.size()
                    + " devices; there are more shards than devices");
        }
        FleetLimits.ofThisProcess().refusal(mine.size(), AT_ONCE).ifPresent(why -> {
            throw new UsageException(why);
        });
        Duration limit = Times.duration("--timeout", timeout);
        RenewalSchedule renewal = renewal();
        InstantSource clock = InstantSource.system();
        DeviceOptions options = haste.on(DeviceOptions.standard(clock))
                .withRenewal(renewal)
                .withSignerExpiry(FirmwareMixin.expiry(firmwareSigner))
                .withFirmware(firmwareCoap ? FirmwareTransport.COAPS_AND_COAP : FirmwareTransport.COAPS)
                .withEnrolmentKey(enrolmentKey());
        if (queueMode) {
            options = options.withQueueMode(awake == null ? DeviceOptions.USUALLY_AWAKE : AwakeOption.time(awake));
        } else if (awake != null) {
            throw new UsageException("--awake is for devices that sleep and needs --queue-mode");
        }
        CaptureOption.warnOfKeyLog(console);
        Path events = Files.createTempFile("onboard-device-", ".jsonl");
        try (Journal journal = Journal.open(events, clock);
                Journal.Subscription said = logFormat.isJson()
                        ? logFormat.follow(journal)
                        : journal.subscribe(event -> console.note(EventText.line(tree(event))));
                KeyLog keyLog = KeyLog.of(System.getenv()).orElse(null);
                DtlsThreads threads = DtlsThreads.start("devices");
                Fleet fleet = Fleet.with(
                                threads.watchedBy(keyLog == null ? TrafficWatch.NONE : keyLog),
                                journal,
                                options,
                                new SecureRandom())
                        .transmission(haste.transmission()
                                .withConnectionIds(connectionIds ? ConnectionIds.ON : ConnectionIds.OFF)
                                .withSessions(
                                        Sessions.STANDARD.withResumption(resumption ? Resumption.ON : Resumption.OFF)))
                        .build()) {
            FleetReport reporting = new FleetReport();
            addAll(fleet, mine, reporting);
            journal.subscribe(reporting::see);
            Instant started = clock.instant();
            fleet.powerOn();
            if (goal.isEmpty()) {
                return untilStopped(fleet);
            }
            Fleet.Reached reached = fleet.await(Set.of(goal.get()), limit);
            if (reportFile.isPresent()) {
                journal.flush();
                Duration elapsed = Duration.between(started, clock.instant());
                FleetReport.write(
                        reportFile.get(), reporting.document(fleet, part, all.size(), goal.get(), started, elapsed));
            }
            report(console, fleet);
            leave(fleet);
            return reached == Fleet.Reached.ALL ? 0 : 1;
        } finally {
            Files.deleteIfExists(events);
        }
    }

    private EnrolmentKey enrolmentKey() {
        return switch (estKey) {
            case "device" -> EnrolmentKey.DEVICE;
            case "server" -> EnrolmentKey.EST_SERVER;
            default -> throw new UsageException("--est-key '" + estKey + "' is not device or server");
        };
    }

    private RenewalSchedule renewal() {
        if (renewAt.equals("never")) {
            return RenewalSchedule.NEVER;
        }
        try {
            double part = Double.parseDouble(renewAt);
            if (Double.isFinite(part)) {
                return RenewalSchedule.at(part);
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(noPart(), e);
        }
        throw new UsageException(noPart());
    }

    private String noPart() {
        return "--renew-at '" + renewAt
                + "' is no part of a certificate's life; give a number above 0 and at most 1, or 'never'";
    }

    private Optional<DeviceState> goal() {
        if (exitWhen == null) {
            return Optional.empty();
        }
        return switch (exitWhen) {
            case "registered" -> Optional.of(DeviceState.REGISTERED);
            case "failed" -> Optional.of(DeviceState.FAILED);
            default ->
                throw new UsageException(
                        "--exit-when '" + exitWhen + "' is no state to wait for; give 'registered' or 'failed'");
        };
    }

    private static void addAll(Fleet fleet, List<Path> bundles, FleetReport reporting) {
        for (Path directory : bundles) {
            try {
                DeviceBundle bundle = BundleFiles.read(directory);
                Path home = directory.getFileName() != null
                                && directory.getFileName().toString().equals("factory")
                                && directory.toAbsolutePath().getParent() != null
                        ? directory.toAbsolutePath().getParent()
                        : directory;
                fleet.add(bundle, home);
                reporting.expect(bundle.endpoint().value(), bundle.mode());
            } catch (IOException | IllegalArgumentException e) {
                throw InputFile.failure(e);
            }
        }
    }

    private static int untilStopped(Fleet fleet) throws InterruptedException {
        CountDownLatch stopped = UpCommand.stopAtInterrupt(() -> leave(fleet));
        stopped.await();
        return 0;
    }

    private static void leave(Fleet fleet) throws InterruptedException {
        fleet.shutDown();
        fleet.await(Set.of(DeviceState.OFF), Duration.ofSeconds(5));
    }

    private static void report(Console console, Fleet fleet) {
        ObjectNode document = Console.json().createObjectNode();
        ArrayNode devices = document.putArray("devices");
        fleet.devices().stream()
                .sorted(Comparator.comparing(SimulatedDevice::endpoint))
                .forEach(device -> {
                    console.say(device.endpoint() + "  " + device.state().word()
                            + device.lastFailure()
                                    .map(why -> "  " + why.reason() + ": " + why.detail())
                                    .orElse(""));
                    devices.add(FleetReport.entry(device));
                });
        console.document(document);
    }

    private static com.fasterxml.jackson.databind.JsonNode tree(Event event) {
        try {
            return Console.json().readTree(event.toString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
