package dev.onboard.account.internal.issuer;

import dev.onboard.account.CertificateIssuer.Subject;
import dev.onboard.pki.CertificationRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A program on this machine: a certification request in PEM on standard input, certificates in PEM or DER on standard output,
 * exit code 0. No shell is involved. A program that is too slow is killed with all that it started.
 */
record CommandIssuer(String name, List<String> command) implements ConnectedIssuers.Asking {
    @Override
    public List<X509Certificate> ask(Subject subject, Duration patience) throws InterruptedException {
        String request = CertificationRequest.pem(subject.proof().sign(subject.recipe()));
        Path errors;
        try {
            errors = Files.createTempFile("onboard-issuer-", ".stderr");
        } catch (IOException e) {
            throw IssuerFailure.unreachable(name, "no file for its messages can be made: " + e.getMessage());
        }
        try {
            return run(request, errors, patience);
        } finally {
            errors.toFile().delete();
        }
    }

    private List<X509Certificate> run(String request, Path errors, Duration patience) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        } catch (IOException e) {
            throw IssuerFailure.unreachable(name, "the command does not start: " + e.getMessage());
        }
        AtomicBoolean late = new AtomicBoolean();
        process.onExit().orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).whenComplete((ended, failure) -> {
            if (failure instanceof TimeoutException) {
                late.set(true);
                kill(process);
            }
        });
        try {
            write(process, request);
            byte[] answer = process.getInputStream().readNBytes(IssuerFailure.LONGEST_ANSWER + 1);
            if (answer.length > IssuerFailure.LONGEST_ANSWER) {
                throw IssuerFailure.unreadable(name, "it is longer than " + IssuerFailure.LONGEST_ANSWER + " bytes");
            }
            int exitCode = process.waitFor();
            if (late.get()) {
                throw IssuerFailure.late(name, patience);
            }
            if (exitCode != 0) {
                throw IssuerFailure.refused(
                        name, "the command ended with exit code " + exitCode + ": " + beginning(errors));
            }
            return IssuerFailure.certificates(name, answer);
        } catch (IOException e) {
            throw late.get() ? IssuerFailure.late(name, patience) : IssuerFailure.unreachable(name, e.toString());
        } finally {
            kill(process);
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** A program may answer without having read all of its input, which is for its exit code to judge. */
    private static void write(Process process, String request) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(request.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            org.slf4j.LoggerFactory.getLogger(CommandIssuer.class)
                    .debug("a command did not read its input: {}", e.toString());
        }
    }

    private static String beginning(Path errors) throws IOException {
        byte[] said = Files.readAllBytes(errors);
        return new String(said, 0, Math.min(said.length, 2000), StandardCharsets.UTF_8);
    }
}
