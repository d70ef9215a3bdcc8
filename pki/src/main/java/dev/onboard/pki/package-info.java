/**
 * Keys and credentials, certificate authorities, certificate recipes and their named defects, and the evaluation of a
 * certificate chain that ends in a verdict with a reason.
 *
 * <p>What never enters: LwM2M, CoAP, HTTP, SQL; a Bouncy Castle type in a public signature; a clock or a source of
 * randomness that the caller did not give.
 */
@NullMarked
package dev.onboard.pki;

import org.jspecify.annotations.NullMarked;
