/**
 * The certificate-configuration matrix as data: cases that make their own certificates, one deviation each, with the
 * verdict that must come of it. Tests, the scenario language and the documentation read the same files.
 *
 * <p>What never enters: a rule of the evaluation; a network.
 */
@NullMarked
package dev.onboard.pki.cases;

import org.jspecify.annotations.NullMarked;
