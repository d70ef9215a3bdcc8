package dev.onboard.account;

import java.time.Instant;

/**
 * A firmware image in the account, without its octets.
 *
 * @param checksum SHA-256, 64 lower-case hexadecimal digits
 * @param size in octets
 */
public record FirmwareImage(
        String id, String name, String description, String checksum, long size, Instant createdAt) {}
