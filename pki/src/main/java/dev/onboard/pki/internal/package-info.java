/**
 * The encodings underneath {@code dev.onboard.pki}: DER in both directions, certificates and revocation lists taken
 * apart, distinguished names and their comparison, and the place where Bouncy Castle is used.
 *
 * <p>What never enters: a decision about trust that ends in a verdict; anything another room would import.
 */
@NullMarked
package dev.onboard.pki.internal;

import org.jspecify.annotations.NullMarked;
