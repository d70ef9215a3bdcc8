package dev.onboard.http;

import dev.onboard.account.AccountException;
import dev.onboard.http.connect.ConnectRefusal;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever went wrong into an error document; nothing of this program's inside is in it. */
record Failures(SecureRandom random) {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final long MOST_DISCARDED = 16 << 20;

    static Problem problem(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Problem problem) {
            return problem;
        }
        if (cause instanceof AccountException account) {
            return Problem.of(account);
        }
        if (cause instanceof OperationException operation) {
            return Problem.of(operation);
        }
        return Problem.internal();
    }

    /** The Connect API answers with bare text. */
    static void answer(ConnectRefusal refusal, Context ctx) {
        discardBody(ctx);
        ctx.status(refusal.status()).contentType("text/plain").result(refusal.text());
    }

    void answer(Exception failure, Context ctx) {
        if (failure instanceof HttpResponseException http) {
            answer(ofStatus(http.getStatus(), String.valueOf(http.getMessage()), ctx), requestId(), ctx);
            return;
        }
        Problem problem = problem(failure);
        String requestId = requestId();
        if (problem.status() == 500) {
            LOG.error("request {} {} {} failed", requestId, ctx.method(), ctx.path(), failure);
        }
        answer(problem, requestId, ctx);
    }

    private static Problem ofStatus(int status, String message, Context ctx) {
        return switch (status) {
            case 404 -> Problem.notFound("there is nothing at " + ctx.path());
            case 405 -> Problem.wrongMethod(ctx.method() + " is not possible at " + ctx.path());
            case 413 -> Problem.tooLarge("the body is larger than this port accepts");
            default -> Problem.ofStatus(status, message);
        };
    }

    private static void answer(Problem problem, String requestId, Context ctx) {
        discardBody(ctx);
        if (problem.status() == 401) {
            ctx.header("WWW-Authenticate", "Bearer");
        }
        if (ctx.path().startsWith("/v2/")) {
            ctx.status(problem.status()).contentType("text/plain").result(String.valueOf(problem.getMessage()));
            return;
        }
        String fieldWord = ctx.path().startsWith("/v3/certificate-") ? "field" : "name";
        Json.answer(ctx, problem.status(), problem.document(requestId, fieldWord));
    }

    /**
     * Reads what is left of a refused body. A client that is still sending when the connection closes sees a broken pipe and
     * never the answer.
     */
    private static void discardBody(Context ctx) {
        if (ctx.req().getContentLengthLong() > MOST_DISCARDED) {
            return;
        }
        try {
            InputStream body = ctx.req().getInputStream();
            byte[] discarded = new byte[8192];
            long left = MOST_DISCARDED;
            for (int read = 0; read >= 0 && left > 0; left -= read) {
                read = body.read(discarded);
            }
        } catch (IOException e) {
            LOG.debug("the client of {} {} went away: {}", ctx.method(), ctx.path(), e.toString());
        }
    }

    private String requestId() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
