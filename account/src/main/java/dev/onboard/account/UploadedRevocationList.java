package dev.onboard.account;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * A revocation list that the account keeps for a trusted certificate.
 *
 * @param id 32 lower-case hexadecimal digits
 * @param trustedCertificateId the trusted certificate below which it counts
 * @param source where it is fetched from; empty when it was uploaded
 * @param der the list
 * @param issuer who issued it, RFC 4514 text, for people
 * @param number its number in decimal, empty when it has none
 * @param thisUpdate from when it counts
 * @param nextUpdate until when
 * @param revoked how many certificates it names
 * @param updatedAt when it was uploaded or fetched
 */
public record UploadedRevocationList(
        String id,
        String trustedCertificateId,
        Optional<URI> source,
        byte[] der,
        String issuer,
        String number,
        Instant thisUpdate,
        Optional<Instant> nextUpdate,
        int revoked,
        Instant updatedAt) {}
