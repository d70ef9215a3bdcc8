/**
 * Signed firmware manifests: what one says, how it is written and signed, and the check that ends in a verdict with a reason.
 * The format is IETF SUIT; the model does not depend on it.
 *
 * <p>What never enters: LwM2M, CoAP, HTTP, SQL; a clock that the caller did not give.
 */
@NullMarked
package dev.onboard.manifest;

import org.jspecify.annotations.NullMarked;
