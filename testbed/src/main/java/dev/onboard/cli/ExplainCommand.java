package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.explain.VerdictDocument;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.EndpointIdentity;
import dev.onboard.pki.EndpointMatch;
import dev.onboard.pki.NamePolicy;
import dev.onboard.pki.Profile;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.Revocation;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.Verdict;
import dev.onboard.testbed.UsageException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code onboard explain}: whether a chain is trusted, and if not, why and what to do. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Whether a certificate chain is trusted, and if not, the first rule that failed and the fix.",
            "Reads PEM, DER, PKCS#12, hex and base64. Exit code: 0 trusted, 1 refused, 2 usage."
        },
        subcommands = {ExplainConnectCommand.class, ExplainEventCommand.class, ExplainDeviceCommand.class})
final class ExplainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--chain", paramLabel = "FILE", description = "What the peer sends, its own certificate first")
    private List<Path> chain = List.of();

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "Trusted certificates. With --usage the first one is what the device was given in /0/x/4")
    private List<Path> trust = List.of();

    @Option(names = "--crl", paramLabel = "FILE", description = "Revocation lists")
    private List<Path> crls = List.of();

    @Option(
            names = "--revocation",
            paramLabel = "off|soft-fail|hard-fail",
            description = "What becomes of a certificate without a usable list. Default: hard-fail with --crl")
    private @Nullable String revocation;

    @Option(
            names = "--purpose",
            paramLabel = "P",
            description = "device-bootstrap, device-lwm2m, bootstrap-server, lwm2m-server or firmware")
    private @Nullable String purpose;

    @Option(names = "--endpoint", paramLabel = "NAME", description = "The endpoint name the device asks as")
    private @Nullable String endpoint;

    @Option(names = "--server-name", paramLabel = "N", description = "The name or address the server was reached at")
    private @Nullable String serverName;

    @Option(names = "--account", paramLabel = "ID", description = "The account id that OU must be (profile izuma)")
    private @Nullable String account;

    @Option(names = "--usage", paramLabel = "0..3", description = "Certificate Usage of what the device was given")
    private @Nullable Integer usage;

    @Option(names = "--at", paramLabel = "TIME", description = "As 2026-03-01T12:00:00Z. Default: now")
    private @Nullable String at;

    @Option(
            names = "--profile",
            paramLabel = "P",
            defaultValue = "device",
            description = "rfc5280, device, strict, izuma or lenient. Default: ${DEFAULT-VALUE}")
    private String profile;

    @Option(names = "--corpus", paramLabel = "FILE", description = "Judge cases in the x509-limbo schema instead")
    private @Nullable Path corpus;

    @Option(names = "--json", description = "Print the verdict as one JSON document (a corpus: one line a case).")
    private boolean json;

    @Mixin
    private ChainFiles files;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        Profile rules = parse("--profile", () -> Profile.parse(profile));
        Instant time = at == null ? Instant.now() : Times.parse("--at", at);
        if (corpus != null) {
            return ExplainCorpus.run(corpus, rules, time, console);
        }
        if (chain.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "what? Give --chain FILE, --corpus FILE, or 'connect', 'event' or 'device'");
        }
        String word = purpose;
        if (word == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--purpose is missing; one of device-bootstrap, device-lwm2m, bootstrap-server, lwm2m-server, firmware");
        }
        Purpose shownFor = parse("--purpose", () -> Purpose.parse(word));
        checkTogether(shownFor);
        List<byte[]> sent = files.chain(chain);
        Verdict verdict = identified(policy(shownFor, rules, sent).evaluate(sent, time), shownFor);
        JsonNode document = VerdictDocument.of(verdict, sent);
        if (!console.isJson()) {
            VerdictText.chain("certificate", sent, time).forEach(console::say);
            VerdictText.verdict(verdict, sent).forEach(console::say);
        }
        console.document(document);
        return verdict instanceof Verdict.Trusted ? 0 : 1;
    }

    private void checkTogether(Purpose shownFor) {
        if (endpoint != null && !shownFor.isDevice()) {
            throw new UsageException("--endpoint is a device's; with --purpose " + shownFor.word() + " nobody asks as '"
                    + endpoint + "'. Leave it out");
        }
        if (serverName != null && !shownFor.isServer()) {
            throw new UsageException("--server-name is a server's; leave it out with --purpose " + shownFor.word());
        }
        if (usage != null && !shownFor.isServer()) {
            throw new UsageException(
                    "--usage says how a device checks a server; leave it out with --purpose " + shownFor.word());
        }
        if (usage != null && trust.isEmpty()) {
            throw new UsageException("--usage needs --trust FILE: the certificate the device was given");
        }
    }

    private TrustPolicy policy(Purpose shownFor, Profile rules, List<byte[]> sent) {
        List<TrustAnchor> anchors = files.anchors(trust);
        List<byte[]> lists = files.crls(crls);
        TrustPolicy.Builder policy = TrustPolicy.forPurpose(shownFor)
                .profile(rules)
                .anchors(anchors.stream().map(anchor -> pinned(anchor, sent)).toList())
                .crls(lists)
                .revocation(revocation(lists));
        if (serverName != null) {
            policy.expectedName(serverName);
        }
        if (account != null) {
            policy.account(account);
        }
        Integer number = usage;
        if (number != null) {
            policy.usage(parse("--usage", () -> CertificateUsage.of(number)))
                    .pinned(encoded(anchors.get(0).certificate()));
        }
        return policy.build();
    }

    private Revocation revocation(List<byte[]> lists) {
        String word = revocation;
        if (word == null) {
            return lists.isEmpty() ? Revocation.OFF : Revocation.HARD_FAIL;
        }
        for (Revocation mode : Revocation.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word)) {
                return mode;
            }
        }
        throw new UsageException("--revocation '" + word + "' is none; give off, soft-fail or hard-fail");
    }

    /** A trusted certificate that is the peer's own and no CA is trusted itself and issues nothing. */
    private static TrustAnchor pinned(TrustAnchor anchor, List<byte[]> sent) {
        X509Certificate certificate = anchor.certificate();
        if (certificate.getBasicConstraints() >= 0 || !Arrays.equals(encoded(certificate), sent.get(0))) {
            return anchor;
        }
        return new TrustAnchor(anchor.id(), certificate, List.of(), TrustAnchor.Kind.PINNED);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new UsageException(
                    "the certificate of " + certificate.getSubjectX500Principal() + " cannot be encoded: "
                            + e.getMessage(),
                    e);
        }
    }

    /** The identity comes after the chain, as it does at the servers. */
    private Verdict identified(Verdict verdict, Purpose shownFor) {
        if (endpoint != null && shownFor.isDevice() && verdict instanceof Verdict.Trusted trusted) {
            EndpointMatch match = EndpointIdentity.match(trusted.leaf(), endpoint, NamePolicy.COMMON_NAME_OR_URI);
            if (match instanceof EndpointMatch.Refused refused) {
                return Verdict.Refused.of(trusted, refused);
            }
        }
        return verdict;
    }

    static <T> T parse(String option, Callable<T> value) {
        try {
            return value.call();
        } catch (Exception e) {
            throw new UsageException(option + ": " + e.getMessage(), e);
        }
    }
}
