package dev.onboard.bootstrap.internal;

import dev.onboard.bootstrap.LwM2mServerAccount;
import dev.onboard.pki.CertificateUsage;
import dev.onboard.pki.Credential;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.node.LwM2mObjectInstance;
import org.eclipse.leshan.core.node.LwM2mPath;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.request.BootstrapDeleteRequest;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapFinishRequest;
import org.eclipse.leshan.core.request.BootstrapWriteRequest;
import org.eclipse.leshan.core.request.ContentFormat;

/**
 * What one bootstrap delivers, in order: Delete /0, Delete /1, Write /0/x, Write /1/0, Finish (OMA LwM2M Core 6.1.7).
 *
 * <p>The security instance is never the bootstrap server's own: Discover tells which that is, and where a device answers
 * no usable Discover, 0 is written, because the devices that do so keep their bootstrap account elsewhere. The server
 * instance is 0: some devices accept no other. Both are written whole, since a write removes what it does not carry.
 * With our own issuer and endpoint names of at most 32 characters the security instance fits one block of 1,024 bytes.
 */
record BootstrapPlan(List<BootstrapDownlinkRequest<?>> requests) {
    private static final int URI = 0;
    private static final int BOOTSTRAP_SERVER = 1;
    private static final int SECURITY_MODE = 2;
    private static final int PUBLIC_KEY_OR_IDENTITY = 3;
    private static final int SERVER_PUBLIC_KEY = 4;
    private static final int SECRET_KEY = 5;
    private static final int SHORT_SERVER_ID = 10;
    private static final int CERTIFICATE_USAGE = 15;
    private static final int CERTIFICATE_MODE = 2;

    /** The plan for a device whose Discover of /0 answered these links; none when it answered nothing usable. */
    static BootstrapPlan of(Credential lwm2m, LwM2mServerAccount server, ContentFormat format, List<Link> discovered) {
        int instance = freeSecurityInstance(discovered);
        return new BootstrapPlan(List.of(
                new BootstrapDeleteRequest("/0"),
                new BootstrapDeleteRequest("/1"),
                new BootstrapWriteRequest(new LwM2mPath(0, instance), security(instance, lwm2m, server), format),
                new BootstrapWriteRequest(new LwM2mPath(1, 0), server(server), format),
                new BootstrapFinishRequest()));
    }

    private static LwM2mObjectInstance security(int instance, Credential lwm2m, LwM2mServerAccount server) {
        try {
            return new LwM2mObjectInstance(
                    instance,
                    LwM2mSingleResource.newStringResource(URI, server.uri().toString()),
                    LwM2mSingleResource.newBooleanResource(BOOTSTRAP_SERVER, false),
                    LwM2mSingleResource.newIntegerResource(SECURITY_MODE, CERTIFICATE_MODE),
                    LwM2mSingleResource.newBinaryResource(
                            PUBLIC_KEY_OR_IDENTITY, lwm2m.certificate().getEncoded()),
                    LwM2mSingleResource.newBinaryResource(
                            SERVER_PUBLIC_KEY, server.serverCa().getEncoded()),
                    LwM2mSingleResource.newBinaryResource(SECRET_KEY, lwm2m.privateKeyPkcs8()),
                    LwM2mSingleResource.newIntegerResource(SHORT_SERVER_ID, server.shortServerId()),
                    LwM2mSingleResource.newUnsignedIntegerResource(
                            CERTIFICATE_USAGE, (long) CertificateUsage.TRUST_ANCHOR_ASSERTION.number()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours has no encoding", e);
        }
    }

    private static LwM2mObjectInstance server(LwM2mServerAccount server) {
        return new LwM2mObjectInstance(
                0,
                LwM2mSingleResource.newIntegerResource(0, server.shortServerId()),
                LwM2mSingleResource.newIntegerResource(1, server.lifetime().toSeconds()),
                LwM2mSingleResource.newBooleanResource(6, true),
                LwM2mSingleResource.newStringResource(7, "U"));
    }

    /** The lowest id that is not the bootstrap server's instance, which is the one without a short server id. */
    private static int freeSecurityInstance(List<Link> discovered) {
        for (int instance = 0; ; instance++) {
            String path = "/0/" + instance;
            boolean bootstrapServer = discovered.stream()
                    .anyMatch(link -> link.getUriReference().equals(path)
                            && link.getAttributes().get("ssid") == null);
            if (!bootstrapServer) {
                return instance;
            }
        }
    }
}
