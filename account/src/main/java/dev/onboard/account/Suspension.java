package dev.onboard.account;

import java.time.Instant;

/**
 * Why an operator suspended a device.
 *
 * @param category a word of the operator's; may be empty
 * @param description a sentence of the operator's; may be empty
 */
public record Suspension(String category, String description, Instant since) {}
