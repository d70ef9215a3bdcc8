@NullMarked
package dev.onboard.cli;

import org.jspecify.annotations.NullMarked;
