package dev.onboard.device.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.factory.DeviceBundle;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.factory.DeviceMode;
import dev.onboard.factory.EndpointName;
import dev.onboard.factory.SentChain;
import dev.onboard.fuzz.Fuzzer;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.leshan.core.node.LwM2mNode;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a bootstrap writes to a device, in each format, held to {@link Fuzzer}: it makes an account, or is refused with a reason. */
class DeliveryFuzzTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final CertificateAuthority CA =
            CertificateAuthority.root(CertificateRecipe.ca("CA"), CLOCK, new SecureRandom());
    private static final Credential OWN = CA.issue(CertificateRecipe.device("meter-7"));
    private static final DeviceBundle BUNDLE = new DeviceBundle(
            EndpointName.of("meter-7"),
            DeviceMode.BOOTSTRAP,
            OWN,
            URI.create("coaps://localhost:5784"),
            CA.certificate(),
            List.of(),
            CA.certificate(),
            DeviceIdentity.simulated("meter-7"),
            SentChain.all());
    private static final LwM2mPath SECURITY = new LwM2mPath(0, 1);
    private static final LwM2mPath SERVER = new LwM2mPath(1, 1);

    /** What was written, or what it would make of the device, was refused. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String reason, String detail) {
            super(detail);
            setStackTrace(new StackTraceElement[] {new StackTraceElement("delivery", reason, "", 1)});
        }
    }

    private static LwM2mObjectInstance security() throws Exception {
        return new LwM2mObjectInstance(
                1,
                LwM2mSingleResource.newStringResource(0, "coaps://localhost:5684"),
                LwM2mSingleResource.newBooleanResource(1, false),
                LwM2mSingleResource.newIntegerResource(2, 2),
                LwM2mSingleResource.newBinaryResource(3, OWN.certificate().getEncoded()),
                LwM2mSingleResource.newBinaryResource(4, CA.certificate().getEncoded()),
                LwM2mSingleResource.newBinaryResource(5, OWN.privateKeyPkcs8()),
                LwM2mSingleResource.newIntegerResource(10, 1),
                LwM2mSingleResource.newUnsignedIntegerResource(15, ULong.valueOf(2)));
    }

    private static LwM2mObjectInstance server() {
        return new LwM2mObjectInstance(
                1,
                LwM2mSingleResource.newIntegerResource(0, 1),
                LwM2mSingleResource.newIntegerResource(1, 300),
                LwM2mSingleResource.newBooleanResource(6, true),
                LwM2mSingleResource.newStringResource(7, "U"));
    }

    @ParameterizedTest
    @ValueSource(ints = {110, 112, 11542, 11543})
    void securityInstances(int format) throws Exception {
        byte[] server = Codecs.encode(server(), format, SERVER);
        fuzz(format, "the Security object", SECURITY, security(), input -> judged(format, input, server));
    }

    @ParameterizedTest
    @ValueSource(ints = {110, 112, 11542, 11543})
    void serverInstances(int format) throws Exception {
        byte[] security = Codecs.encode(security(), format, SECURITY);
        fuzz(format, "the Server object", SERVER, server(), input -> judged(format, security, input));
    }

    private static void fuzz(int format, String what, LwM2mPath path, LwM2mNode good, Fuzzer.Reader reader) {
        Fuzzer.of("bootstrap writes of " + what + " in format " + format, reader, Refused.class)
                .run(400, List.of(Codecs.encode(good, format, path)));
    }

    private static void judged(int format, byte[] security, byte[] server) throws Refused {
        Staging staging = new Staging(BUNDLE, Optional.empty());
        written(staging.write(SECURITY, format, security));
        written(staging.write(SERVER, format, server));
        staging.write(new LwM2mPath(0), format, security); // the object, whose instances the body names
        assertThat(staging.discover(LwM2mPath.ROOTPATH).isSuccess()).isTrue();
        assertThat(staging.read(new LwM2mPath(1), OptionalInt.empty())).isNotNull();
        if (staging.judge(NOW) instanceof Delivery.Unusable unusable) {
            throw new Refused(unusable.reason(), unusable.detail());
        }
    }

    private static void written(Answer answer) throws Refused {
        if (!answer.isSuccess()) {
            throw new Refused(answer.code().text, answer.sentence());
        }
    }
}
