@NullMarked
package dev.onboard.manifest;

import org.jspecify.annotations.NullMarked;
