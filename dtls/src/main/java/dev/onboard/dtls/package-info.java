/**
 * One side of a DTLS 1.2 endpoint on Scandium: its identity, its trust (an evaluation of {@code dev.onboard.pki}), the
 * record of every handshake, its open sessions, and the threads that many endpoints share.
 *
 * <p>LwM2M roles and the issuing of certificates never enter. Types of Scandium and Californium stay in
 * {@code dev.onboard.dtls.internal}, which only the three protocol rooms use.
 */
@NullMarked
package dev.onboard.dtls;

import org.jspecify.annotations.NullMarked;
