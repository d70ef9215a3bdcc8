package dev.onboard.dtls;

import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.Alert;
import dev.onboard.pki.Finding;
import dev.onboard.pki.SubjectName;
import dev.onboard.pki.Verdict;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Records handshakes as events. The endpoint name is the one given (a device knows its own), else the single common name
 * that the peer's certificate claims. Immutable and thread-safe.
 */
public final class HandshakeJournal implements HandshakeRecord.Observer {
    private final Journal journal;
    private final Stage stage;
    private final Party self;
    private final Party peer;
    private final Optional<String> endpoint;

    private HandshakeJournal(Journal journal, Stage stage, Party self, Party peer, Optional<String> endpoint) {
        this.journal = journal;
        this.stage = stage;
        this.self = self;
        this.peer = peer;
        this.endpoint = endpoint;
    }

    /** For a server, whose peers are devices. */
    public static HandshakeJournal ofServer(Journal journal, Stage stage, Party server) {
        return new HandshakeJournal(journal, stage, server, Party.DEVICE, Optional.empty());
    }

    /** For the device of this endpoint name, whose peer is this server. */
    public static HandshakeJournal ofDevice(Journal journal, Stage stage, String endpoint, Party server) {
        return new HandshakeJournal(journal, stage, Party.DEVICE, server, Optional.of(endpoint));
    }

    @Override
    public void ended(HandshakeRecord handshake) {
        Event.Draft event = Event.of(stage, self)
                .endpoint(endpoint.or(() -> claimedName(handshake)).orElse(""))
                .took(handshake.duration())
                .fact(
                        "peer",
                        handshake.peer().getAddress().getHostAddress() + ":"
                                + handshake.peer().getPort());
        handshake
                .peerCertificate()
                .ifPresent(certificate -> event.fact(
                                "subject", certificate.getSubjectX500Principal().getName())
                        .fact("issuer", certificate.getIssuerX500Principal().getName())
                        .fact("serial", certificate.getSerialNumber().toString(16)));
        handshake.verdict().ifPresent(verdict -> addVerdict(event, verdict));
        HandshakeRecord.Result result = handshake.result();
        if (result instanceof HandshakeRecord.Result.Established established) {
            event.fact("cipher_suite", established.cipherSuite());
            if (established.connectionIds() == Transmission.ConnectionIds.ON) {
                event.fact("connection_id", "yes");
            }
            if (established.course() == HandshakeRecord.Course.RESUMED) {
                event.fact("resumed", "yes");
            }
            if (handshake.verdict().orElse(null) instanceof Verdict.Trusted trusted) {
                event.fact("trusted_by", trusted.anchor().id());
            }
        } else if (result instanceof HandshakeRecord.Result.RefusedHere refused) {
            event.refused(self, refused.reason()).alert(refused.alert()).detail(refused.detail());
        } else if (result instanceof HandshakeRecord.Result.RefusedByPeer refused) {
            String word = word(refused);
            event.refused(peer, reason(refused))
                    .alert(refused.alert())
                    .detail("the " + peer.word().replace('-', ' ').replace("lwm2m", "LwM2M")
                            + " ended the handshake with alert " + word + " (" + refused.alert()
                            + "); its own event says why");
        } else if (result instanceof HandshakeRecord.Result.Failed failed) {
            event.failed(failed.reason()).detail(failed.detail());
        }
        journal.record(event);
    }

    /** What the verdict says beyond reason and alert: the certificate concerned, the fix, the remarks. */
    private static void addVerdict(Event.Draft event, Verdict verdict) {
        if (verdict instanceof Verdict.Refused refused) {
            if (refused.certificate().index() >= 0) {
                event.fact(
                        "certificate_index",
                        Integer.toString(refused.certificate().index()));
            }
            if (!refused.certificate().subject().isEmpty()) {
                event.fact("certificate_subject", refused.certificate().subject());
            }
            event.fact("fix", refused.fix());
            event.fact("clause", refused.reason().clause());
        }
        if (!verdict.findings().isEmpty()) {
            event.fact(
                    "findings",
                    verdict.findings().stream().map(Finding::id).distinct().collect(Collectors.joining(" ")));
        }
    }

    /** Records that a session was closed by policy, for {@code expired}, {@code trust-withdrawn}, or what refuses its chain now. */
    public void closed(PeerSession session, String reason) {
        journal.record(Event.of(Stage.SESSION_CLOSED, self)
                .endpoint(SubjectName.commonNames(session.certificate()).stream()
                        .findFirst()
                        .orElse(""))
                .refused(self, reason)
                .detail("the session was closed because "
                        + switch (reason) {
                            case "expired" -> "a certificate of its chain expired";
                            case "revoked" -> "a certificate of its chain was revoked";
                            case "trust-withdrawn" ->
                                "the trusted certificate that admitted it was removed or deactivated";
                            default -> "its chain would be refused now";
                        }));
    }

    /** Records that handshakes were turned away because the server keeps no more sessions; see {@link Sessions}. */
    public void full(InetSocketAddress peer, int most, long turnedAway) {
        journal.record(Event.of(stage, self)
                .refused(self, "too-many-sessions")
                .fact("peer", peer.getAddress().getHostAddress() + ":" + peer.getPort())
                .fact("turned_away", Long.toString(turnedAway))
                .detail("the server keeps " + most + " DTLS sessions and handshakes at most; "
                        + (turnedAway == 1
                                ? "a ClientHello was dropped"
                                : turnedAway + " ClientHellos were dropped since this was said last")
                        + ", and who sent it gets no answer until a session ends or has been silent for half an hour"));
    }

    /** Records that ClientHellos from an address get no answer because too many handshakes from there were refused; see {@link Sessions}. */
    public void limited(HandshakeRecord last, int perSecond, Instant until, long turnedAway) {
        String address = last.peer().getAddress().getHostAddress();
        journal.record(Event.of(stage, self)
                .refused(self, "too-many-refusals")
                .fact("peer", address + ":" + last.peer().getPort())
                .fact("limited_until", until.toString())
                .fact("turned_away", Long.toString(turnedAway))
                .detail("of the handshakes from " + address + ", " + perSecond * Sessions.BURST
                        + " were refused at once, or " + perSecond
                        + " a second and more for long, the last of them for "
                        + (last.result() instanceof HandshakeRecord.Result.RefusedHere here
                                ? here.reason()
                                : last.result() instanceof HandshakeRecord.Result.RefusedByPeer there
                                        ? reason(there)
                                        : "no reason")
                        + "; ClientHellos from there, whoever sends them, are dropped until " + until
                        + ", open sessions stay"));
    }

    private static String word(HandshakeRecord.Result.RefusedByPeer refused) {
        return Alert.of(refused.alert()).map(Alert::word).orElse("alert " + refused.alert());
    }

    private static String reason(HandshakeRecord.Result.RefusedByPeer refused) {
        return "alert-" + word(refused).replace('_', '-').replace(' ', '-');
    }

    private static Optional<String> claimedName(HandshakeRecord handshake) {
        Optional<X509Certificate> certificate = handshake.peerCertificate();
        if (certificate.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = SubjectName.commonNames(certificate.get());
        return names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty();
    }
}
