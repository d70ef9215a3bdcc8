package dev.onboard.pki;

/**
 * A remark that does not refuse.
 *
 * @param id stable, for example {@code serial-too-long}
 * @param index the certificate in the chain as received, −1 for a trust anchor
 * @param detail the value found and what was expected
 */
public record Finding(String id, int index, String detail) {}
