/** Tests of the account against a real database. */
@NullMarked
package dev.onboard.account;

import org.jspecify.annotations.NullMarked;
