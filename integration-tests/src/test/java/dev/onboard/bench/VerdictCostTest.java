package dev.onboard.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Holds the evaluation to 1.2 times its signature checks: {@code -Donboard.bench=true}, on a machine that does nothing else. */
@EnabledIfSystemProperty(named = "onboard.bench", matches = "true")
class VerdictCostTest {
    private static final double BAR = 1.2;

    @Test
    void anEvaluationCostsLittleMoreThanItsSignatureChecks() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(VerdictBenchmark.class.getName())
                        .build())
                .run();
        for (String provider : new String[] {"jdk", "bouncycastle", "corretto"}) {
            double ratio = score(results, provider, "evaluation") / score(results, provider, "signatures");
            System.out.printf("%s: %.2f times the signature checks%n", provider, ratio);
            assertThat(ratio).as(provider).isLessThanOrEqualTo(BAR);
        }
    }

    private static double score(Collection<RunResult> results, String provider, String benchmark) {
        return results.stream()
                .filter(result -> result.getParams().getParam("provider").equals(provider)
                        && result.getParams().getBenchmark().endsWith("." + benchmark))
                .findFirst()
                .orElseThrow()
                .getPrimaryResult()
                .getScore();
    }
}
