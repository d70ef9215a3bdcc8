/** Tests of the management port over HTTP. */
@NullMarked
package dev.onboard.http;

import org.jspecify.annotations.NullMarked;
