/** Leshan and Californium behind {@link dev.onboard.server}. */
@NullMarked
package dev.onboard.server.internal;

import org.jspecify.annotations.NullMarked;
