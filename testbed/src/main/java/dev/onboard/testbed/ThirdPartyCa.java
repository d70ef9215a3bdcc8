package dev.onboard.testbed;

import dev.onboard.account.AccountException;
import dev.onboard.account.Issuers;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Query;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Fingerprint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * A CA that is neither the account's nor the factory's, for a demo: {@code DIR/ca/third-party-ca.*}, with which {@code openssl} signs
 * as an issuer's command.
 */
public final class ThirdPartyCa {
    private static final String NAME = "Third-party CA";
    private static final String ISSUER = "third-party";
    private static final String EXTENSIONS = """
            basicConstraints=critical,CA:FALSE
            keyUsage=critical,digitalSignature
            extendedKeyUsage=clientAuth
            authorityKeyIdentifier=keyid
            subjectKeyIdentifier=hash
            """;

    private final X509Certificate certificate;

    private ThirdPartyCa(X509Certificate certificate) {
        this.certificate = certificate;
    }

    /**
     * Makes the CA, unless an earlier run did, and the command, which the next testbed in this directory has as an issuer.
     *
     * @throws UsageException when the directory cannot be had
     */
    public static ThirdPartyCa in(Path workDirectory, InstantSource clock, SecureRandom random) {
        try (WorkDirectory open = WorkDirectory.open(workDirectory)) {
            Path base =
                    WorkDirectory.privateDirectory(open.path().resolve("ca")).resolve("third-party-ca");
            CaFiles files = new CaFiles(base);
            if (!files.exist()) {
                files.write(CertificateAuthority.root(CertificateRecipe.ca(NAME), clock, random)
                        .credential());
            }
            Path extensions = base.resolveSibling("third-party-ca.device.cnf");
            WorkDirectory.write(extensions, EXTENSIONS.getBytes(StandardCharsets.US_ASCII));
            IssuerCommands.write(
                    open.path(),
                    ISSUER,
                    List.of(
                            "openssl",
                            "x509",
                            "-req",
                            "-sha256",
                            "-days",
                            "365",
                            "-CA",
                            files.certificate().toString(),
                            "-CAkey",
                            files.key().toString(),
                            "-extfile",
                            extensions.toString()));
            return new ThirdPartyCa(files.read().certificate());
        } catch (IOException e) {
            throw new UsageException(
                    "the third-party CA cannot be kept in " + workDirectory + ": " + e.getMessage(), e);
        }
    }

    /**
     * Uploads the CA for {@code lwm2m} and has it sign LwM2M certificates from now on.
     *
     * @throws UsageException when it does not sign the certificate that is asked of it on trial
     */
    public void activate(Testbed testbed) {
        try {
            upload(testbed);
            Issuers issuers = testbed.account().issuers();
            String id = issuers.list(Query.all().where("name", ISSUER))
                    .entries()
                    .get(0)
                    .id();
            issuers.reconfigure(issuers.lwm2m().id(), Optional.of(id));
        } catch (AccountException e) {
            throw new UsageException(
                    "the third-party CA, which 'openssl' signs for, is no issuer: " + e.getMessage(), e);
        }
    }

    private void upload(Testbed testbed) {
        String fingerprint = Fingerprint.sha256(certificate);
        if (testbed.account().trustedCertificates().list().stream()
                .map(TrustedCertificate::fingerprint)
                .noneMatch(fingerprint::equals)) {
            testbed.account()
                    .trustedCertificates()
                    .add(NewTrustedCertificate.of(NAME, Service.LWM2M, List.of(certificate)));
        }
    }
}
