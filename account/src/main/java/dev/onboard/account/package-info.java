/**
 * The Device Management account: which CAs are trusted, which devices there are, which certificates were issued, and
 * their storage.
 *
 * <p>{@link dev.onboard.account.Account} is the way in. Listening sockets, CoAP and the LwM2M library never enter this
 * package.
 */
@NullMarked
package dev.onboard.account;

import org.jspecify.annotations.NullMarked;
