/** Clients of third-party certificate issuers. What they answer is checked elsewhere. */
@NullMarked
package dev.onboard.account.internal.issuer;

import org.jspecify.annotations.NullMarked;
