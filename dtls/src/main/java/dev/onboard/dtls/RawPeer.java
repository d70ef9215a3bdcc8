package dev.onboard.dtls;

import dev.onboard.dtls.internal.RawClient;
import dev.onboard.dtls.internal.RawServer;
import dev.onboard.pki.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A DTLS peer that checks nothing of its own side: it presents whatever bytes it is given as its certificates and signs
 * with whatever key, so that the other side meets what no DTLS library of good manners would send. Immutable and
 * thread-safe; a handshake runs on the thread that asks for it.
 *
 * <p>What is not said otherwise is good: DTLS 1.2, ECDHE-ECDSA with AES-128 in GCM and CCM_8, P-256 and P-384, the
 * signature algorithm of the key, and trust in whatever the other side shows.
 */
public final class RawPeer {
    /** The suites that the LwM2M roles have in common (OMA Transport 5.2.8.3), in the numbers of IANA. */
    private static final List<Integer> USUAL_SUITES = List.of(0xC02B, 0xC0AE);

    private final Settings settings;

    private RawPeer(Settings settings) {
        this.settings = settings;
    }

    /** What is said wrongly about the Certificate message; its entries stay as they are. */
    public enum Framing {
        /** As RFC 5246, 7.4.2 asks for it. */
        EXACT,
        /** The length of the list is one more than its octets. */
        LIST_TOO_LONG,
        /** The length of the list is one less than its octets. */
        LIST_TOO_SHORT,
        /** The length of the first entry reaches past the end of the list. */
        ENTRY_TOO_LONG
    }

    /**
     * All that can be chosen.
     *
     * @param chain the entries of the Certificate message, leaf first; each may be anything, an empty list too
     * @param key what signs; empty: nothing is proved, and no certificate sent
     * @param suites cipher suites by their IANA numbers, in order of preference
     * @param groups supported groups by their IANA numbers, in order of preference
     * @param signatureAlgorithm hash and signature octet of what is claimed in ServerKeyExchange or CertificateVerify;
     *     empty: what fits the key
     * @param serverName what a client asks for with SNI
     * @param framing a lie about lengths
     * @param habits what a client does that others do not
     * @param judge what becomes of the other side's chain; a refusal goes out with its alert
     */
    public record Settings(
            List<byte[]> chain,
            Optional<PrivateKey> key,
            List<Integer> suites,
            List<Integer> groups,
            OptionalInt signatureAlgorithm,
            Optional<String> serverName,
            Version version,
            Framing framing,
            Set<Habit> habits,
            Function<List<byte[]>, Optional<Verdict>> judge) {
        public Settings {
            chain = List.copyOf(chain);
            suites = List.copyOf(suites);
            groups = List.copyOf(groups);
            habits = Set.copyOf(habits);
        }
    }

    /** What a peer does in a handshake that others do not; as a client, where nothing else is said. */
    public enum Habit {
        /** It does not ask for the extended master secret (RFC 7627). */
        NO_EXTENDED_MASTER_SECRET,
        /** It offers a raw public key, and no X.509 certificate (RFC 7250, client_certificate_type). */
        RAW_PUBLIC_KEY,
        /** It asks for records of at most 512 octets (RFC 6066, 4). */
        FRAGMENTS_OF_512,
        /** It leaves its Certificate message out and goes on with the next. */
        OMITS_CERTIFICATE,
        /** It sends its Certificate message twice, as two messages. */
        REPEATS_CERTIFICATE,
        /** It leaves its CertificateVerify out and goes on with ChangeCipherSpec. */
        OMITS_CERTIFICATE_VERIFY,
        /** It finishes at once after the server's flight, without any message of its own in between. */
        FINISHES_AT_ONCE,
        /** As a server it sends a HelloRequest before its ServerHello (RFC 5246, 7.4.1.1). */
        SENDS_HELLO_REQUEST,
        /**
         * It asks for another handshake within the session that it has: as a client with a ClientHello, as a server with a
         * HelloRequest, protected like everything in a session. The handshake counts as established when the other side
         * answers that with a warning and the session still carries data.
         */
        RENEGOTIATES
    }

    /** The version that is offered or chosen. */
    public enum Version {
        DTLS_1_0,
        DTLS_1_2
    }

    /**
     * What came of a handshake, as this side saw it.
     *
     * @param result how it ended
     * @param local this side's own address, as the other side sees it when nothing lies between
     * @param peerChain the other side's entries as they came, empty when none did
     * @param verdict what the judge said of them
     */
    public record Report(Result result, InetSocketAddress local, List<byte[]> peerChain, Optional<Verdict> verdict) {}

    /** How it ended. */
    public sealed interface Result {
        /**
         * Both sides finished.
         *
         * @param suite with this suite, by its IANA number
         * @param warning the alert that the other side sent afterwards without ending the session
         */
        record Established(int suite, OptionalInt warning) implements Result {}

        /** The other side ended it with this alert. */
        record RefusedByPeer(int alert) implements Result {}

        /** This side ended it with this alert, because of what the other did. */
        record RefusedHere(int alert, String detail) implements Result {}

        /** Nobody refused: silence until patience ended, a closed port. */
        record Failed(String detail) implements Result {}
    }

    /** A peer that presents this chain and signs with this key, which need not belong to it. */
    public static RawPeer presenting(List<byte[]> chainLeafFirst, PrivateKey key) {
        return with(chainLeafFirst, Optional.of(key));
    }

    /** A peer that has no certificate: as a client it sends an empty list, as a server it can finish no handshake. */
    public static RawPeer withoutCertificate() {
        return with(List.of(), Optional.empty());
    }

    private static RawPeer with(List<byte[]> chain, Optional<PrivateKey> key) {
        return new RawPeer(new Settings(
                chain,
                key,
                USUAL_SUITES,
                List.of(23, 24),
                OptionalInt.empty(),
                Optional.empty(),
                Version.DTLS_1_2,
                Framing.EXACT,
                Set.of(),
                peer -> Optional.empty()));
    }

    /** With these cipher suites, by their IANA numbers. */
    public RawPeer suites(List<Integer> suites) {
        return with(draft -> draft.suites = suites);
    }

    /** With these supported groups, by their IANA numbers (RFC 8422, 5.1.1). */
    public RawPeer groups(List<Integer> groups) {
        return with(draft -> draft.groups = groups);
    }

    /** Claiming this signature algorithm, for example 0x0203 for SHA-1 with ECDSA (RFC 5246, 7.4.1.4.1). */
    public RawPeer signatureAlgorithm(int hashAndSignature) {
        return with(draft -> draft.signatureAlgorithm = OptionalInt.of(hashAndSignature));
    }

    /** Asking for this server name (RFC 6066, 3). */
    public RawPeer serverName(String name) {
        return with(draft -> draft.serverName = Optional.of(name));
    }

    /** With another version than 1.2. */
    public RawPeer version(Version version) {
        return with(draft -> draft.version = version);
    }

    /** With a Certificate message whose lengths lie. */
    public RawPeer framing(Framing framing) {
        return with(draft -> draft.framing = framing);
    }

    /** With these habits. */
    public RawPeer habits(Set<Habit> habits) {
        return with(draft -> draft.habits = habits);
    }

    /** Judging the other side's chain; without a judge it is taken as it is. */
    public RawPeer judging(Function<List<byte[]>, Verdict> judge) {
        return with(draft -> draft.judge = peer -> Optional.of(judge.apply(peer)));
    }

    private RawPeer with(Consumer<Draft> change) {
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new RawPeer(draft.settings());
    }

    /** Settings of which one is about to change. */
    private static final class Draft {
        private final List<byte[]> chain;
        private final Optional<PrivateKey> key;
        private List<Integer> suites;
        private List<Integer> groups;
        private OptionalInt signatureAlgorithm;
        private Optional<String> serverName;
        private Version version;
        private Framing framing;
        private Set<Habit> habits;
        private Function<List<byte[]>, Optional<Verdict>> judge;

        Draft(Settings from) {
            chain = from.chain;
            key = from.key;
            suites = from.suites;
            groups = from.groups;
            signatureAlgorithm = from.signatureAlgorithm;
            serverName = from.serverName;
            version = from.version;
            framing = from.framing;
            habits = from.habits;
            judge = from.judge;
        }

        Settings settings() {
            return new Settings(
                    chain, key, suites, groups, signatureAlgorithm, serverName, version, framing, habits, judge);
        }
    }

    /**
     * One handshake as a client, from a socket of its own that is closed at the end.
     *
     * @param patience how long the whole handshake may take
     * @throws IOException when no socket can be had
     */
    public Report connect(InetSocketAddress server, Duration patience) throws IOException {
        return RawClient.connect(settings, new InetSocketAddress(0), server, patience);
    }

    /**
     * As {@link #connect(InetSocketAddress, Duration)}, from this address of this machine: one of 127.0.0.0/8, say, which Linux has without
     * being told.
     *
     * @throws IOException when the machine does not have the address
     */
    public Report connect(InetAddress from, InetSocketAddress server, Duration patience) throws IOException {
        return RawClient.connect(settings, new InetSocketAddress(from, 0), server, patience);
    }

    /**
     * Listens as a server; handshakes come one after the other.
     *
     * @param at where; port 0 takes a free one
     * @param ended told of every handshake, on the listener's thread
     * @throws IOException when the address cannot be had
     */
    public Listening listen(InetSocketAddress at, Consumer<Report> ended) throws IOException {
        return RawServer.listen(settings, at, ended);
    }

    /** A server that listens, with one thread of its own, until it is closed. */
    public interface Listening extends AutoCloseable {
        /** Where it listens, with the real port. */
        InetSocketAddress address();

        /** Stops to listen, a handshake under way included. */
        @Override
        void close();
    }
}
