package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.testbed.ServerProcess;
import dev.onboard.testbed.TestbedOptions;
import dev.onboard.testbed.UsageException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where a server that runs as a process of its own listens, and where its account is. */
final class ServerPlace {
    @Mixin
    private BindOption bind;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "localhost",
            description = "The name in URIs and certificates. Default: ${DEFAULT-VALUE}")
    private String host;

    @Mixin
    private StorageOption storage;

    @Mixin
    private LogFormat logFormat;

    @Option(names = "--json", description = "Print where it answers as one JSON document.")
    private boolean json;

    /** Of a testbed in this directory, which shares its account. */
    TestbedOptions on(Path workDirectory) {
        TestbedOptions options = storage.on(
                TestbedOptions.in(workDirectory).withBind(bind.address()).withHost(host));
        if (options.database().isEmpty()) {
            throw new UsageException(
                    "--database is missing: servers that run as processes of their own share the account,"
                            + " and a SQLite file belongs to one process; give jdbc:postgresql://HOST:PORT/DATABASE");
        }
        return options;
    }

    /** An address as devices are told it. */
    static URI server(String option, String text) {
        try {
            HostAndPort place = HostAndPort.parse(text);
            String name = place.host().contains(":") ? "[" + place.host() + "]" : place.host();
            return URI.create("coaps://" + name + ":" + place.port());
        } catch (UsageException e) {
            throw new UsageException(option + ": " + e.getMessage(), e);
        }
    }

    /** Says where it answers, and waits until the process is told to end. */
    int stay(ServerProcess process, Console console) throws InterruptedException {
        logFormat.follow(process.journal());
        CountDownLatch stopped = UpCommand.stopAtInterrupt(process);
        console.say("work directory    " + process.workDirectory());
        process.server().ifPresent(uri -> console.say("server            " + uri));
        console.say("management        " + process.management());
        console.say("Ready. Ctrl-C stops it.");
        ObjectNode document = Console.json()
                .createObjectNode()
                .put("work_dir", process.workDirectory().toString())
                .put("management_uri", process.management().toString())
                .put("account_id", process.accountId());
        process.server().ifPresent(uri -> document.put("server_uri", uri.toString()));
        console.document(document);
        stopped.await();
        return 0;
    }

    Console console(CommandSpec spec) {
        return logFormat.apply(Console.of(spec, json));
    }
}
