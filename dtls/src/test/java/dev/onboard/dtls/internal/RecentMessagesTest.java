package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.Exchange;
import org.eclipse.californium.core.network.Exchange.Origin;
import org.eclipse.californium.core.network.KeyMID;
import org.eclipse.californium.elements.config.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecentMessagesTest {
    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final InetSocketAddress OTHER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);

    private final ScheduledExecutorService threads = Executors.newSingleThreadScheduledExecutor();
    private final Configuration settings = new Configuration();
    private final RecentMessages messages = new RecentMessages(settings);

    @AfterEach
    void end() {
        messages.stop();
        threads.shutdownNow();
    }

    @Test
    void aMessageThatComesAgainIsTheOneThatCame() {
        Exchange first = from(Origin.REMOTE);
        assertThat(messages.findPrevious(new KeyMID(7, PEER), first)).isNull();
        assertThat(messages.findPrevious(new KeyMID(7, PEER), from(Origin.REMOTE)))
                .isSameAs(first);
        assertThat(messages.find(new KeyMID(7, PEER))).isSameAs(first);
        assertThat(messages.findPrevious(new KeyMID(7, OTHER), from(Origin.REMOTE)))
                .as("another peer's")
                .isNull();
        assertThat(messages.findPrevious(new KeyMID(8, PEER), from(Origin.REMOTE)))
                .as("another of this peer")
                .isNull();
        assertThat(messages.size()).isEqualTo(3);
    }

    @Test
    void withItsSessionGoesAllThatAPeerSent() {
        messages.findPrevious(new KeyMID(7, PEER), from(Origin.REMOTE));
        messages.findPrevious(new KeyMID(8, PEER), from(Origin.REMOTE));
        messages.findPrevious(new KeyMID(7, OTHER), from(Origin.REMOTE));
        messages.forget(PEER);
        assertThat(messages.size()).isEqualTo(1);
        assertThat(messages.findPrevious(new KeyMID(7, PEER), from(Origin.REMOTE)))
                .isNull();
    }

    @Test
    void anAnswerToUsAndARequestOfThePeerMayHaveOneNumber() {
        Exchange request = from(Origin.REMOTE);
        messages.findPrevious(new KeyMID(7, PEER), from(Origin.LOCAL));
        assertThat(messages.findPrevious(new KeyMID(7, PEER), request)).isNull();
        assertThat(messages.find(new KeyMID(7, PEER))).isSameAs(request);
        assertThat(messages.size()).isEqualTo(1);
    }

    @Test
    void aMessageOfANewSessionTakesThePlaceOfTheOldOne() {
        Exchange old = from(Origin.REMOTE);
        Exchange now = from(Origin.REMOTE);
        messages.findPrevious(new KeyMID(7, PEER), old);
        assertThat(messages.replacePrevious(new KeyMID(7, PEER), old, now)).isTrue();
        assertThat(messages.replacePrevious(new KeyMID(7, PEER), old, from(Origin.REMOTE)))
                .as("another was quicker")
                .isFalse();
        assertThat(messages.find(new KeyMID(7, PEER))).isSameAs(now);
        assertThat(messages.replacePrevious(new KeyMID(8, PEER), old, now))
                .as("what was swept meanwhile")
                .isTrue();
        assertThat(messages.size()).isEqualTo(2);
    }

    @Test
    void ofOnePeerTheLast64AreKept() {
        for (int mid = 0; mid < 70; mid++) {
            messages.findPrevious(new KeyMID(mid, PEER), from(Origin.REMOTE));
        }
        assertThat(messages.size()).isEqualTo(64);
        assertThat(messages.find(new KeyMID(5, PEER))).isNull();
        assertThat(messages.find(new KeyMID(6, PEER))).isNotNull();
    }

    @Test
    void whenTheLastWasAnsweredThatOneAloneIsKept() {
        Exchange last = from(Origin.REMOTE);
        messages.findPrevious(new KeyMID(7, PEER), from(Origin.REMOTE));
        messages.findPrevious(new KeyMID(8, PEER), last);
        messages.forgetAllButTheLast();
        assertThat(messages.size()).isEqualTo(1);
        assertThat(messages.findPrevious(new KeyMID(8, PEER), from(Origin.REMOTE)))
                .isSameAs(last);
    }

    @Test
    void timeIsWatchedWhileThereIsSomethingToForget() {
        ScheduledThreadPoolExecutor idle = new ScheduledThreadPoolExecutor(1);
        idle.setRemoveOnCancelPolicy(true);
        try {
            messages.setExecutor(idle);
            messages.start();
            assertThat(idle.getQueue()).isEmpty();
            messages.findPrevious(new KeyMID(7, PEER), from(Origin.REMOTE));
            messages.findPrevious(new KeyMID(8, OTHER), from(Origin.REMOTE));
            assertThat(idle.getQueue()).hasSize(1);
            messages.stop();
            assertThat(idle.getQueue()).isEmpty();
        } finally {
            idle.shutdownNow();
        }
    }

    @Test
    void whatIsOldGoes() throws Exception {
        settings.set(CoapConfig.EXCHANGE_LIFETIME, 1, TimeUnit.MILLISECONDS);
        settings.set(CoapConfig.MARK_AND_SWEEP_INTERVAL, 2, TimeUnit.MILLISECONDS);
        RecentMessages brief = new RecentMessages(settings);
        brief.setExecutor(threads);
        brief.findPrevious(new KeyMID(7, PEER), from(Origin.REMOTE));
        brief.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!brief.isEmpty() && System.nanoTime() < deadline) {
            threads.schedule(() -> {}, 2, TimeUnit.MILLISECONDS).get();
        }
        assertThat(brief.isEmpty()).isTrue();
        brief.findPrevious(new KeyMID(8, PEER), from(Origin.REMOTE));
        while (!brief.isEmpty() && System.nanoTime() < deadline) {
            threads.schedule(() -> {}, 2, TimeUnit.MILLISECONDS).get();
        }
        assertThat(brief.isEmpty()).as("what came after that").isTrue();
        brief.stop();
    }

    private Exchange from(Origin origin) {
        return new Exchange(Request.newGet(), PEER, origin, threads);
    }
}
