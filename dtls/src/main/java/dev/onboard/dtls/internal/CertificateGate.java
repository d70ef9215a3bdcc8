package dev.onboard.dtls.internal;

import dev.onboard.pki.CertificateReference;
import dev.onboard.pki.Reason;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.californium.scandium.dtls.AlertMessage;
import org.eclipse.californium.scandium.dtls.AlertMessage.AlertLevel;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.ContentType;
import org.eclipse.californium.scandium.dtls.HandshakeException;
import org.eclipse.californium.scandium.dtls.HandshakeType;
import org.eclipse.californium.scandium.dtls.Record;
import org.eclipse.californium.scandium.dtls.RecordLayer;
import org.eclipse.californium.scandium.dtls.SignatureAndHashAlgorithm;

/**
 * Judges the messages of a handshake that prove who the peer is, where Scandium would not. It takes a signature under an
 * algorithm that was not offered; that is illegal_parameter (RFC 5246, 7.4.3 and 7.4.8). And it judges the Certificate messages that Scandium could not hand to a verifier: it parses with the JDK first, and what the
 * JDK cannot read, what is larger than Scandium takes, or an empty list would end with an alert of Scandium's choice and no
 * reason. And it keeps the room bounded that messages take before they are complete: room is made for as many octets as the
 * peer claims, whoever it is. All others pass. Thread-safe; called on the serial executor of each connection.
 */
final class CertificateGate {
    /** As much as the evaluation reads (RFC 7925, 4.4.4 asks for far less), and the lengths around it. */
    static final int LARGEST_MESSAGE = 131_072 + 1024;

    /** Of a ServerKeyExchange with a named curve; a larger one Scandium does not understand. */
    private static final int LARGEST_KEY_EXCHANGE = 4096;

    private final Supplier<TrustPolicy> policy;
    private final InstantSource clock;
    private final HandshakeWatch watch;

    CertificateGate(Supplier<TrustPolicy> policy, InstantSource clock, HandshakeWatch watch) {
        this.policy = policy;
        this.clock = clock;
        this.watch = watch;
    }

    /** Whether this record goes no further: it was the end of its handshake, which has then been told to the peer, or it came too early. */
    boolean refuses(Record record, Connection connection, RecordLayer records) {
        if (record.getType() != ContentType.HANDSHAKE
                || record.getEpoch() != 0
                || connection.getOngoingHandshake() == null) {
            return false;
        }
        for (Fragment fragment : Fragment.of(record.getFragmentBytes())) {
            Optional<HandshakeException> fault = fault(fragment, connection);
            if (fault.isPresent() && overtakes(fragment, connection)) {
                return true; // it will come again, after the certificates that it is about
            }
            if (fault.isPresent()) {
                records.processHandshakeException(connection, fault.get());
                return true;
            }
        }
        return false;
    }

    /** A CertificateVerify before the certificates were judged, which say more of why the peer is refused. */
    private boolean overtakes(Fragment fragment, Connection connection) {
        return HandshakeType.getTypeByCode(fragment.type()) == HandshakeType.CERTIFICATE_VERIFY
                && !watch.isEvaluated(connection.getConnectionId());
    }

    private Optional<HandshakeException> fault(Fragment fragment, Connection connection) {
        HandshakeType type = HandshakeType.getTypeByCode(fragment.type());
        if (fragment.length() > HandshakeWatch.LARGE
                && fragment.length() <= LARGEST_MESSAGE
                && !watch.isRoomForLarge(connection.getConnectionId())) {
            return Optional.of(new HandshakeException(
                    "a message of " + fragment.length() + " octets, and " + HandshakeWatch.MOST_LARGE
                            + " other handshakes have messages of more than " + HandshakeWatch.LARGE
                            + "; try again later, or send a shorter chain",
                    new AlertMessage(AlertLevel.FATAL, AlertMessage.AlertDescription.INTERNAL_ERROR)));
        }
        if (type == HandshakeType.CERTIFICATE) {
            return received(fragment, connection).flatMap(received -> refusal(received, connection));
        }
        if (type == HandshakeType.CERTIFICATE_VERIFY && fragment.offset() < 2) {
            return fragment.offset() == 0 && fragment.size() >= 2
                    ? unoffered(fragment.from(), fragment.at())
                    : Optional.of(illegal("a CertificateVerify message is cut inside its algorithm"));
        }
        if (type == HandshakeType.SERVER_KEY_EXCHANGE && fragment.length() <= LARGEST_KEY_EXCHANGE) {
            return complete(fragment, connection).flatMap(CertificateGate::unofferedInKeyExchange);
        }
        return Optional.empty();
    }

    private Optional<HandshakeException> refusal(Received received, Connection connection) {
        if (!received.isUnreadable()) {
            return Optional.empty();
        }
        Verdict.Refused refused = received.refusal(policy.get(), clock);
        watch.evaluated(connection.getConnectionId(), new HandshakeWatch.Evaluated(received.chain(), null, refused));
        return Optional.of(exception(refused));
    }

    /** The algorithm stands behind curve type, curve and point (RFC 8422, 5.4). */
    private static Optional<HandshakeException> unofferedInKeyExchange(byte[] message) {
        int at = message.length < 4 ? Integer.MAX_VALUE : 4 + (message[3] & 0xff);
        return at + 2 > message.length ? Optional.empty() : unoffered(message, at);
    }

    private static Optional<HandshakeException> unoffered(byte[] message, int at) {
        SignatureAndHashAlgorithm used = new SignatureAndHashAlgorithm(message[at] & 0xff, message[at + 1] & 0xff);
        return DtlsSettings.SIGNATURE_ALGORITHMS.contains(used)
                ? Optional.empty()
                : Optional.of(illegal("the handshake is signed with " + used.getJcaName() + " ("
                        + String.format(Locale.ROOT, "0x%02x%02x", message[at], message[at + 1])
                        + "), which was not offered"));
    }

    private static HandshakeException illegal(String why) {
        return new HandshakeException(
                why, new AlertMessage(AlertLevel.FATAL, AlertMessage.AlertDescription.ILLEGAL_PARAMETER));
    }

    /** The refusal as Scandium takes it, with the alert of its reason. */
    static HandshakeException exception(Verdict.Refused refused) {
        return new HandshakeException(
                refused.reason().id() + ": " + refused.detail(),
                new AlertMessage(AlertLevel.FATAL, EvaluatingVerifier.description(refused)));
    }

    /** The Certificate message that this fragment completes, or shows to be too large. */
    private Optional<Received> received(Fragment fragment, Connection connection) {
        if (fragment.length() > LARGEST_MESSAGE) {
            return Optional.of(new Received(List.of(), fragment.length()));
        }
        return complete(fragment, connection)
                .flatMap(EvaluatingVerifier::exactCertificates)
                .map(chain -> new Received(chain, fragment.length()));
    }

    private Optional<byte[]> complete(Fragment fragment, Connection connection) {
        return watch.assembly(connection.getConnectionId(), fragment.type(), fragment.length())
                .add(fragment.from(), fragment.at(), fragment.offset(), fragment.size());
    }

    /** A piece of a handshake message (RFC 6347, 4.2.2): where its body stands in the record, and in the message. */
    private record Fragment(int type, int length, int offset, byte[] from, int at, int size) {
        private static final int HEADER = 12;

        /** All of a record; what is no handshake message is left for Scandium to refuse. */
        static List<Fragment> of(byte[] record) {
            List<Fragment> all = new ArrayList<>(1);
            int at = 0;
            while (at + HEADER <= record.length) {
                int size = uint24(record, at + 9);
                int body = at + HEADER;
                if (body + size > record.length) {
                    break;
                }
                all.add(new Fragment(
                        record[at] & 0xff, uint24(record, at + 1), uint24(record, at + 6), record, body, size));
                at = body + size;
            }
            return all;
        }

        private static int uint24(byte[] bytes, int at) {
            return (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff);
        }
    }

    /** The entries of a complete message; none when it is too large to be completed. */
    private record Received(List<byte[]> chain, int length) {
        boolean isUnreadable() {
            return length > LARGEST_MESSAGE || chain.isEmpty() || firstUnreadable() >= 0;
        }

        /** The place of the first entry that the JDK cannot parse; −1 when there is none. */
        private int firstUnreadable() {
            try {
                // what it parses it keeps in a cache, so that Scandium does not parse again
                CertificateFactory factory = CertificateFactory.getInstance("X.509");
                for (int i = 0; i < chain.size(); i++) {
                    try {
                        factory.generateCertificate(new ByteArrayInputStream(chain.get(i)));
                    } catch (CertificateException e) {
                        return i;
                    }
                }
                return -1;
            } catch (CertificateException e) {
                throw new IllegalStateException("this Java has no X.509 certificates", e);
            }
        }

        Verdict.Refused refusal(TrustPolicy policy, InstantSource clock) {
            if (length > LARGEST_MESSAGE) {
                return new Verdict.Refused(
                        Reason.TOO_LARGE,
                        CertificateReference.none(),
                        "the certificates sent have " + length + " octets; at most " + LARGEST_MESSAGE + " are read");
            }
            Verdict verdict = policy.evaluate(chain, clock.instant());
            if (verdict instanceof Verdict.Refused refused) {
                return refused;
            }
            int place = firstUnreadable();
            return new Verdict.Refused(
                    Reason.MALFORMED,
                    new CertificateReference(place, "", ""),
                    "certificate " + place + " of the chain cannot be read");
        }
    }
}
