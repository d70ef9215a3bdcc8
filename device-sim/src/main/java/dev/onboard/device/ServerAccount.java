package dev.onboard.device;

import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceMode;
import dev.onboard.journal.Event;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import dev.onboard.pki.MatchingType;
import dev.onboard.pki.SubjectName;
import java.net.URI;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A device's account at its LwM2M server, as bootstrap delivered it: one instance of the Security object and the instance
 * of the Server object that goes with it. Its text shows no key.
 *
 * @param securityInstance the instance of object 0
 * @param uri /0/x/0, {@code coaps://host:port}
 * @param credential the LwM2M key and certificate, /0/x/5 and /0/x/3
 * @param serverPublicKey /0/x/4: a certificate in DER, or its digest, by matching type
 * @param usage /0/x/15
 * @param matching /0/x/13
 * @param serverName /0/x/14, for SNI and the name check in place of the URI's host
 * @param server the Server object
 * @param enrolment how its key was certified that the device made; empty: the key came with the bootstrap or the bundle
 * @param further the accounts at other servers that were delivered with this one
 * @param access what each server may do; empty when there is one server, which may do everything
 * @param suites /0/x/16: the cipher suites that the device offers this server, by their IANA numbers; empty: those that it has
 */
public record ServerAccount(
        int securityInstance,
        URI uri,
        Credential credential,
        byte[] serverPublicKey,
        CertificateUsage usage,
        MatchingType matching,
        Optional<String> serverName,
        ServerObject server,
        Optional<EnrolmentDialect> enrolment,
        List<ServerAccount> further,
        List<AccessControl> access,
        List<Integer> suites) {
    private static final int FACTORY_LIFETIME = 300;

    public ServerAccount {
        further = List.copyOf(further);
        access = List.copyOf(access);
        suites = List.copyOf(suites);
    }

    /** The account at the only server. */
    public ServerAccount(
            int securityInstance,
            URI uri,
            Credential credential,
            byte[] serverPublicKey,
            CertificateUsage usage,
            MatchingType matching,
            Optional<String> serverName,
            ServerObject server) {
        this(
                securityInstance,
                uri,
                credential,
                serverPublicKey,
                usage,
                matching,
                serverName,
                server,
                Optional.empty(),
                List.of(),
                List.of(),
                List.of());
    }

    /**
     * The account of a device in LwM2M mode, from what its factory gave it: the LwM2M server CA certificate is its only trust
     * anchor, and it registers for {@value #FACTORY_LIFETIME} seconds unless the server writes another lifetime.
     *
     * @throws IllegalArgumentException when the device is in another mode
     */
    public static ServerAccount ofFactory(DeviceBundle bundle) {
        if (bundle.mode() != DeviceMode.LWM2M) {
            throw new IllegalArgumentException(bundle.endpoint().value() + " is in "
                    + bundle.mode().word() + " mode and has no LwM2M credentials from its factory");
        }
        try {
            return new ServerAccount(
                    0,
                    bundle.serverUri(),
                    bundle.sentCredential(),
                    bundle.serverCa().getEncoded(),
                    CertificateUsage.TRUST_ANCHOR_ASSERTION,
                    MatchingType.EXACT,
                    Optional.empty(),
                    ServerObject.of(1, FACTORY_LIFETIME));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no encoding", e);
        }
    }

    /** The name that the server's certificate must carry, unless the usage compares certificates. */
    public String expectedName() {
        return serverName.orElse(uri.getHost());
    }

    /** What events say about the account's certificate. */
    public Certificate certificate() {
        X509Certificate own = credential.certificate();
        return new Certificate(
                own.getSerialNumber().toString(16),
                SubjectName.text(own),
                own.getIssuerX500Principal().getName());
    }

    /**
     * A certificate in the words of an event: little enough to keep.
     *
     * @param serial hexadecimal
     * @param subject as text
     * @param issuer as text
     */
    public record Certificate(String serial, String subject, String issuer) {
        /** Adds what it says to an event. */
        public Event.Draft addTo(Event.Draft event) {
            return event.fact("serial", serial).fact("subject", subject).fact("issuer", issuer);
        }
    }

    /** The accounts at all servers, this one first. */
    public List<ServerAccount> all() {
        return Stream.concat(Stream.of(this), further.stream()).toList();
    }

    /** May this server do this ({@link AccessControl#READ} and so on) with this instance of an object? */
    public boolean allows(int right, int object, int objectInstance) {
        return access.isEmpty() || AccessControl.allows(access, server.shortServerId(), right, object, objectInstance);
    }

    /** The same account with another CA as its only trust anchor: Certificate Usage 2. */
    public ServerAccount withServerCa(X509Certificate ca) {
        byte[] encoded;
        try {
            encoded = ca.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read cannot be encoded", e);
        }
        return with(draft -> {
            draft.serverPublicKey = encoded;
            draft.usage = CertificateUsage.TRUST_ANCHOR_ASSERTION;
            draft.matching = MatchingType.EXACT;
        });
    }

    /** The same account at another address. */
    public ServerAccount withUri(URI value) {
        return with(draft -> draft.uri = value);
    }

    /** The same account with another key and certificate, here and at the other servers. */
    public ServerAccount withCredential(Credential value) {
        return with(draft -> {
            draft.credential = value;
            draft.further =
                    further.stream().map(each -> each.withCredential(value)).toList();
        });
    }

    /** The same accounts, where the one at the server with this short id has another Server object. */
    public ServerAccount withServer(ServerObject value) {
        boolean here = value.shortServerId() == server.shortServerId();
        return with(draft -> {
            if (here) {
                draft.server = value;
            } else {
                draft.further =
                        further.stream().map(each -> each.withServer(value)).toList();
            }
        });
    }

    /** The same account with other cipher suites. */
    public ServerAccount withSuites(List<Integer> value) {
        return with(draft -> draft.suites = value);
    }

    /** The same account with those at other servers, and what each may do. */
    public ServerAccount with(List<ServerAccount> others, List<AccessControl> rights) {
        return with(draft -> {
            draft.further =
                    others.stream().map(each -> each.with(List.of(), rights)).toList();
            draft.access = rights;
        });
    }

    /** The same accounts with a key that the device made and had certified so. */
    public ServerAccount enrolledIn(EnrolmentDialect dialect) {
        return with(draft -> {
            draft.enrolment = Optional.of(dialect);
            draft.further =
                    further.stream().map(each -> each.enrolledIn(dialect)).toList();
        });
    }

    private ServerAccount with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new ServerAccount(
                draft.securityInstance,
                draft.uri,
                draft.credential,
                draft.serverPublicKey,
                draft.usage,
                draft.matching,
                draft.serverName,
                draft.server,
                draft.enrolment,
                draft.further,
                draft.access,
                draft.suites);
    }

    /** Of which something is about to change. */
    private static final class Draft {
        private final int securityInstance;
        private URI uri;
        private Credential credential;
        private byte[] serverPublicKey;
        private CertificateUsage usage;
        private MatchingType matching;
        private final Optional<String> serverName;
        private ServerObject server;
        private Optional<EnrolmentDialect> enrolment;
        private List<ServerAccount> further;
        private List<AccessControl> access;
        private List<Integer> suites;

        Draft(ServerAccount from) {
            this.securityInstance = from.securityInstance;
            this.uri = from.uri;
            this.credential = from.credential;
            this.serverPublicKey = from.serverPublicKey;
            this.usage = from.usage;
            this.matching = from.matching;
            this.serverName = from.serverName;
            this.server = from.server;
            this.enrolment = from.enrolment;
            this.further = from.further;
            this.access = from.access;
            this.suites = from.suites;
        }
    }
}
