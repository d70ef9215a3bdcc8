package dev.onboard.device.internal;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.eclipse.californium.core.coap.EmptyMessage;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.interceptors.MessageInterceptor;

/**
 * When a device in queue mode sleeps (OMA LwM2M Core 6.5): once there was no message to or from its server for the awake time, until it
 * sends one of its own, which its next registration update is at the latest. While it sleeps it hears nothing. Thread-safe.
 */
final class Dozing implements MessageInterceptor {
    private final Duration awake;
    private final Surroundings surroundings;
    private final BooleanSupplier busy;
    private final Told told;

    private long lastNanos = System.nanoTime();
    private boolean asleep;
    private boolean timed;
    private boolean over;

    /** What is told, on any thread. */
    @FunctionalInterface
    interface Told {
        /** The device sleeps, or no longer does. */
        void now(String action);
    }

    /** @param busy whether the device has something to do that does not let it sleep */
    Dozing(Duration awake, Surroundings surroundings, BooleanSupplier busy, Told told) {
        this.awake = awake;
        this.surroundings = surroundings;
        this.busy = busy;
        this.told = told;
    }

    /** It has power no more, and sleeps no more. */
    synchronized void end() {
        over = true;
    }

    private void active() {
        boolean woke;
        synchronized (this) {
            if (over) {
                return;
            }
            lastNanos = System.nanoTime();
            woke = asleep;
            asleep = false;
            if (!timed) {
                lookAfter(awake);
            }
        }
        if (woke) {
            told.now("wake");
        }
    }

    private synchronized void lookAfter(Duration time) {
        timed = true;
        surroundings.after(time, this::look);
    }

    /** As if there had been no message for the awake time. */
    void sleep() {
        synchronized (this) {
            if (over || asleep) {
                return;
            }
            asleep = true;
        }
        told.now("sleep");
    }

    private void look() {
        boolean stays = busy.getAsBoolean();
        synchronized (this) {
            timed = false;
            if (over || asleep) {
                return;
            }
            Duration left = stays ? awake : awake.minusNanos(System.nanoTime() - lastNanos);
            if (!left.isNegative() && !left.isZero()) {
                lookAfter(left);
                return;
            }
            asleep = true;
        }
        told.now("sleep");
    }

    private synchronized boolean isAsleep() {
        return asleep;
    }

    @Override
    public void sendRequest(Request request) {
        active();
    }

    @Override
    public void sendResponse(Response response) {
        active();
    }

    @Override
    public void sendEmptyMessage(EmptyMessage message) {
        // an acknowledgement of what was heard
    }

    @Override
    public void receiveRequest(Request request) {
        if (isAsleep()) {
            request.cancel();
        } else {
            active();
        }
    }

    @Override
    public void receiveResponse(Response response) {
        if (isAsleep()) {
            response.cancel();
        } else {
            active();
        }
    }

    @Override
    public void receiveEmptyMessage(EmptyMessage message) {
        if (isAsleep()) {
            message.cancel();
        }
    }
}
