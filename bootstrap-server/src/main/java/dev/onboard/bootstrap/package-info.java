/**
 * The bootstrap server: admits a device by its factory certificate, has credentials issued by the account, writes them,
 * finishes (OMA LwM2M Core 6.1). Registrations and firmware never enter.
 */
@NullMarked
package dev.onboard.bootstrap;

import org.jspecify.annotations.NullMarked;
