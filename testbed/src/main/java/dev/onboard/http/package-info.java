/**
 * The management port: the account's REST API in the platform's shapes, a registered device's resources, the journal as
 * it grows; and the client of all that, for the command line.
 *
 * <p>{@link dev.onboard.http.Routes} is the whole surface on one screen. SQL, LwM2M types and decisions about trust never
 * enter.
 */
@NullMarked
package dev.onboard.http;

import org.jspecify.annotations.NullMarked;
