/** What things cost: {@code ./onboard bench}. Figures of a machine that does something else mean nothing. */
@NullMarked
package dev.onboard.bench;

import org.jspecify.annotations.NullMarked;
