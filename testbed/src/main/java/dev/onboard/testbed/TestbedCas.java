package dev.onboard.testbed;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.TestbedOptions.ServerCas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * The testbed's own CAs: of the bootstrap server, of the LwM2M server (one and the same with {@link ServerCas#ONE}), and
 * the account's LwM2M device CA. Made once and kept in {@code DIR/ca}, keys 0600.
 */
record TestbedCas(
        CertificateAuthority bootstrapServer, CertificateAuthority lwm2mServer, CertificateAuthority lwm2mDevice) {

    static TestbedCas readOrMake(Path workDirectory, ServerCas serverCas, InstantSource clock, SecureRandom random)
            throws IOException {
        Path ca = WorkDirectory.privateDirectory(workDirectory.resolve("ca"));
        CertificateAuthority bootstrap =
                readOrMake(ca.resolve("bootstrap-server-ca"), "Bootstrap server CA", clock, random);
        CertificateAuthority lwm2m;
        if (serverCas == ServerCas.ONE && !Files.exists(file(ca.resolve("lwm2m-server-ca"), ".cert.pem"))) {
            write(ca.resolve("lwm2m-server-ca"), bootstrap.credential());
            lwm2m = bootstrap;
        } else {
            lwm2m = readOrMake(ca.resolve("lwm2m-server-ca"), "LwM2M server CA", clock, random);
        }
        if ((serverCas == ServerCas.ONE) != bootstrap.certificate().equals(lwm2m.certificate())) {
            throw new UsageException(workDirectory + " was made "
                    + (serverCas == ServerCas.ONE
                            ? "with two server CAs; leave --one-server-ca out"
                            : "with one server" + " CA; add --one-server-ca")
                    + ", or use another --work-dir");
        }
        return new TestbedCas(
                bootstrap, lwm2m, readOrMake(ca.resolve("lwm2m-device-ca"), "LwM2M device CA", clock, random));
    }

    /** Those of both servers, each once. */
    List<X509Certificate> serverCertificates() {
        return Stream.of(bootstrapServer.certificate(), lwm2mServer.certificate())
                .distinct()
                .toList();
    }

    private static CertificateAuthority readOrMake(Path base, String name, InstantSource clock, SecureRandom random)
            throws IOException {
        Path certificate = file(base, ".cert.pem");
        Path key = file(base, ".key.pem");
        if (Files.exists(certificate)) {
            return CertificateAuthority.of(CredentialFiles.readCredential(certificate, key), clock, random);
        }
        CertificateAuthority made = CertificateAuthority.root(CertificateRecipe.ca(name), clock, random);
        write(base, made.credential());
        return made;
    }

    private static void write(Path base, Credential credential) throws IOException {
        // the key first: a certificate in place means that both are
        CredentialFiles.writePrivateKey(file(base, ".key.pem"), credential.privateKey());
        CredentialFiles.writeCertificates(file(base, ".cert.pem"), List.of(credential.certificate()));
    }

    private static Path file(Path base, String suffix) {
        return base.resolveSibling(base.getFileName() + suffix);
    }
}
