package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.bootstrap.KeySource;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.testbed.DeliveryOptions;
import dev.onboard.testbed.Demo;
import dev.onboard.testbed.DemoMode;
import dev.onboard.testbed.DemoReport;
import dev.onboard.testbed.DemoUpdate;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.ThirdPartyCa;
import dev.onboard.testbed.UsageException;
import dev.onboard.testbed.WorkDirectory;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard demo}: the main job. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Take devices from the factory through bootstrap to their registration, for real, and show it.")
final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--devices", paramLabel = "N", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(
            names = "--chain-depth",
            paramLabel = "D",
            defaultValue = "1",
            description = "CAs above a device certificate: 1 = signed by the factory's root. Default: ${DEFAULT-VALUE}")
    private int chainDepth;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "bootstrap",
            description =
                    "bootstrap; lwm2m: credentials from the factory, no bootstrap; mixed: by turns; developer: one developer"
                            + " certificate for all."
                            + " Default: ${DEFAULT-VALUE}")
    private String mode;

    @Option(
            names = "--update",
            paramLabel = "FORMAT",
            arity = "0..1",
            fallbackValue = "suit",
            description =
                    "Then update the devices in a campaign, and show them refuse what was tampered with. Manifests are"
                            + " suit (default), platform-v1, platform-v3 or cms.")
    private @Nullable String update;

    @Option(names = "--exit", description = "Stop when every device is registered or failed.")
    private boolean exit;

    @Option(names = "--json", description = "Print the result as one JSON document; needs --exit.")
    private boolean json;

    @Option(names = "--work-dir", paramLabel = "DIR", description = "Default: a new one under ~/.onboard/")
    private @Nullable Path workDirectory;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Of the management port; 0 picks a free one. Default: 8080, or a free one when it is taken")
    private @Nullable Integer httpPort;

    @Option(
            names = "--est",
            paramLabel = "rfc9148|izuma",
            description =
                    "Devices make their LwM2M key themselves and enrol over EST, as in RFC 9148 or in the platform's"
                            + " dialect. Default: the bootstrap server makes it")
    private @Nullable String est;

    @Option(
            names = "--third-party-ca",
            description =
                    "A CA of somebody else's signs the LwM2M certificates in place of the account's: 'openssl', with a"
                            + " CA made for it under DIR/ca")
    private boolean thirdPartyCa;

    @Mixin
    private SecondServer secondServer;

    @Mixin
    private ApiTlsOptions apiTls;

    @Mixin
    private FirmwareMixin firmware;

    @Mixin
    private StorageOption storage;

    @Mixin
    private SessionOptions sessions;

    @Mixin
    private AwakeOption awake;

    @Mixin
    private CaptureOption capture;

    @Mixin
    private Page page;

    @Mixin
    private LogFormat logFormat;

    @Override
    public Integer call() throws InterruptedException {
        Console console = logFormat.apply(Console.of(spec, json));
        if (json && !exit) {
            throw new UsageException("--json prints one document at the end and needs --exit");
        }
        if (devices < 1) {
            throw new UsageException("--devices " + devices + " makes no device; give 1 or more");
        }
        DemoMode chosen = Modes.ofDemo(mode);
        if (est != null && chosen == DemoMode.LWM2M) {
            throw new UsageException(
                    "--est is about bootstrap, which --mode lwm2m does without; leave one of them out");
        }
        if (thirdPartyCa && chosen == DemoMode.LWM2M) {
            throw new UsageException(
                    "--third-party-ca is about bootstrap, which --mode lwm2m does without; leave one of" + " them out");
        }
        Optional<ManifestFormat> updates = Optional.ofNullable(update)
                .map(word -> ManifestFormat.of(word)
                        .orElseThrow(() -> new UsageException(
                                "--update '" + word + "' is none of suit, platform-v1, platform-v3 and cms")));
        KeySource keys = DeliveryMixin.keys(est);
        console.note("onboard: starting the account, the bootstrap server and the LwM2M server");
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        Path directory = workDirectory == null ? WorkDirectory.fresh(clock.instant()) : workDirectory;
        Optional<ThirdPartyCa> thirdParty =
                thirdPartyCa ? Optional.of(ThirdPartyCa.in(directory, clock, random)) : Optional.empty();
        Testbed testbed = Testbed.start(
                storage.on(awake.on(sessions.on(capture.on(secondServer.on(options(directory))))))
                        .withDelivery(DeliveryOptions.USUAL.withKeys(keys)),
                clock,
                random);
        logFormat.follow(testbed.journal());
        CountDownLatch stopped = UpCommand.stopAtInterrupt(testbed);
        thirdParty.ifPresent(ca -> ca.activate(testbed));
        console.say("work directory    " + testbed.running().workDirectory());
        console.say("bootstrap server  " + testbed.running().bootstrapUri());
        console.say("LwM2M server      " + testbed.running().lwm2mUri());
        SecondServer.say(testbed.running(), console);
        console.say("management        " + testbed.running().managementUri());
        CaptureOption.say(testbed.running(), console);
        if (!exit) {
            page.tell(testbed, console);
        }
        console.say("");
        Demo demo = new Demo(testbed);
        DemoReport report = run(demo, chosen, console);
        DemoText.lines(report, testbed.running()).forEach(console::say);
        ObjectNode document = report.json(Console.json());
        boolean updated = updates.isEmpty()
                || report.registered() == 0
                || updates(new DemoUpdate(testbed, random, updates.get()), report, console, document);
        console.document(document);
        if (!exit) {
            console.say("");
            console.say("It stays up until Ctrl-C.");
            stopped.await();
        } else {
            demo.close();
            testbed.close();
        }
        return report.failed().isEmpty() && updated ? 0 : 1;
    }

    private static boolean updates(DemoUpdate demo, DemoReport report, Console console, ObjectNode document) {
        console.note("onboard: two update campaigns");
        DemoUpdate.Report updates = demo.run((int) report.registered());
        console.say("");
        updates.lines().forEach(console::say);
        updates.into(document.putObject("update"));
        return updates.isAsExpected();
    }

    private DemoReport run(Demo demo, DemoMode chosen, Console console) throws InterruptedException {
        if (json || logFormat.isJson() || !Boolean.getBoolean("onboard.terminal")) {
            int step = Math.max(1, devices / 10);
            return demo.run(chosen, devices, chainDepth, ended -> {
                if (ended % step == 0 || ended == devices) {
                    console.note("onboarding: " + ended + " of " + devices);
                }
            });
        }
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("onboarding")
                .setInitialMax(devices)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .build()) {
            return demo.run(chosen, devices, chainDepth, bar::stepTo);
        }
    }

    /** A demo has no options for its ports: where the customary ones are taken it takes free ones, and prints them. */
    private TestbedOptions options(Path directory) {
        TestbedOptions standard = TestbedOptions.in(directory);
        int http = httpPort == null
                ? (tcpFree(standard.httpPort()) ? standard.httpPort() : 0)
                : UpCommand.port("--http-port", httpPort);
        return standard.withApiTls(apiTls.chosen())
                .withFirmware(firmware.chosen())
                .withPorts(
                        udpFree(standard.bootstrapPort()) ? standard.bootstrapPort() : 0,
                        udpFree(standard.lwm2mPort()) ? standard.lwm2mPort() : 0,
                        http);
    }

    private static boolean udpFree(int port) {
        try (DatagramSocket ignored =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return true;
        } catch (IOException e) {
            return false; // which is the answer
        }
    }

    private static boolean tcpFree(int port) {
        try (ServerSocket ignored = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException e) {
            return false; // which is the answer
        }
    }
}
