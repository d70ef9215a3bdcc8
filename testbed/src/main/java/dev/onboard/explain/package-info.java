/**
 * Why something was refused, and what to do about it: verdicts and events of both sides as the documents that {@code
 * docs/formats.md} fixes. The command line, the REST API and the page say the same, because it is made here.
 *
 * <p>Decisions about trust never enter; they are read from verdicts and from the journal.
 */
@NullMarked
package dev.onboard.explain;

import org.jspecify.annotations.NullMarked;
