/** CBOR and COSE as far as manifests need them. */
@NullMarked
package dev.onboard.manifest.internal;

import org.jspecify.annotations.NullMarked;
