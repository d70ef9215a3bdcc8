package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code onboard bench fleet}. */
@Command(
        name = "fleet",
        mixinStandardHelpOptions = true,
        description =
                "Have many devices registered at a time, devices and servers in a process each, and say what they hold.")
final class FleetBench implements Callable<Integer> {
    @Option(names = "--devices", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(
            names = "--concurrency",
            defaultValue = "32",
            description = "So many on their way at a time. Default: ${DEFAULT-VALUE}")
    private int concurrency;

    @Option(
            names = "--hold",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "For how long they stay registered and send updates. Default: ${DEFAULT-VALUE}")
    private int hold;

    @Option(
            names = "--processes",
            paramLabel = "P",
            defaultValue = "1",
            description =
                    "So many have the devices among them, where one may not open enough files. Default: ${DEFAULT-VALUE}")
    private int processes;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description = "Put the table into this file, between its markers 'bench fleet'.")
    private @Nullable Path document;

    /** Of many devices that wait: what garbage took goes back to the system, where the default keeps it for the next. */
    private static final List<String> MEMORY = List.of(
            "-Xmx6g",
            "-Xmn192m",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:+UseAdaptiveSizePolicyWithSystemGC");

    @Spec
    private CommandSpec spec;

    static ObjectNode order(String what) {
        return Json.object().put("do", what);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (processes < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--processes " + processes + ": at least one has the devices");
        }
        Path folder = Files.createTempDirectory("onboard-bench-");
        try (ContestProcess servers = ContestProcess.start("servers", folder, MEMORY);
                FleetProcesses fleet = FleetProcesses.start(processes, folder, MEMORY)) {
            JsonNode told = Json.object();
            for (String root : fleet.roots()) {
                told = servers.order(order("trust").set("pem", Json.object().textNode(root)));
            }
            System.err.printf("making %d devices%n", devices);
            Part idle = Part.read(servers.order(order("measure")));
            Part bare = fleet.measure();
            int addresses = fleet.make(devices, concurrency, told);
            Part made = fleet.measure();
            System.err.printf("onboarding them, from %d source addresses%n", addresses);
            double elapsed = fleet.onboard();
            Part serversThen = Part.read(servers.order(order("measure")));
            Part fleetThen = fleet.measure();
            System.err.printf("holding them for %d s%n", hold);
            new CountDownLatch(1).await(hold, TimeUnit.SECONDS);
            Part serversNow = Part.read(servers.order(order("measure")));
            Part fleetNow = fleet.measure();
            double cpu = fleetThen.cpuMillis() - made.cpuMillis() + serversThen.cpuMillis() - idle.cpuMillis();
            ObjectNode figures = Machine.json()
                    .put("devices", devices)
                    .put("processes", processes)
                    .put("addresses", addresses)
                    .put("elapsed_ms", elapsed)
                    .put("per_second", devices * 1000 / elapsed)
                    .put("cpu_ms_each", cpu / devices);
            figures.set("fleet", held(bare, fleetThen, fleetNow));
            figures.set("servers", held(idle, serversThen, serversNow));
            List<String> lines = lines(figures);
            if (json) {
                System.out.println(Json.pretty(figures));
            } else {
                lines.forEach(System.out::println);
            }
            if (document != null) {
                Documents.replace(document, "bench fleet", lines);
            }
        }
        return 0;
    }

    private ObjectNode held(Part before, Part then, Part now) {
        return Json.object()
                .put("heap_kb_each", (now.heap() - before.heap()) / 1024.0 / devices)
                .put("resident_kb_each", (double) (now.residentKb() - before.residentKb()) / devices)
                .put("resident_mb", now.residentKb() / 1024.0)
                .put("threads", now.threads())
                .put("cpu_percent_held", (now.cpuMillis() - then.cpuMillis()) / 10.0 / Math.max(1, hold));
    }

    private List<String> lines(JsonNode figures) {
        List<String> lines = new ArrayList<>();
        lines.add(Machine.sentence());
        lines.add(String.format(
                Locale.ROOT,
                "%d devices, in %d process%s, registered in %.0f s, %.0f per second, %.2f CPU-ms each; then held for %d s; %d source addresses",
                devices,
                processes,
                processes == 1 ? "" : "es",
                figures.path("elapsed_ms").asDouble() / 1000,
                figures.path("per_second").asDouble(),
                figures.path("cpu_ms_each").asDouble(),
                hold,
                figures.path("addresses").asInt()));
        lines.add("");
        lines.add(String.format(
                "%-8s %13s %17s %12s %8s %s",
                "", "heap KB each", "resident KB each", "resident MB", "threads", "CPU while held, % of one"));
        for (String part : List.of("fleet", "servers")) {
            JsonNode of = figures.path(part);
            lines.add(String.format(
                    Locale.ROOT,
                    "%-8s %13.1f %17.1f %12.0f %8d %.0f",
                    part,
                    of.path("heap_kb_each").asDouble(),
                    of.path("resident_kb_each").asDouble(),
                    of.path("resident_mb").asDouble(),
                    of.path("threads").asInt(),
                    of.path("cpu_percent_held").asDouble()));
        }
        return lines;
    }
}
