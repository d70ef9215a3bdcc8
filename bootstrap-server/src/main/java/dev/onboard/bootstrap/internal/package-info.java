/** Leshan and Californium behind {@link dev.onboard.bootstrap}. */
@NullMarked
package dev.onboard.bootstrap.internal;

import org.jspecify.annotations.NullMarked;
