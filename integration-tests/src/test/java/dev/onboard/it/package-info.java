/** Tests that need several rooms, over real sockets, judged by strangers where one can be had. */
@NullMarked
package dev.onboard.it;

import org.jspecify.annotations.NullMarked;
