@NullMarked
package dev.onboard.testbed;

import org.jspecify.annotations.NullMarked;
