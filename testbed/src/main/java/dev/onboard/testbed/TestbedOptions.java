package dev.onboard.testbed;

import dev.onboard.account.Database;
import dev.onboard.dtls.Sessions;
import dev.onboard.server.LwM2mServer;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * How a testbed is to run. Immutable; {@code with…} returns a copy.
 *
 * @param workDirectory made when it does not exist
 * @param bind the address that all ports listen on; loopback by default
 * @param host the name that goes into URIs and server certificates
 * @param bootstrapPort 0 picks a free one
 * @param lwm2mPort 0 picks a free one
 * @param secondLwm2mPort of a second LwM2M server, which devices are told of as well; 0 picks a free one; empty: there is none
 * @param httpPort of the management port; 0 picks a free one
 * @param serverCas one CA for both servers, or one each
 * @param apiTls how the management port shows itself
 * @param database where the account is stored; empty: in the work directory
 * @param leshanPort of Leshan's interface, on loopback and without a key; 0 picks a free one; empty: there is none
 * @param delivery how a bootstrap tells devices of the LwM2M server
 * @param firmware how firmware comes to devices, and what they make of it
 * @param capture where the traffic of the servers is written, with the secrets that open it; empty: nowhere
 * @param sessions what each server keeps of DTLS sessions
 * @param awake how long the LwM2M servers take a device in queue mode for awake after they heard it last
 */
public record TestbedOptions(
        Path workDirectory,
        InetAddress bind,
        String host,
        int bootstrapPort,
        int lwm2mPort,
        OptionalInt secondLwm2mPort,
        int httpPort,
        ServerCas serverCas,
        ApiTls apiTls,
        Optional<Database> database,
        OptionalInt leshanPort,
        DeliveryOptions delivery,
        FirmwareOptions firmware,
        Optional<Path> capture,
        Sessions sessions,
        Duration awake) {

    /** How the management port shows itself. */
    public sealed interface ApiTls {
        /** HTTP: possible on loopback alone. */
        record Off() implements ApiTls {}

        /** HTTPS with a certificate of the testbed's own CA, {@code DIR/ca/api-root.cert.pem}, which may sign for its hosts alone. */
        record OwnCa() implements ApiTls {}

        /**
         * HTTPS with this certificate.
         *
         * @param certificate the server's certificate and its chain
         * @param key its private key
         */
        record Given(Path certificate, Path key) implements ApiTls {}
    }

    /** Who signs the servers' certificates. */
    public enum ServerCas {
        /** The bootstrap server CA and the LwM2M server CA are two. */
        SEPARATE,
        /** They are one: a client in the field knows only the CA that it was provisioned with. */
        ONE
    }

    /** Loopback, {@code localhost}, the customary ports, two server CAs. */
    public static TestbedOptions in(Path workDirectory) {
        return new TestbedOptions(
                workDirectory,
                InetAddress.getLoopbackAddress(),
                "localhost",
                5784,
                5684,
                OptionalInt.empty(),
                8080,
                ServerCas.SEPARATE,
                new ApiTls.Off(),
                Optional.empty(),
                OptionalInt.empty(),
                DeliveryOptions.USUAL,
                FirmwareOptions.USUAL,
                Optional.empty(),
                Sessions.STANDARD,
                LwM2mServer.Surroundings.USUALLY_AWAKE);
    }

    /** On these ports. */
    public TestbedOptions withPorts(int bootstrap, int lwm2m, int http) {
        return with(draft -> {
            draft.bootstrapPort = bootstrap;
            draft.lwm2mPort = lwm2m;
            draft.httpPort = http;
        });
    }

    /** On this address. */
    public TestbedOptions withBind(InetAddress address) {
        return with(draft -> draft.bind = address);
    }

    /** Under this name. */
    public TestbedOptions withHost(String name) {
        return with(draft -> draft.host = name);
    }

    /** With these server CAs. */
    public TestbedOptions withServerCas(ServerCas cas) {
        return with(draft -> draft.serverCas = cas);
    }

    /** With the management port showing itself so. */
    public TestbedOptions withApiTls(ApiTls tls) {
        return with(draft -> draft.apiTls = tls);
    }

    /** With the account stored there. */
    public TestbedOptions withDatabase(Database where) {
        return with(draft -> draft.database = Optional.of(where));
    }

    /** With bootstraps that tell devices so of the LwM2M server. */
    public TestbedOptions withDelivery(DeliveryOptions how) {
        return with(draft -> draft.delivery = how);
    }

    /** With firmware handled so. */
    public TestbedOptions withFirmware(FirmwareOptions how) {
        return with(draft -> draft.firmware = how);
    }

    /** With Leshan's interface on this port. */
    public TestbedOptions withLeshanPort(int port) {
        return with(draft -> draft.leshanPort = OptionalInt.of(port));
    }

    /** With a second LwM2M server on this port. */
    public TestbedOptions withSecondLwm2mPort(int port) {
        return with(draft -> draft.secondLwm2mPort = OptionalInt.of(port));
    }

    /** With the traffic of the servers written there. */
    public TestbedOptions withCapture(Path file) {
        return with(draft -> draft.capture = Optional.of(file));
    }

    /** With servers that keep these sessions. */
    public TestbedOptions withSessions(Sessions what) {
        return with(draft -> draft.sessions = what);
    }

    /** With LwM2M servers that take a device in queue mode for awake so long. */
    public TestbedOptions withAwake(Duration time) {
        return with(draft -> draft.awake = time);
    }

    private TestbedOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new TestbedOptions(
                draft.workDirectory,
                draft.bind,
                draft.host,
                draft.bootstrapPort,
                draft.lwm2mPort,
                draft.secondLwm2mPort,
                draft.httpPort,
                draft.serverCas,
                draft.apiTls,
                draft.database,
                draft.leshanPort,
                draft.delivery,
                draft.firmware,
                draft.capture,
                draft.sessions,
                draft.awake);
    }

    /** Of which something is about to change. */
    private static final class Draft {
        private final Path workDirectory;
        private InetAddress bind;
        private String host;
        private int bootstrapPort;
        private int lwm2mPort;
        private OptionalInt secondLwm2mPort;
        private int httpPort;
        private ServerCas serverCas;
        private ApiTls apiTls;
        private Optional<Database> database;
        private OptionalInt leshanPort;
        private DeliveryOptions delivery;
        private FirmwareOptions firmware;
        private Optional<Path> capture;
        private Sessions sessions;
        private Duration awake;

        Draft(TestbedOptions from) {
            this.workDirectory = from.workDirectory;
            this.bind = from.bind;
            this.host = from.host;
            this.bootstrapPort = from.bootstrapPort;
            this.lwm2mPort = from.lwm2mPort;
            this.secondLwm2mPort = from.secondLwm2mPort;
            this.httpPort = from.httpPort;
            this.serverCas = from.serverCas;
            this.apiTls = from.apiTls;
            this.database = from.database;
            this.leshanPort = from.leshanPort;
            this.delivery = from.delivery;
            this.firmware = from.firmware;
            this.capture = from.capture;
            this.sessions = from.sessions;
            this.awake = from.awake;
        }
    }
}
