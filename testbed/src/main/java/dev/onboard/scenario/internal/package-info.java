/** How scenarios are read, carried out and reported. */
@NullMarked
package dev.onboard.scenario.internal;

import org.jspecify.annotations.NullMarked;
