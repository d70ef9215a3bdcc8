/**
 * The simulated device: powers on, bootstraps with its factory certificate, keeps what it received, registers, answers the
 * LwM2M server, renews, falls back; and a fleet of such devices.
 *
 * <p>Never in it: the account, a server, and a thread, timer or executor of one device's own. Leshan and Californium stay in
 * {@code internal}.
 */
@NullMarked
package dev.onboard.device;

import org.jspecify.annotations.NullMarked;
