package dev.onboard.dtls.internal;

import dev.onboard.dtls.HandshakeRecord;
import dev.onboard.dtls.HandshakeRecord.Result;
import dev.onboard.dtls.Sessions;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;

/** Turns away the ClientHellos of addresses from which too many handshakes were refused, and tells of each address when that begins. Thread-safe. */
final class RefusalLimit {
    private final OptionalInt perSecond;
    private final InstantSource clock;
    private final DtlsServerSide.Limited told;
    private final RefusedAddresses addresses;
    private final AtomicLong turnedAway = new AtomicLong();
    private final AtomicLong whenLastTold = new AtomicLong();

    RefusalLimit(OptionalInt perSecond, InstantSource clock, DtlsServerSide.Limited told) {
        this.perSecond = perSecond;
        this.clock = clock;
        this.told = told;
        this.addresses = new RefusedAddresses(perSecond, System::nanoTime);
    }

    /** A handshake has ended, whose peer has proved its address. */
    void ended(HandshakeRecord handshake) {
        boolean isRefused =
                handshake.result() instanceof Result.RefusedHere || handshake.result() instanceof Result.RefusedByPeer;
        if (isRefused && addresses.refused(handshake.peer().getAddress())) {
            long all = turnedAway.get();
            told.limited(
                    handshake,
                    perSecond.orElseThrow(),
                    clock.instant().plusSeconds(Sessions.BURST),
                    all - whenLastTold.getAndSet(all));
        }
    }

    /** Whether a ClientHello from there is to be dropped; it is counted then. */
    boolean turnsAway(InetSocketAddress peer) {
        boolean paused = addresses.isPaused(peer.getAddress());
        if (paused) {
            turnedAway.incrementAndGet();
        }
        return paused;
    }

    /** How many were dropped. */
    long turnedAway() {
        return turnedAway.get();
    }
}
