package dev.onboard.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.Account;
import dev.onboard.account.AccountTrust;
import dev.onboard.account.IssuedCertificate;
import dev.onboard.account.Service;
import dev.onboard.explain.EventExplanation;
import dev.onboard.explain.Refusals;
import dev.onboard.explain.VerdictDocument;
import dev.onboard.http.SimulatedDevices.Simulated;
import dev.onboard.journal.Event;
import dev.onboard.journal.Journal;
import dev.onboard.journal.Outcome;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.PkiContents;
import dev.onboard.pki.Purpose;
import dev.onboard.pki.TrustAnchor;
import dev.onboard.pki.TrustPolicy;
import dev.onboard.pki.TrustRules;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.pki.Verdict;
import dev.onboard.pki.WrongPasswordException;
import io.javalin.http.Context;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /testbed/explain} and what is explained of single devices: {@code onboard explain}, for this testbed. */
final class ExplainDocuments {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private final Account account;
    private final Journal journal;
    private final InstantSource clock;
    private final SimulatedDevices simulated;
    private final Optional<ServerCredentials> servers;
    private final Remedy remedy;
    private final AccountTrust atBootstrap;
    private final AccountTrust atLwm2m;

    ExplainDocuments(
            Account account,
            Journal journal,
            InstantSource clock,
            SimulatedDevices simulated,
            Optional<ServerCredentials> servers) {
        this.account = account;
        this.journal = journal;
        this.clock = clock;
        this.simulated = simulated;
        this.servers = servers;
        this.remedy = new Remedy(account, simulated);
        this.atBootstrap = new AccountTrust(account, Service.BOOTSTRAP, TrustRules.USUAL);
        this.atLwm2m = new AccountTrust(account, Service.LWM2M, TrustRules.USUAL);
    }

    /** What is in a file, and what each party of this testbed would say of it. */
    void explain(Context ctx) {
        Body body = Body.of(ctx);
        String name = body.text("name").orElse("the file");
        String content = body.requiredText("content");
        String password = body.text("password").orElse("");
        Optional<Purpose> purpose = body.word(
                "purpose", ExplainDocuments::purpose, "device-bootstrap, device-lwm2m, bootstrap-server, lwm2m-server");
        body.done();
        PkiContents contents = read(name, content, password);
        Instant at = clock.instant();
        ObjectNode document = Json.object().put("name", name).put("format", contents.format());
        ArrayNode certificates = document.putArray("certificates");
        contents.certificates().forEach(der -> certificates.add(CertificateDocuments.of(der, at)));
        keys(contents, document.putArray("keys"));
        document.put("revocation_lists", contents.crls().size());
        ArrayNode verdicts = document.putArray("verdicts");
        if (!contents.certificates().isEmpty()) {
            List<Purpose> asked = purpose.map(List::of).orElseGet(() -> usual(contents));
            asked.forEach(each -> policy(each)
                    .ifPresent(policy -> verdicts.add(
                            verdict(each, policy.evaluate(contents.certificates(), at), contents.certificates()))));
        }
        Json.answer(ctx, 200, document);
    }

    private static Optional<Purpose> purpose(String word) {
        for (Purpose purpose : Purpose.values()) {
            if (purpose.word().equals(word) && purpose != Purpose.FIRMWARE_SIGNER) {
                return Optional.of(purpose);
            }
        }
        return Optional.empty();
    }

    private static PkiContents read(String name, String content, String password) {
        try {
            return CredentialFiles.read(Base64.getMimeDecoder().decode(content), name, password.toCharArray());
        } catch (WrongPasswordException e) {
            throw Problem.invalid("password", String.valueOf(e.getMessage()));
        } catch (UnreadableFileException e) {
            throw Problem.invalid("content", String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("content", "is not base64: " + e.getMessage());
        }
    }

    /** A CA is shown to nobody by itself; whatever else is judged as a device's, and as a server's where it says so. */
    private static List<Purpose> usual(PkiContents contents) {
        List<Purpose> purposes = new ArrayList<>(List.of(Purpose.DEVICE_AT_BOOTSTRAP, Purpose.DEVICE_AT_LWM2M));
        try {
            X509Certificate first = contents.x509Certificates().get(0);
            if (first.getBasicConstraints() >= 0) {
                return List.of();
            }
            List<String> usages = first.getExtendedKeyUsage();
            if (usages != null && usages.contains(SERVER_AUTH)) {
                purposes.add(Purpose.BOOTSTRAP_SERVER);
                purposes.add(Purpose.LWM2M_SERVER);
            }
            return purposes;
        } catch (UnreadableFileException | java.security.cert.CertificateParsingException e) {
            return purposes; // the verdicts say what is wrong with it
        }
    }

    private static void keys(PkiContents contents, ArrayNode target) {
        for (PrivateKey key : contents.privateKeys()) {
            @Nullable Integer owner = null;
            for (int i = 0; i < contents.certificates().size() && owner == null; i++) {
                try {
                    dev.onboard.pki.Credential.of(
                            key, contents.x509Certificates().subList(i, i + 1));
                    owner = i;
                } catch (IllegalArgumentException | UnreadableFileException e) {
                    owner = null; // not this one's
                }
            }
            target.addObject().put("algorithm", key.getAlgorithm()).put("certificate", owner);
        }
    }

    /** A server's certificate is judged as this testbed's devices judge it. */
    private Optional<TrustPolicy> policy(Purpose purpose) {
        return switch (purpose) {
            case DEVICE_AT_BOOTSTRAP -> Optional.of(atBootstrap.get());
            case DEVICE_AT_LWM2M -> Optional.of(atLwm2m.get());
            case BOOTSTRAP_SERVER -> servers.map(both -> server(purpose, both.bootstrap()));
            case LWM2M_SERVER -> servers.map(both -> server(purpose, both.lwm2m()));
            default -> Optional.empty();
        };
    }

    private static TrustPolicy server(Purpose purpose, ServerCredentials.Server server) {
        return TrustPolicy.forPurpose(purpose)
                .anchors(List.of(TrustAnchor.authority(purpose.word() + "-ca", server.authority())))
                .expectedName(server.uri().getHost())
                .build();
    }

    private static ObjectNode verdict(Purpose purpose, Verdict verdict, List<byte[]> chain) {
        ObjectNode document = Json.object().put("purpose", purpose.word());
        document.setAll(VerdictDocument.of(verdict, chain));
        return document;
    }

    /** Why a device was refused the last time, and the requests that repair it. */
    void device(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        List<Event> events;
        try (Stream<Event> all = journal.eventsOf(endpoint, Outcome.REFUSED)) {
            events = all.toList();
        }
        Refusals refusals = Refusals.of(events);
        List<Event> own = refusals.ofDevice(endpoint);
        if (own.isEmpty()) {
            throw Problem.notFound("the journal knows no device '" + endpoint + "'");
        }
        Optional<EventExplanation> last = EventExplanation.ofLast(own, refusals);
        EventExplanation why = last.orElseGet(() -> EventExplanation.of(own.get(own.size() - 1), refusals));
        ObjectNode document = why.document();
        document.set(
                "remedy",
                last.flatMap(refused -> remedy.of(endpoint, refused))
                        .<JsonNode>map(found -> found)
                        .orElseGet(document::nullNode));
        Json.answer(ctx, 200, document);
    }

    /** The certificates of a device, as far as this testbed knows them, before and after bootstrap. */
    void certificates(Context ctx) {
        String endpoint = ctx.pathParam("endpoint");
        Instant at = clock.instant();
        Optional<Simulated> device = simulated.device(endpoint);
        List<IssuedCertificate> issued = account.issuedCertificates().byEndpoint(endpoint);
        ObjectNode document = Json.object().put("endpoint", endpoint);
        document.set(
                "factory",
                CertificateDocuments.chain(device.map(Simulated::factoryChain).orElseGet(List::of), at));
        document.set(
                "lwm2m",
                CertificateDocuments.chain(
                        device.map(Simulated::lwm2mChain)
                                .filter(chain -> !chain.isEmpty())
                                .orElseGet(() -> issued.isEmpty()
                                        ? List.of()
                                        : issued.get(issued.size() - 1).chain()),
                        at));
        ArrayNode all = document.putArray("issued");
        List<IssuedCertificate> newestFirst = new ArrayList<>(issued);
        java.util.Collections.reverse(newestFirst);
        for (IssuedCertificate each : newestFirst) {
            all.addObject()
                    .put("serial", each.serial())
                    .put("generation", each.generation())
                    .put("issuer", each.certificate().getIssuerX500Principal().getName())
                    .put("created_at", Json.time(each.createdAt()))
                    .put(
                            "expires_at",
                            Json.time(each.certificate().getNotAfter().toInstant()))
                    .put(
                            "revoked_at",
                            each.revocation()
                                    .map(revocation -> Json.time(revocation.at()))
                                    .orElse(null));
        }
        Json.answer(ctx, 200, document);
    }
}
