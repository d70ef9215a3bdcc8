/**
 * The composition root: starts the rooms together in one work directory. Protocol decisions, SQL and certificate building
 * never enter.
 */
@NullMarked
package dev.onboard.testbed;

import org.jspecify.annotations.NullMarked;
