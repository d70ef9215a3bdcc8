/**
 * How the account stores what it knows: one database, one writer that commits in groups, readers beside it. SQL stands
 * here and nowhere else; HTTP, CoAP and the wire formats of any interface never enter.
 */
@NullMarked
package dev.onboard.account.internal;

import org.jspecify.annotations.NullMarked;
