package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import dev.onboard.testbed.WorkDirectory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard up}: the account, both servers and the management port, until Ctrl-C. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Start the account, the bootstrap server, the LwM2M server and the management port; stay up until"
                + " Ctrl-C.")
final class UpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--work-dir", paramLabel = "DIR", description = "Default: a new one under ~/.onboard/")
    private @Nullable Path workDirectory;

    @Mixin
    private BindOption bind;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "localhost",
            description = "The name in URIs and server certificates. Default: ${DEFAULT-VALUE}")
    private String host;

    @Option(
            names = "--bootstrap-port",
            defaultValue = "5784",
            description = "0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int bootstrapPort;

    @Option(
            names = "--lwm2m-port",
            defaultValue = "5684",
            description = "0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int lwm2mPort;

    @Mixin
    private SecondServer secondServer;

    @Option(names = "--http-port", defaultValue = "8080", description = "0 picks a free one. Default: ${DEFAULT-VALUE}")
    private int httpPort;

    @Option(names = "--one-server-ca", description = "One CA signs both servers' certificates.")
    private boolean oneServerCa;

    @Mixin
    private ApiTlsOptions apiTls;

    @Mixin
    private DeliveryMixin delivery;

    @Mixin
    private FirmwareMixin firmware;

    @Mixin
    private StorageOption storage;

    @Mixin
    private SessionOptions sessions;

    @Mixin
    private AwakeOption awake;

    @Option(
            names = "--leshan-api",
            paramLabel = "PORT",
            description =
                    "Also answer as Leshan's demo servers do, on loopback and without a key: their REST and events;"
                            + " 0 picks a free port.")
    private @Nullable Integer leshanPort;

    @Mixin
    private CaptureOption capture;

    @Mixin
    private Page page;

    @Mixin
    private LogFormat logFormat;

    @Option(names = "--json", description = "Print where it answers as one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Console console = logFormat.apply(Console.of(spec, json));
        InstantSource clock = InstantSource.system();
        Path directory = workDirectory == null ? WorkDirectory.fresh(clock.instant()) : workDirectory;
        TestbedOptions options = TestbedOptions.in(directory)
                .withBind(bind.address())
                .withHost(host)
                .withPorts(
                        port("--bootstrap-port", bootstrapPort),
                        port("--lwm2m-port", lwm2mPort),
                        port("--http-port", httpPort))
                .withServerCas(oneServerCa ? TestbedOptions.ServerCas.ONE : TestbedOptions.ServerCas.SEPARATE)
                .withDelivery(delivery.chosen())
                .withApiTls(apiTls.chosen())
                .withFirmware(firmware.chosen());
        if (leshanPort != null) {
            options = options.withLeshanPort(port("--leshan-api", leshanPort));
        }
        options = awake.on(sessions.on(capture.on(secondServer.on(options))));
        Testbed testbed = Testbed.start(storage.on(options), clock, new SecureRandom());
        logFormat.follow(testbed.journal());
        CountDownLatch stopped = stopAtInterrupt(testbed);
        RunningTestbed running = testbed.running();
        console.say("work directory    " + running.workDirectory());
        console.say("bootstrap server  " + running.bootstrapUri());
        console.say("LwM2M server      " + running.lwm2mUri());
        SecondServer.say(running, console);
        console.say("management        " + running.managementUri());
        page.tell(testbed, console);
        running.leshanUri().ifPresent(uri -> console.say("Leshan's API      " + uri + "/api"));
        CaptureOption.say(running, console);
        console.say("");
        console.say("Ready. Ctrl-C stops it. Next, in another terminal:");
        console.say("  onboard factory make --count 5 --out devices --work-dir " + running.workDirectory());
        console.say("  onboard trust add " + running.workDirectory() + "/ca/factory-root.cert.pem --service bootstrap");
        console.say("  onboard device run --bundle devices/device-1");
        ObjectNode document = Console.json()
                .createObjectNode()
                .put("work_dir", running.workDirectory().toString())
                .put("bootstrap_uri", running.bootstrapUri().toString())
                .put("lwm2m_uri", running.lwm2mUri().toString())
                .put("management_uri", running.managementUri().toString())
                .put("account_id", running.accountId());
        running.secondLwm2mUri().ifPresent(uri -> document.put("second_lwm2m_uri", uri.toString()));
        running.capture().ifPresent(file -> document.put("capture", file.toString()));
        running.leshanUri().ifPresent(uri -> document.put("leshan_uri", uri.toString()));
        console.document(document);
        stopped.await();
        return 0;
    }

    /** Closes the testbed when the process is told to end; the latch opens then. */
    static CountDownLatch stopAtInterrupt(AutoCloseable testbed) {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                testbed.close();
                            } catch (Exception e) {
                                System.err.println("onboard: stopping failed: " + e);
                            }
                            stopped.countDown();
                        },
                        "onboard-stop"));
        return stopped;
    }

    static int port(String option, int port) {
        if (port < 0 || port > 65_535) {
            throw new UsageException(option + " " + port + " is not a port; give 1 to 65535, or 0 for a free one");
        }
        return port;
    }
}
