/** The command line. What it prints is golden-tested; what it does is done by other rooms. */
@NullMarked
package dev.onboard.cli;

import org.jspecify.annotations.NullMarked;
