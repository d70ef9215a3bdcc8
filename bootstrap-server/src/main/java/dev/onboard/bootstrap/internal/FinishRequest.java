package dev.onboard.bootstrap.internal;

import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.californium.core.coap.MessageObserverAdapter;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.Exchange;

/**
 * Bootstrap-Finish, with or without a query. A device that enrols does so before it answers, so that there is time for more than
 * CoAP takes to give a message up; Leshan's own request has room for neither.
 */
final class FinishRequest {
    /** How long a device may take. The platform limits a whole bootstrap to 30 minutes. */
    private static final long PATIENCE_SECONDS = 247;

    private final Exchange asked;
    private final ScheduledExecutorService io;
    private volatile Runnable cancel = () -> {};

    /** @param asked the exchange of the Bootstrap-Request, whose peer is told */
    FinishRequest(Exchange asked, ScheduledExecutorService io) {
        this.asked = asked;
        this.io = io;
    }

    /** What becomes of it, told once unless it was cancelled. */
    interface Reply {
        void answered(Response response);

        void failed(Exception error);
    }

    void send(Optional<String> query, Reply reply) {
        Request finish = Request.newPost();
        finish.setDestinationContext(asked.getRequest().getSourceContext());
        finish.getOptions().addUriPath("bs");
        query.ifPresent(finish.getOptions()::addUriQuery);
        AtomicBoolean told = new AtomicBoolean();
        ScheduledFuture<?> deadline = io.schedule(
                () -> {
                    if (told.compareAndSet(false, true)) {
                        finish.cancel();
                        reply.failed(new TimeoutException("no answer within " + PATIENCE_SECONDS + " s"));
                    }
                },
                PATIENCE_SECONDS,
                TimeUnit.SECONDS);
        cancel = () -> {
            if (told.compareAndSet(false, true)) {
                deadline.cancel(false);
                finish.cancel();
            }
        };
        finish.addMessageObserver(new MessageObserverAdapter() {
            @Override
            public void onResponse(Response response) {
                if (told.compareAndSet(false, true)) {
                    deadline.cancel(false);
                    reply.answered(response);
                }
            }

            @Override
            protected void failed() {
                if (told.compareAndSet(false, true)) {
                    deadline.cancel(false);
                    reply.failed(new TimeoutException("the message could not be delivered"));
                }
            }
        });
        asked.getEndpoint().sendRequest(finish);
    }

    /** Nobody is told any more. */
    void cancel() {
        cancel.run();
    }
}
