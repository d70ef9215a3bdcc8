@NullMarked
package dev.onboard.scenario.internal;

import org.jspecify.annotations.NullMarked;
