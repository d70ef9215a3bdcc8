/** A PostgreSQL server for tests. */
@NullMarked
package dev.onboard.account.postgres;

import org.jspecify.annotations.NullMarked;
