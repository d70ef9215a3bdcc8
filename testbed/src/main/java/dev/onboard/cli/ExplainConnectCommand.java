package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.dtls.RawPeer;
import dev.onboard.dtls.RawPeer.Result;
import dev.onboard.explain.AlertMeaning;
import dev.onboard.explain.EventExplanation;
import dev.onboard.explain.VerdictDocument;
import dev.onboard.journal.Event;
import dev.onboard.pki.Alert;
import dev.onboard.pki.Profile;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import dev.onboard.testbed.RunningTestbed;
import dev.onboard.testbed.UsageException;
import dev.onboard.testbed.WorkDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard explain connect}: a real handshake with any DTLS server, and what each side said of the other. */
@Command(
        name = "connect",
        mixinStandardHelpOptions = true,
        description = {
            "A real DTLS 1.2 handshake with any server: what each side said, and why.",
            "Exit code: 0 when it was established and the server is trusted (without --trust: whatever it shows), 1 "
                    + "when it was not, 2 usage."
        })
final class ExplainConnectCommand implements Callable<Integer> {
    /** The suites of LwM2M (OMA Transport 5.2.8.3) first, then others that servers in the field have. */
    private static final Map<Integer, String> SUITES = Map.of(
            0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            0xC0AE, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
            0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            0xC023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
            0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    private static final List<Integer> OFFERED = List.of(0xC02B, 0xC0AE, 0xC02C, 0xC023, 0xC02F);

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "HOST:PORT", description = "Where the server is; coaps://HOST:PORT too")
    private String address;

    @Option(names = "--chain", paramLabel = "FILE", description = "What to send, leaf first. Default: no certificate")
    private List<Path> chain = List.of();

    @Option(names = "--key", paramLabel = "FILE", description = "The private key. Default: the one in the --chain file")
    private @Nullable Path key;

    @Option(names = "--trust", paramLabel = "FILE", description = "CA certificates the server must come from")
    private List<Path> trust = List.of();

    @Option(names = "--server-name", paramLabel = "N", description = "For SNI and the server's name. Default: HOST")
    private @Nullable String serverName;

    @Option(
            names = "--purpose",
            paramLabel = "P",
            defaultValue = "lwm2m-server",
            description = "bootstrap-server or lwm2m-server. Default: ${DEFAULT-VALUE}")
    private String purpose;

    @Option(
            names = "--profile",
            paramLabel = "P",
            defaultValue = "device",
            description = "rfc5280, device, strict, izuma or lenient. Default: ${DEFAULT-VALUE}")
    private String profile;

    @Option(names = "--timeout", paramLabel = "T", defaultValue = "10s", description = "Default: ${DEFAULT-VALUE}")
    private String timeout;

    @Option(names = "--json", description = "Print it as one JSON document.")
    private boolean json;

    @Mixin
    private ChainFiles files;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        HostAndPort where = HostAndPort.parse(address);
        Duration patience = Times.duration("--timeout", timeout);
        RawPeer.Report report = connect(where, patience);
        Optional<Event> told = Optional.empty();
        if (report.result() instanceof Result.RefusedByPeer) {
            told = ownServersWord(where, report);
        }
        Said said = Said.of(report, told, where.host() + ":" + where.port());
        if (!console.isJson()) {
            tell(console, report, said);
        }
        console.document(document(report, told, said));
        return report.result() instanceof Result.Established ? 0 : 1;
    }

    private RawPeer.Report connect(HostAndPort where, Duration patience) {
        RawPeer peer = chain.isEmpty()
                ? RawPeer.withoutCertificate()
                : RawPeer.presenting(files.chain(chain), files.key(key == null ? chain.get(0) : key));
        if (chain.isEmpty() && key != null) {
            throw new UsageException("--key " + key + " needs --chain: a private key alone proves nothing");
        }
        String name = serverName == null ? where.host() : serverName;
        if (!name.contains(":") && !name.matches("[0-9.]+")) {
            peer = peer.serverName(name);
        }
        List<TrustAnchor> anchors = files.anchors(trust);
        if (!anchors.isEmpty()) {
            TrustPolicy policy = TrustPolicy.forPurpose(serverPurpose())
                    .profile(ExplainCommand.parse("--profile", () -> Profile.parse(profile)))
                    .anchors(anchors)
                    .expectedName(name)
                    .build();
            peer = peer.judging(server -> policy.evaluate(server, Instant.now()));
        }
        try {
            InetSocketAddress server = new InetSocketAddress(InetAddress.getByName(where.host()), where.port());
            return peer.suites(OFFERED).connect(server, patience);
        } catch (UnknownHostException e) {
            throw new UsageException("the host '" + where.host() + "' is not known; give its name or address", e);
        } catch (IOException e) {
            throw new UsageException("no socket can be opened: " + e.getMessage(), e);
        }
    }

    private Purpose serverPurpose() {
        Purpose shownFor = ExplainCommand.parse("--purpose", () -> Purpose.parse(purpose));
        if (!shownFor.isServer()) {
            throw new UsageException("--purpose " + purpose + " is no server's; give bootstrap-server or lwm2m-server");
        }
        return shownFor;
    }

    /** What a testbed of this machine wrote about this very handshake, when the server is one of its. */
    private static Optional<Event> ownServersWord(HostAndPort where, RawPeer.Report report) {
        String peer = report.local().getAddress().getHostAddress() + ":"
                + report.local().getPort();
        return WorkDirectory.newestRunning()
                .filter(running -> Stream.of(running.bootstrapUri(), running.lwm2mUri())
                        .anyMatch(uri -> uri.getPort() == where.port()))
                .map(RunningTestbed::workDirectory)
                .flatMap(directory -> Explained.of(directory).refusals().ofPeer(peer));
    }

    /** The end of the handshake in words. */
    private record Said(
            String result,
            @Nullable String by,
            Optional<Alert> alert,
            @Nullable String reason,
            @Nullable String detail,
            @Nullable String fix,
            @Nullable String suite) {

        static Said of(RawPeer.Report report, Optional<Event> told, String address) {
            Result result = report.result();
            if (result instanceof Result.Established established) {
                String suite = SUITES.getOrDefault(
                        established.suite(), String.format(Locale.ROOT, "0x%04X", established.suite()));
                return new Said("established", null, Optional.empty(), null, null, null, suite);
            }
            if (result instanceof Result.RefusedByPeer refused) {
                Optional<Alert> alert = Alert.of(refused.alert());
                String word = alert.map(Alert::word).orElse("number " + refused.alert());
                EventExplanation why = told.map(event -> new EventExplanation(event, event, null))
                        .orElse(null);
                return new Said(
                        "refused",
                        "server",
                        alert,
                        told.flatMap(Event::reason).orElse(null),
                        told.flatMap(Event::detail)
                                .orElse("the server ended the handshake with alert " + word + " and gives no reason"),
                        why == null ? alert.map(AlertMeaning::fix).orElse(null) : why.fix(),
                        null);
            }
            if (result instanceof Result.RefusedHere refused) {
                Optional<Alert> alert = Alert.of(refused.alert());
                Verdict.Refused verdict =
                        report.verdict().orElse(null) instanceof Verdict.Refused because ? because : null;
                return new Said(
                        "refused",
                        "device",
                        alert,
                        verdict == null ? null : verdict.reason().id(),
                        verdict == null ? refused.detail() : verdict.detail(),
                        verdict == null ? alert.map(AlertMeaning::fix).orElse(null) : verdict.fix(),
                        null);
            }
            return new Said(
                    "failed",
                    null,
                    Optional.empty(),
                    "timeout",
                    ((Result.Failed) result).detail(),
                    "see that a DTLS server answers at " + address + ", and that UDP gets through",
                    null);
        }
    }

    private static void tell(Console console, RawPeer.Report report, Said said) {
        VerdictText.chain("server certificate", report.peerChain(), Instant.now())
                .forEach(console::say);
        report.verdict()
                .ifPresent(verdict ->
                        VerdictText.verdict(verdict, report.peerChain()).forEach(console::say));
        if (said.suite() != null) {
            console.say("ESTABLISHED with " + said.suite());
            return;
        }
        if ("device".equals(said.by()) && report.verdict().isPresent()) {
            return; // the verdict has said it all
        }
        console.say((said.by() == null ? "FAILED" : "REFUSED by the " + said.by())
                + said.alert().map(alert -> ": " + VerdictText.alert(alert)).orElse(""));
        Stream.of(new String[] {"reason", said.reason()}, new String[] {"because", said.detail()}, new String[] {
                    "fix", said.fix()
                })
                .filter(line -> line[1] != null)
                .forEach(line -> console.say(VerdictText.row(line[0], line[1])));
    }

    private static ObjectNode document(RawPeer.Report report, Optional<Event> told, Said said) {
        ObjectNode document = Console.json().createObjectNode();
        document.put("result", said.result()).put("refused_by", said.by()).put("reason", said.reason());
        if (said.alert().isPresent()) {
            VerdictDocument.alert(document, said.alert().get());
        } else {
            document.putNull("alert").putNull("alert_name").putNull("class");
        }
        document.put("cipher_suite", said.suite()).put("detail", said.detail()).put("fix", said.fix());
        document.put("server_certificates", report.peerChain().size());
        document.set(
                "server",
                report.verdict().isPresent()
                        ? VerdictDocument.of(report.verdict().get(), report.peerChain())
                        : document.nullNode());
        document.set("event", told.isPresent() ? EventExplanation.json(told.get()) : document.nullNode());
        return document;
    }
}
