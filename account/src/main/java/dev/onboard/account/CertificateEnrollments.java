package dev.onboard.account;

import java.time.Instant;
import java.util.Optional;

/** Renewals of certificates on devices, and what became of them. Thread-safe; changes return after they are durable. */
public interface CertificateEnrollments {
    /**
     * One renewal.
     *
     * @param result empty while it goes on
     * @param revision counts the changes, from 1
     */
    record Enrollment(
            String id,
            String deviceId,
            String certificateName,
            Optional<Result> result,
            long revision,
            Instant createdAt,
            Instant updatedAt) {}

    /** How a renewal ended, and a sentence about it. */
    record Result(Outcome outcome, String detail) {}

    /** The end of a renewal. */
    enum Outcome {
        SUCCESS,
        FAILURE;

        /** The platform's {@code enroll_result}: {@code success}, {@code failure}. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Whether a renewal may begin.
     *
     * @param certificateName {@link Issuers#LWM2M}, or a custom name of the form {@code xxx.xxx}
     * @throws AccountException {@link AccountException.Kind#NOT_FOUND} for the device, {@link AccountException.Kind#INVALID} when no
     *     issuer is configured for the name, {@link AccountException.Kind#CONFLICT} while one goes on,
     *     {@link AccountException.Kind#LOCKED} when the device is not registered
     */
    void check(String deviceId, String certificateName);

    /** Notes that a renewal began. Throws as {@link #check}. */
    Enrollment begin(String deviceId, String certificateName);

    /** Notes how it ended. Throws {@link AccountException} when there is none with this id, or it has ended. */
    Enrollment complete(String id, Result result);

    /** The one with this id. */
    Optional<Enrollment> get(String id);

    /**
     * A page of them. Fields: {@code device_id}, {@code certificate_name}, {@code enroll_status}, {@code enroll_result},
     * {@code created_at}, {@code updated_at}.
     */
    Page<Enrollment> list(Query query);
}
