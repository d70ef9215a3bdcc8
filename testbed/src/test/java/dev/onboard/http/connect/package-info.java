@NullMarked
package dev.onboard.http.connect;

import org.jspecify.annotations.NullMarked;
