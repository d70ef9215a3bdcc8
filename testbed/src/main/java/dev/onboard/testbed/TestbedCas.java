package dev.onboard.testbed;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.testbed.TestbedOptions.ServerCas;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * The testbed's own CAs: of the bootstrap server, of the LwM2M server (one and the same with {@link ServerCas#ONE}), and
 * the account's LwM2M device CA. Made once and kept in {@code DIR/ca}, keys 0600.
 */
record TestbedCas(
        CertificateAuthority bootstrapServer, CertificateAuthority lwm2mServer, CertificateAuthority lwm2mDevice) {

    static TestbedCas readOrMake(Path workDirectory, ServerCas serverCas, InstantSource clock, SecureRandom random)
            throws IOException {
        CaFiles bootstrapFiles = new CaFiles(
                WorkDirectory.privateDirectory(workDirectory.resolve("ca")).resolve("bootstrap-server-ca"));
        CaFiles lwm2mFiles = lwm2mServer(workDirectory);
        CertificateAuthority bootstrap = readOrMake(bootstrapFiles, "Bootstrap server CA", clock, random);
        CertificateAuthority lwm2m;
        if (serverCas == ServerCas.ONE && !lwm2mFiles.exist()) {
            lwm2mFiles.write(bootstrap.credential());
            lwm2m = bootstrap;
        } else {
            lwm2m = readOrMake(lwm2mFiles, "LwM2M server CA", clock, random);
        }
        if ((serverCas == ServerCas.ONE) != bootstrap.certificate().equals(lwm2m.certificate())) {
            throw new UsageException(workDirectory + " was made "
                    + (serverCas == ServerCas.ONE
                            ? "with two server CAs; leave --one-server-ca out"
                            : "with one server" + " CA; add --one-server-ca")
                    + ", or use another --work-dir");
        }
        return new TestbedCas(
                bootstrap, lwm2m, readOrMake(lwm2mDevice(workDirectory), "LwM2M device CA", clock, random));
    }

    /** Two server CAs and the device CA in a directory that several processes share; the first of them makes the CAs. */
    static TestbedCas shared(Path directory, InstantSource clock, SecureRandom random) throws IOException {
        return SharedFiles.alone(directory, () -> readOrMake(directory, ServerCas.SEPARATE, clock, random));
    }

    /** The files of the LwM2M server's CA. */
    static CaFiles lwm2mServer(Path workDirectory) {
        return new CaFiles(workDirectory.resolve("ca").resolve("lwm2m-server-ca"));
    }

    /** The files of the account's own LwM2M device CA. */
    static CaFiles lwm2mDevice(Path workDirectory) {
        return new CaFiles(workDirectory.resolve("ca").resolve("lwm2m-device-ca"));
    }

    private static CertificateAuthority readOrMake(CaFiles files, String name, InstantSource clock, SecureRandom random)
            throws IOException {
        files.settle();
        if (files.exist()) {
            return CertificateAuthority.of(files.read(), clock, random);
        }
        CertificateAuthority made = CertificateAuthority.root(CertificateRecipe.ca(name), clock, random);
        files.write(made.credential());
        return made;
    }
}
