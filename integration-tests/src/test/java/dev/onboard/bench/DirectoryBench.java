package dev.onboard.bench;

import dev.onboard.account.DeviceDirectory;
import dev.onboard.account.Query;
import dev.onboard.account.Registration;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code onboard bench directory}. */
@Command(
        name = "directory",
        mixinStandardHelpOptions = true,
        description = "What the directory of devices takes for a page, a search and an admission when it is large.")
final class DirectoryBench implements Callable<Integer> {
    private static final int ROUNDS = 500;

    @Option(names = "--devices", defaultValue = "50000", description = "Default: ${DEFAULT-VALUE}")
    private int devices;

    @Override
    public Integer call() throws Exception {
        try (BenchAccount bench = new BenchAccount()) {
            long start = System.nanoTime();
            bench.fill(0, devices);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.println(Machine.sentence());
            System.out.printf(
                    Locale.ROOT,
                    "%d devices; %.0f admissions per second, 500 at a time, their certificates signed meanwhile%n%n",
                    devices,
                    devices / seconds);
            DeviceDirectory directory = bench.account.devices();
            Random random = new Random(7);
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                ids.add(directory
                        .byEndpoint("dev-" + random.nextInt(devices))
                        .orElseThrow()
                        .id());
            }
            List<X509Certificate> leaves = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                leaves.add(bench.leaf("new-" + i));
            }
            each("page of fifty", i -> directory.list(Query.all().after(ids.get(i % ids.size()))));
            each(
                    "page of a state",
                    i -> directory.list(Query.all().where("state", "registered").after(ids.get(i % ids.size()))));
            each("by endpoint name", i -> directory.list(Query.all().where("endpoint_name", "dev-" + i * 7 % devices)));
            each("first admission", i -> bench.admit("new-" + i, leaves.get(i)).join());
            each("admission again", i -> bench.admit("new-" + i, leaves.get(i)).join());
            together("registrations, all at once", i -> directory.registered("new-" + i, Registration.NONE));
        }
        return 0;
    }

    private static void each(String what, IntConsumer step) {
        double[] millis = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            step.accept(i);
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "%-28s p50 %6.2f ms   p99 %6.2f ms%n",
                what,
                millis[ROUNDS / 2],
                millis[ROUNDS * 99 / 100]);
    }

    private static void together(String what, IntFunction<CompletionStage<?>> step) {
        long start = System.nanoTime();
        CompletableFuture<?>[] all = new CompletableFuture<?>[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            all[i] = step.apply(i).toCompletableFuture();
        }
        CompletableFuture.allOf(all).join();
        System.out.printf(Locale.ROOT, "%-28s %.0f per second%n", what, ROUNDS * 1e9 / (System.nanoTime() - start));
    }
}
