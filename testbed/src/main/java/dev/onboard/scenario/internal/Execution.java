package dev.onboard.scenario.internal;

import dev.onboard.account.AccountException;
import dev.onboard.dtls.DtlsThreads;
import dev.onboard.pki.CertificateText;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.cases.CertificateCase;
import dev.onboard.scenario.Expectation;
import dev.onboard.scenario.ForeignParties;
import dev.onboard.scenario.Leg;
import dev.onboard.scenario.Result;
import dev.onboard.scenario.Result.Check;
import dev.onboard.scenario.Result.Observed;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** One scenario from its certificates to its result. */
public record Execution(
        Scenario scenario,
        Path directory,
        DtlsThreads threads,
        SecureRandom random,
        long seed,
        boolean keep,
        ForeignParties foreign) {

    /** Runs it; whatever goes wrong becomes part of the result. */
    public Result run() {
        long begun = System.nanoTime();
        if (scenario.pending().isPresent()) {
            return result(
                    Result.Status.PENDING,
                    List.of(),
                    Observed.NOTHING,
                    scenario.pending().get(),
                    begun);
        }
        try {
            return scenario.leg() == Leg.EVALUATION ? judged(begun) : onTheWire(begun);
        } catch (NotObservableException e) {
            return result(
                    Result.Status.NOT_OBSERVED, List.of(), Observed.NOTHING, String.valueOf(e.getMessage()), begun);
        } catch (IOException | RuntimeException e) {
            return result(
                    Result.Status.DIFFERENT,
                    List.of(new Check("the scenario can be carried out", false, String.valueOf(e.getMessage()))),
                    Observed.NOTHING,
                    "could not be carried out: " + e,
                    begun);
        }
    }

    private Result result(Result.Status status, List<Check> checks, Observed observed, String note, long begun) {
        return new Result(
                scenario,
                status,
                checks,
                observed,
                List.of(),
                List.of(),
                Duration.ofNanos(System.nanoTime() - begun),
                note);
    }

    private Result judged(long begun) {
        CertificateCase.Ready ready = scenario.certificates().make(Instant::now, random);
        Verdict verdict = ready.judge();
        List<Check> checks = new ArrayList<>();
        for (Step step : scenario.steps()) {
            if (step instanceof Step.Expect expect && expect.expectation() instanceof Expectation.Judged judged) {
                checks.add(new Check(Words.of(judged), isMet(judged, verdict), said(verdict)));
            }
        }
        Observed observed = verdict instanceof Verdict.Refused refused
                ? new Observed(
                        "refused",
                        "",
                        "",
                        refused.reason().id(),
                        refused.alert().number())
                : new Observed("trusted", "", "", "", -1);
        return new Result(
                scenario,
                status(checks),
                checks,
                observed,
                List.of(),
                lines(ready.chain(), ready.at()),
                Duration.ofNanos(System.nanoTime() - begun),
                "");
    }

    private static boolean isMet(Expectation.Judged expected, Verdict verdict) {
        boolean finding = expected.finding().isEmpty()
                || verdict.findings().stream()
                        .anyMatch(one -> one.id().equals(expected.finding().get()));
        if (verdict instanceof Verdict.Refused refused) {
            return finding
                    && expected.reason()
                            .equals(java.util.Optional.of(refused.reason().id()))
                    && (expected.alert().isEmpty()
                            || expected.alert().getAsInt() == refused.alert().number())
                    && (expected.index().isEmpty()
                            || expected.index().getAsInt()
                                    == refused.certificate().index());
        }
        return finding && expected.reason().isEmpty();
    }

    private static String said(Verdict verdict) {
        return verdict instanceof Verdict.Refused refused
                ? refused.reason().id() + " (alert " + refused.alert().number() + ") — " + refused.detail()
                : "trusted";
    }

    private Result onTheWire(long begun) throws IOException, NotObservableException {
        Path own = Files.createTempDirectory(directory, scenario.id().replaceAll("[^A-Za-z0-9.-]", "_") + "-");
        List<Check> checks = new ArrayList<>();
        Result result;
        try (ScenarioRun run = new ScenarioRun(scenario, own, threads, random, seed, foreign)) {
            Checking checking = new Checking(run, scenario.leg(), foreign);
            String note = "";
            for (Step step : scenario.steps()) {
                if (step instanceof Step.Expect expect) {
                    checks.add(checking.check(expect.expectation()));
                } else {
                    checking.stepBegins();
                    try {
                        run.carryOut(step);
                    } catch (AccountException e) {
                        note = String.valueOf(e.getMessage());
                        checks.add(new Check("the account carries out " + step, false, note));
                    } catch (IOException e) {
                        // what came before says why, and what comes after would say nothing
                        note = "a step could not be carried out: " + e.getMessage();
                        checks.add(new Check("every step can be carried out", false, String.valueOf(e.getMessage())));
                        break;
                    }
                }
            }
            run.bench().journal().flush();
            if (note.isEmpty() && checks.stream().anyMatch(check -> !check.met())) {
                note = run.endedCommands();
            }
            result = new Result(
                    scenario,
                    status(checks),
                    checks,
                    Observations.outcome(run.bench().timeline(), scenario),
                    run.bench().timeline(),
                    lines(run.sent().chain(), run.start()),
                    Duration.ofNanos(System.nanoTime() - begun),
                    note);
        }
        if (!keep) {
            delete(own);
        }
        return result;
    }

    private static Result.Status status(List<Check> checks) {
        if (checks.stream().anyMatch(check -> check.isObserved() && !check.met())) {
            return Result.Status.DIFFERENT;
        }
        return checks.stream().allMatch(Check::met) ? Result.Status.AS_EXPECTED : Result.Status.NOT_OBSERVED;
    }

    private static List<List<String>> lines(List<byte[]> chain, Instant at) {
        return chain.stream().map(der -> CertificateText.lines(der, at)).toList();
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
