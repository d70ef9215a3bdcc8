/**
 * The platform's Connect API ({@code /v2}): requests to registered devices that are answered later, subscriptions, and the
 * channels by which answers and notifications reach the holder of an API key. LwM2M never enters: devices are
 * {@link dev.onboard.http.connect.ConnectedDevices}.
 */
@NullMarked
package dev.onboard.http.connect;

import org.jspecify.annotations.NullMarked;
