package dev.onboard.account;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The enrolment list: the devices that CAs in enrolment mode admit, by the SHA-256 of their factory certificates (first
 * to claim); and the devices that were denied because they were not on it. Thread-safe.
 */
public interface Enrollments {
    /**
     * A device on the list.
     *
     * @param identity {@code A-} and 32 octets in upper-case hexadecimal with colons between them
     * @param deviceId the device that came with it
     * @param claimedAt when it came first
     * @param expiresAt when an unclaimed entry is good for nothing any more
     */
    record Enrollment(
            String id,
            String identity,
            Optional<String> deviceId,
            Optional<Instant> claimedAt,
            Optional<Instant> expiresAt,
            Instant createdAt) {}

    /** A device that was denied. */
    record Denial(String id, String endpoint, String trustedCertificateId, Instant createdAt) {}

    /** What a list of identities is for. */
    enum JobKind {
        UPLOAD,
        DELETE
    }

    /**
     * What became of a list of identities.
     *
     * @param total how many there were
     * @param errors how many were refused
     * @param report CSV: a line for each identity with what became of it
     */
    record Job(String id, JobKind kind, int total, int errors, String report, Instant createdAt, Instant completedAt) {}

    /**
     * Puts a device on the list.
     *
     * @throws AccountException when the identity has another form, or is on the list
     */
    Enrollment add(String identity);

    /** Takes a device off the list: it is refused from its next bootstrap on. Throws {@link AccountException} when there is none with this id. */
    void remove(String id);

    /** The entry with this id. */
    Optional<Enrollment> get(String id);

    /** A page of the list. Fields: {@code enrollment_identity}, {@code created_at}. */
    Page<Enrollment> list(Query query);

    /** Puts all these identities on the list, or takes them off; one that is refused does not hinder the others. */
    Job run(JobKind kind, List<String> identities);

    /** The job with this id. */
    Optional<Job> job(String id);

    /** A page of the denials. Fields: {@code trusted_certificate_id}, {@code endpoint_name}, {@code created_at}. */
    Page<Denial> denials(Query query);

    /** The denial with this id. */
    Optional<Denial> denial(String id);
}
