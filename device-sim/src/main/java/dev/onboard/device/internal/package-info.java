/**
 * How a simulated device speaks LwM2M: the two sessions on Californium, the objects, staging of what bootstrap writes. Not
 * for other rooms.
 */
@NullMarked
package dev.onboard.device.internal;

import org.jspecify.annotations.NullMarked;
