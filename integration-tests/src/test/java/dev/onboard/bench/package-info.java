/** What things cost. Run by hand, never with the tests: figures of a machine that does something else mean nothing. */
@NullMarked
package dev.onboard.bench;

import org.jspecify.annotations.NullMarked;
