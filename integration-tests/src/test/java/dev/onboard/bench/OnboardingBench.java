package dev.onboard.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.pki.CryptoProvider;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code onboard bench onboarding}. */
@Command(
        name = "onboarding",
        mixinStandardHelpOptions = true,
        description = "Onboard devices, bootstrap and registration over DTLS, in rounds, and say what it took.")
final class OnboardingBench implements Callable<Integer> {
    @Option(names = "--devices", defaultValue = "400", description = "In each round. Default: ${DEFAULT-VALUE}")
    private int devices;

    @Option(
            names = "--concurrency",
            defaultValue = "16",
            description = "So many on their way at a time. Default: ${DEFAULT-VALUE}")
    private int concurrency;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description =
                    "So many are switched on in a second, whether those before them are registered or not, up to --concurrency on their way. Not while warming up. Default: the next when one is registered.")
    private double rate;

    @Option(
            names = "--warm-up",
            defaultValue = "400",
            description =
                    "Devices that are onboarded before the first round and not measured. Default: ${DEFAULT-VALUE}")
    private int warmUp;

    @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--stock",
            description = "Measure what a competent user of Leshan writes as well, round by round in alternation.")
    private boolean stock;

    @Option(names = "--floor", description = "Measure the elliptic-curve operations that nobody can do without.")
    private boolean floor;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description = "Put the table and the chart into this file, between its markers 'bench onboarding'.")
    private @Nullable Path document;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "Leave a Flight Recorder profile of Onboard's process here.")
    private @Nullable Path profile;

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        PrintStream progress = System.err;
        Map<String, List<Round>> results = new LinkedHashMap<>();
        Path folder = Files.createTempDirectory("onboard-bench-");
        Optional<Floor> bare = floor ? Optional.of(Floor.measure()) : Optional.empty();
        List<String> options = profile == null
                ? List.of()
                : List.of(
                        "-Xlog:jfr+startup=error",
                        "-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + profile);
        try (ContestProcess ours = ContestProcess.start("onboard", folder, options);
                ContestProcess theirs = stock ? ContestProcess.start("stock", folder, List.of()) : null) {
            Map<String, ContestProcess> contestants = new LinkedHashMap<>();
            contestants.put("onboard", ours);
            if (theirs != null) {
                contestants.put("stock", theirs);
            }
            for (Map.Entry<String, ContestProcess> each : contestants.entrySet()) {
                results.put(each.getKey(), new ArrayList<>());
                if (warmUp > 0) {
                    progress.printf("%-8s warm-up of %d devices%n", each.getKey(), warmUp);
                    for (int left = warmUp; left > 0; left -= devices) {
                        // a stock client has six threads: more than a round's at once would be more than a system has
                        each.getValue().round(Math.min(devices, left), new Load(concurrency, 0));
                    }
                }
            }
            for (int i = 1; i <= rounds; i++) {
                for (Map.Entry<String, ContestProcess> each : contestants.entrySet()) {
                    Round round = each.getValue().round(devices, new Load(concurrency, rate));
                    results.computeIfAbsent(each.getKey(), name -> new ArrayList<>())
                            .add(round);
                    progress.printf(
                            Locale.ROOT,
                            "%-8s round %d of %d: %.1f per second, %.2f CPU-ms each%n",
                            each.getKey(),
                            i,
                            rounds,
                            round.perSecond(),
                            round.cpuEach());
                }
            }
        }
        List<String> lines = lines(results, bare);
        if (json) {
            System.out.println(Json.pretty(json(results, bare)));
        } else {
            lines.forEach(System.out::println);
        }
        if (document != null) {
            Documents.replace(document, "bench onboarding", lines);
        }
        return 0;
    }

    private List<String> lines(Map<String, List<Round>> results, Optional<Floor> bare) {
        List<String> lines = new ArrayList<>();
        lines.add(Machine.sentence());
        lines.add(String.format(
                Locale.ROOT,
                "%d rounds of %d devices, %d on their way at a time%s, after a warm-up of %d; least/median/most of the rounds",
                rounds,
                devices,
                concurrency,
                rate > 0 ? String.format(Locale.ROOT, " at most, %.1f begun a second", rate) : "",
                warmUp));
        lines.add("");
        lines.add(String.format(
                "%-8s %-19s %-19s %-13s %-17s %-17s %-9s %-8s %s",
                "", "per second", "CPU-ms each", "user+system", "p50 ms", "p99 ms", "KB each", "MB", "threads"));
        results.forEach((name, of) -> lines.add(String.format(
                Locale.ROOT,
                "%-8s %-19s %-19s %-13s %-17s %-17s %-9.0f %-8.0f %d",
                name,
                Spread.of(of, Round::perSecond).text(".0f"),
                Spread.of(of, Round::cpuEach).text(".2f"),
                String.format(
                        Locale.ROOT,
                        "%.2f+%.2f",
                        Spread.of(of, round -> round.userMillis() / round.devices())
                                .median(),
                        Spread.of(of, round -> round.systemMillis() / round.devices())
                                .median()),
                Spread.of(of, Round::p50).text(".1f"),
                Spread.of(of, Round::p99).text(".1f"),
                Spread.of(of, Round::allocatedKb).median(),
                Spread.of(of, Round::residentMb).max(),
                of.stream().mapToInt(Round::threads).max().orElse(0))));
        lines.add("");
        List<Round> ours = results.getOrDefault("onboard", List.of());
        List<Round> theirs = results.get("stock");
        if (theirs != null) {
            lines.add("onboardings per second, against stock in the same round: "
                    + Spread.ratio(ours, theirs, Round::perSecond).text(".1f"));
            lines.add("CPU per onboarding, stock against Onboard:               "
                    + Spread.ratio(theirs, ours, Round::cpuEach).text(".1f"));
        }
        bare.ifPresent(one -> {
            lines.add(one.sentence());
            lines.add("CPU per onboarding, against the floor:                   "
                    + Spread.of(ours, round -> round.cpuEach() / one.each()).text(".1f"));
        });
        lines.add("");
        lines.addAll(chart(results, bare));
        return lines;
    }

    /** CPU per onboarding as bars. */
    private static List<String> chart(Map<String, List<Round>> results, Optional<Floor> bare) {
        Map<String, Double> values = new LinkedHashMap<>();
        bare.ifPresent(one -> values.put("floor", one.each()));
        results.forEach((name, rounds) ->
                values.put(name, Spread.of(rounds, Round::cpuEach).median()));
        double most =
                values.values().stream().mapToDouble(Double::doubleValue).max().orElse(1);
        List<String> lines = new ArrayList<>(List.of("CPU-ms per onboarding"));
        values.forEach((name, value) -> lines.add(String.format(
                Locale.ROOT,
                "%-8s %s %.2f",
                name,
                "#".repeat((int) Math.max(1, Math.round(60 * value / most))),
                value)));
        return lines;
    }

    private ObjectNode json(Map<String, List<Round>> results, Optional<Floor> bare) {
        ObjectNode all = Machine.json()
                .put("devices", devices)
                .put("concurrency", concurrency)
                .put("rate", rate)
                .put("warm_up", warmUp)
                .put("curves", CryptoProvider.inUse());
        ObjectNode contestants = all.putObject("contestants");
        results.forEach((name, of) -> {
            ObjectNode one = contestants.putObject(name);
            one.set("per_second", Spread.of(of, Round::perSecond).json());
            one.set("cpu_ms_each", Spread.of(of, Round::cpuEach).json());
            one.set("latency_p50_ms", Spread.of(of, Round::p50).json());
            one.set("latency_p99_ms", Spread.of(of, Round::p99).json());
            ArrayNode each = one.putArray("rounds");
            of.forEach(round -> each.add(round.json()));
        });
        List<Round> ours = results.getOrDefault("onboard", List.of());
        List<Round> theirs = results.get("stock");
        if (theirs != null) {
            all.set(
                    "throughput_to_stock",
                    Spread.ratio(ours, theirs, Round::perSecond).json());
        }
        bare.ifPresent(one -> {
            all.set("floor", one.json());
            all.set(
                    "cpu_to_floor",
                    Spread.of(ours, round -> round.cpuEach() / one.each()).json());
        });
        return all;
    }
}
