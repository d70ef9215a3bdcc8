/**
 * Signed firmware manifests: what one says, how it is written and signed, and the check that ends in a verdict with a reason.
 * The formats are IETF SUIT, two of the platform's, and CMS; there is one model for all of them.
 *
 * <p>What never enters: LwM2M, CoAP, HTTP, SQL; a clock that the caller did not give.
 */
@NullMarked
package dev.onboard.manifest;

import org.jspecify.annotations.NullMarked;
