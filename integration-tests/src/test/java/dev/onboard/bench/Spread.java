package dev.onboard.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The least, the middle and the most of what several rounds gave. */
record Spread(double min, double median, double max) {
    static <T> Spread of(List<T> rounds, ToDoubleFunction<T> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    /** What one gave in each round against the other in the same round. */
    static Spread ratio(List<Round> one, List<Round> other, ToDoubleFunction<Round> value) {
        double[] ratios = new double[one.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = value.applyAsDouble(one.get(i)) / value.applyAsDouble(other.get(i));
        }
        return of(Arrays.stream(ratios).boxed().toList(), Double::doubleValue);
    }

    ObjectNode json() {
        return Json.object().put("min", min).put("median", median).put("max", max);
    }

    String text(String format) {
        String one = "%" + format;
        return String.format(Locale.ROOT, one + "/" + one + "/" + one, min, median, max);
    }
}
