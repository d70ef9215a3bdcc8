package dev.onboard.account.internal;

import dev.onboard.account.DeveloperCertificates;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.account.TrustedCertificate;
import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The developer certificates in the database. */
public final class StoredDevelopers implements DeveloperCertificates {
    private static final Duration TEN_YEARS = Duration.ofDays(3652);

    private final Storage storage;
    private final StoredTrust trusted;
    private final String accountId;
    private final Ids ids;
    private final InstantSource clock;
    private final SecureRandom random;

    public StoredDevelopers(
            Storage storage, StoredTrust trusted, String accountId, Ids ids, InstantSource clock, SecureRandom random) {
        this.storage = storage;
        this.trusted = trusted;
        this.accountId = accountId;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Developer create(String name, String description) {
        Credential credential = CertificateAuthority.selfSigned(
                CertificateRecipe.developer(ids.next())
                        .withOrganizationalUnit(accountId)
                        .withValidity(TEN_YEARS),
                clock,
                random);
        TrustedCertificate added = trusted.addDeveloper(
                NewTrustedCertificate.of(name, Service.BOOTSTRAP, credential.chain())
                        .describedAs(description),
                ids.next(),
                (handle, id) -> handle.createUpdate("""
                                INSERT INTO developer_certificate (id, certificate, private_key)
                                VALUES (:id, :certificate, :private_key)
                                """)
                        .bind("id", id)
                        .bind("certificate", DerChain.encode(credential.chain()))
                        .bind("private_key", credential.privateKeyPkcs8())
                        .execute());
        return new Developer(added, credential);
    }

    @Override
    public Optional<Developer> get(String id) {
        Optional<TrustedCertificate> found = trusted.get(id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        return storage.read(handle -> handle.createQuery("SELECT * FROM developer_certificate WHERE id = :id")
                        .bind("id", id)
                        .map((row, context) -> credential(row.getBytes("certificate"), row.getBytes("private_key")))
                        .findOne())
                .map(credential -> new Developer(found.get(), credential));
    }

    private static Credential credential(byte[] certificate, byte[] privateKey) {
        try {
            return Credential.of(
                    CredentialFiles.readPrivateKey(privateKey, "the database"),
                    List.copyOf(DerChain.decode(certificate)));
        } catch (UnreadableFileException e) {
            throw new IllegalStateException("the database holds a key that is not readable: " + e.getMessage(), e);
        }
    }
}
