/**
 * The REST and event interface of Leshan's demo servers, on a port of its own without a key: for programs and people that
 * come from there. X.509 certificates alone; what would need another security mode is refused. {@code /v2} and {@code /v3}
 * never enter.
 */
@NullMarked
package dev.onboard.http.leshan;

import org.jspecify.annotations.NullMarked;
