package dev.onboard.testbed;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import dev.onboard.testbed.TestbedOptions.ApiTls;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who the management port shows itself as over TLS.
 *
 * @param credential its key and certificate
 * @param ca the file with the CA that clients trust, when it is the testbed's own
 */
record ApiIdentity(Credential credential, Optional<Path> ca) {
    private static final String NAME_CONSTRAINTS = "2.5.29.30";

    /** Empty when it speaks HTTP. */
    static Optional<ApiIdentity> of(
            TestbedOptions options, Path workDirectory, InstantSource clock, SecureRandom random) throws IOException {
        if (options.apiTls() instanceof ApiTls.Given given) {
            return Optional.of(new ApiIdentity(read(given), Optional.empty()));
        }
        if (options.apiTls() instanceof ApiTls.OwnCa) {
            return Optional.of(own(options, workDirectory, clock, random));
        }
        return Optional.empty();
    }

    private static Credential read(ApiTls.Given given) throws IOException {
        for (Path file : List.of(given.certificate(), given.key())) {
            if (!Files.isRegularFile(file)) {
                throw new UsageException(file + " is not a file; give PEM or DER with --api-cert and --api-key-file");
            }
        }
        try {
            return CredentialFiles.readCredential(given.certificate(), given.key());
        } catch (UnreadableFileException | IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The CA is kept while it may sign for the same hosts; the server's certificate is new at each start. */
    private static ApiIdentity own(TestbedOptions options, Path workDirectory, InstantSource clock, SecureRandom random)
            throws IOException {
        InetAddress[] addresses = addresses(options.bind());
        CertificateAuthority wanted = CertificateAuthority.root(
                CertificateRecipe.ca("Onboard management port CA")
                        .withPathLength(0)
                        .withPermittedHosts(List.of("localhost", options.host()), addresses),
                clock,
                random);
        Path directory = WorkDirectory.privateDirectory(workDirectory.resolve("ca"));
        Path certificate = directory.resolve("api-root.cert.pem");
        Path key = directory.resolve("api-root.key.pem");
        CertificateAuthority authority = wanted;
        Optional<Credential> kept = Files.exists(certificate)
                ? Optional.of(CredentialFiles.readCredential(certificate, key))
                        .filter(old -> sameHosts(old.certificate(), wanted.certificate()))
                : Optional.empty();
        if (kept.isPresent()) {
            authority = CertificateAuthority.of(kept.get(), clock, random);
        } else {
            // the key first: a certificate in place means that both are
            CredentialFiles.writePrivateKey(key, wanted.credential().privateKey());
            CredentialFiles.writeCertificates(certificate, List.of(wanted.certificate()));
        }
        CertificateRecipe server = CertificateRecipe.server(options.host(), addresses);
        return new ApiIdentity(
                authority.issue(options.host().equals("localhost") ? server : server.withDnsNames("localhost")),
                Optional.of(certificate));
    }

    private static boolean sameHosts(X509Certificate one, X509Certificate other) {
        return Arrays.equals(one.getExtensionValue(NAME_CONSTRAINTS), other.getExtensionValue(NAME_CONSTRAINTS));
    }

    private static InetAddress[] addresses(InetAddress bind) throws IOException {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        addresses.add(InetAddress.getByName("127.0.0.1"));
        addresses.add(InetAddress.getByName("::1"));
        if (!bind.isAnyLocalAddress()) {
            addresses.add(bind);
        }
        return addresses.toArray(new InetAddress[0]);
    }
}
