package dev.onboard.bootstrap.internal;

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
 * Bootstrap-Finish with a query, which Leshan's own request has no room for.
 *
 * @param asked the exchange of the Bootstrap-Request, whose peer is told
 */
record FinishRequest(Exchange asked, ScheduledExecutorService io) {
    /** How long a device may take; it enrols before it answers. The platform limits a whole bootstrap to 30 minutes. */
    private static final long PATIENCE_SECONDS = 247;

    /** What becomes of it, told once. */
    interface Reply {
        void answered(Response response);

        void failed(Exception error);
    }

    void send(String query, Reply reply) {
        Request finish = Request.newPost();
        finish.setDestinationContext(asked.getRequest().getSourceContext());
        finish.getOptions().addUriPath("bs").addUriQuery(query);
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
}
