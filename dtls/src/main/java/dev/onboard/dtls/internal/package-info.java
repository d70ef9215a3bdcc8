/**
 * Scandium and Californium behind {@link dev.onboard.dtls}. Used by the three rooms that speak LwM2M and by nobody else.
 */
@NullMarked
package dev.onboard.dtls.internal;

import org.jspecify.annotations.NullMarked;
