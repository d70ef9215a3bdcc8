/**
 * The LwM2M server: admits a device by its LwM2M certificate, keeps its registration, reads, writes, observes and
 * executes on it (OMA LwM2M Core 6.2 to 6.4). Issuing certificates and bootstrap never enter.
 */
@NullMarked
package dev.onboard.server;

import org.jspecify.annotations.NullMarked;
