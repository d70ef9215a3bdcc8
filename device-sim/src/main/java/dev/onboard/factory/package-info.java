/**
 * The factory (in the platform's words: FCU, factory configurator utility): its certificate authorities, the bundle that it
 * puts into a device, and the files of that bundle.
 *
 * <p>Never in it: the account, a server, CoAP or DTLS. The factory does not know whether anybody trusts it.
 */
@NullMarked
package dev.onboard.factory;

import org.jspecify.annotations.NullMarked;
