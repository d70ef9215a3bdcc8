package dev.onboard.device.internal;

import dev.onboard.device.DeviceOptions;
import dev.onboard.device.EnrolmentDialect;
import dev.onboard.device.Failure;
import dev.onboard.device.Failure.Outlook;
import dev.onboard.factory.DeviceBundle;
import dev.onboard.journal.Event;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateBag;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.CertificationRequest;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.EnrolmentFault;
import dev.onboard.pki.GeneratedCredential;
import dev.onboard.pki.KeyAlgorithm;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.pki.Verdict;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.californium.core.coap.CoAP.ResponseCode;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.elements.auth.X509CertPath;

/**
 * The device makes its LwM2M key and has it certified over the session it bootstraps in (security mode 4). In the dialect of
 * RFC 9148 it first asks for the certificates to trust ({@code crts}) and goes on only with a server that they vouch for
 * (9.1); then it sends its request ({@code sen}). In the platform's dialect, told by the id that came with Finish, it sends
 * its request to {@code /est/sen} and gets a list. An answer that is put off (5.03 with Max-Age) is waited for, and the very
 * same request sent again (4.7). A renewal goes to {@code sren}, or the
 * platform's {@code /est/sen}, of the LwM2M server, for the names of the certificate that the session was opened with. The key
 * leaves the device in none.
 *
 * <p>In the dialect of RFC 9148 a device may have the server make the key instead ({@code skg}, 4.8): the request is the
 * same, signed by a key that is thrown away. Thread-safe.
 */
final class Enrolment {
    private static final int REQUEST = 286;
    private static final int CERTIFICATES = 281;
    private static final String SKG = "/.well-known/est/skg";
    /** So often is a request sent that the server puts off. */
    private static final int ATTEMPTS = 5;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Surroundings surroundings;
    private final Link link;
    private final DeviceBundle bundle;
    private final DeviceOptions options;
    private final Told told;
    private final EnrolmentDialect dialect;
    private final Optional<String> deviceId;
    private final Outcome outcome;
    private final KeyPair keys = KeyAlgorithm.P256.generate(RANDOM);
    private final long startNanos = System.nanoTime();

    /** What comes of it, told once. */
    interface Outcome {
        /** A key and a certificate for it; what it says has not been judged. */
        void certified(Credential credential);

        /** There is none. */
        void failed(Failure failure);
    }

    /** @param deviceId from the platform's Finish */
    Enrolment(
            Surroundings surroundings,
            Link link,
            DeviceBundle bundle,
            DeviceOptions options,
            Told told,
            EnrolmentDialect dialect,
            Optional<String> deviceId,
            Outcome outcome) {
        this.surroundings = surroundings;
        this.link = link;
        this.bundle = bundle;
        this.options = options;
        this.told = told;
        this.dialect = dialect;
        this.deviceId = deviceId;
        this.outcome = outcome;
    }

    /** Renews this certificate in the session that it proves: the same names, another key. */
    void renew(X509Certificate present) {
        ask(
                isPlatforms() ? "/est/sen" : isMadeByServer() ? SKG : "/.well-known/est/sren",
                CertificationRequest.renewing(present, keys),
                1);
    }

    /** Whether the device asks for a key, too. */
    private boolean isMadeByServer() {
        return !isPlatforms() && options.enrolmentKey() == DeviceOptions.EnrolmentKey.EST_SERVER;
    }

    private boolean isPlatforms() {
        return dialect == EnrolmentDialect.PLATFORM;
    }

    /** Begins. */
    void start() {
        byte[] request = CertificationRequest.encode(subject(), keys);
        if (isPlatforms()) {
            ask("/est/sen", request, 1);
        } else {
            trust(request);
        }
    }

    private CertificateRecipe subject() {
        CertificateRecipe subject = CertificateRecipe.device(bundle.endpoint().value());
        return deviceId.map(subject::withLocality).orElse(subject);
    }

    private void trust(byte[] request) {
        Request crts = Request.newGet();
        crts.getOptions().setUriPath("/.well-known/est/crts").setAccept(CERTIFICATES);
        link.send(crts, Stage.ENROLLED, options.patience(), new Step("GET crts") {
            @Override
            void good(Response response) throws EnrolmentFault {
                List<X509Certificate> trusted = CertificateBag.read(response.getPayload());
                if (!vouchedFor(response, trusted)) {
                    throw new EnrolmentFault(
                            "est-server-not-trusted",
                            "none of the " + trusted.size() + " certificates that the server gave to be trusted leads"
                                    + " to its own; a device goes on only with a server they vouch for (RFC 9148, 9.1)");
                }
                surroundings
                        .journal()
                        .record(event("/.well-known/est/crts").fact("certificates", Integer.toString(trusted.size())));
                ask(isMadeByServer() ? SKG : "/.well-known/est/sen", request, 1);
            }
        });
    }

    private boolean vouchedFor(Response response, List<X509Certificate> trusted) {
        List<byte[]> shown = new ArrayList<>();
        if (response.getSourceContext().getPeerIdentity() instanceof X509CertPath path) {
            path.getPath().getCertificates().forEach(certificate -> shown.add(encoded((X509Certificate) certificate)));
        }
        String host = bundle.serverUri().getHost();
        return trusted.stream()
                .anyMatch(ca -> surroundings
                                .policies()
                                .bootstrapServer(ca, host, options.rules())
                                .evaluate(shown, options.clock().instant())
                        instanceof Verdict.Trusted);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate that was read cannot be encoded", e);
        }
    }

    private void ask(String path, byte[] request, int attempt) {
        Request sen = Request.newPost();
        sen.getOptions().setUriPath(path);
        if (!isPlatforms()) {
            sen.getOptions()
                    .setContentFormat(REQUEST)
                    .setAccept(isMadeByServer() ? GeneratedCredential.CONTENT_FORMAT : CERTIFICATES);
        }
        sen.setPayload(request);
        link.send(sen, Stage.ENROLLED, options.patience(), new Step("POST " + path) {
            @Override
            void good(Response response) throws EnrolmentFault {
                byte[] body = response.getPayloadSize() == 0 ? new byte[0] : response.getPayload();
                Credential credential = isMadeByServer() ? generated(response, body) : certified(response, body);
                surroundings
                        .journal()
                        .record(event(path)
                                .fact(
                                        "serial",
                                        credential
                                                .certificate()
                                                .getSerialNumber()
                                                .toString(16)));
                outcome.certified(credential);
            }

            @Override
            boolean isPutOff(Response response) {
                if (response.getCode() != ResponseCode.SERVICE_UNAVAILABLE || attempt >= ATTEMPTS) {
                    return false;
                }
                Duration pause = Duration.ofSeconds(response.getOptions().getMaxAge());
                surroundings
                        .journal()
                        .record(event(path)
                                .failed("put-off")
                                .detail("the server has no certificate yet; the same request goes out again in "
                                        + pause.toSeconds() + " s, " + (ATTEMPTS - attempt) + " times at most"));
                surroundings.after(pause, () -> ask(path, request, attempt + 1));
                return true;
            }
        });
    }

    private Credential certified(Response response, byte[] body) throws EnrolmentFault {
        List<X509Certificate> came;
        if (isPlatforms()) {
            came = list(body);
        } else {
            checkFormat(response, CERTIFICATES);
            came = CertificateBag.read(body);
        }
        return Credential.of(keys, CertificateBag.chain(keys.getPublic(), came));
    }

    private static Credential generated(Response response, byte[] body) throws EnrolmentFault {
        checkFormat(response, GeneratedCredential.CONTENT_FORMAT);
        return GeneratedCredential.read(body);
    }

    private static void checkFormat(Response response, int asked) throws EnrolmentFault {
        if (response.getOptions().getContentFormat() != asked) {
            throw new EnrolmentFault(
                    EnrolmentFault.MALFORMED,
                    "the answer has the content format " + response.getOptions().getContentFormat() + ", where " + asked
                            + " was asked for");
        }
    }

    /** Octet 1, how many, then for each its length in two octets and its DER. */
    private static List<X509Certificate> list(byte[] body) throws EnrolmentFault {
        List<X509Certificate> certificates = new ArrayList<>();
        int at = 2;
        while (at + 2 <= body.length && body[0] == 1) {
            int end = at + 2 + ((body[at] & 0xff) << 8 | body[at + 1] & 0xff);
            if (end > body.length) {
                break;
            }
            try {
                certificates.addAll(
                        CredentialFiles.readCertificates(Arrays.copyOfRange(body, at + 2, end), "the answer"));
            } catch (UnreadableFileException e) {
                throw new EnrolmentFault(EnrolmentFault.MALFORMED, String.valueOf(e.getMessage()));
            }
            at = end;
        }
        if (at != body.length || certificates.isEmpty() || certificates.size() != body[1]) {
            throw new EnrolmentFault(
                    EnrolmentFault.MALFORMED,
                    "the answer of " + body.length + " octets is no list of certificates: octet 1, how many, and for"
                            + " each its length in two octets and its DER");
        }
        return certificates;
    }

    private Event.Draft event(String path) {
        return told.of(Stage.ENROLLED)
                .took(Duration.ofNanos(System.nanoTime() - startNanos))
                .fact("path", path);
    }

    /** One request and what may come of it. */
    private abstract class Step implements Link.Reply {
        private final String what;

        Step(String what) {
            this.what = what;
        }

        abstract void good(Response response) throws EnrolmentFault;

        boolean isPutOff(Response response) {
            return false;
        }

        @Override
        public void answered(Response response) {
            if (isPutOff(response)) {
                return;
            }
            if (!response.isSuccess()) {
                outcome.failed(link.refusal(Stage.ENROLLED, what, response));
                return;
            }
            try {
                good(response);
            } catch (EnrolmentFault fault) {
                outcome.failed(Failure.refused(
                        Stage.ENROLLED,
                        Party.DEVICE,
                        fault.reason(),
                        String.valueOf(fault.getMessage()),
                        Outlook.PERMANENT));
            }
        }

        @Override
        public void failed(Failure failure) {
            outcome.failed(failure);
        }
    }
}
