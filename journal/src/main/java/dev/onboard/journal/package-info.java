/**
 * The journal: one append-only sequence of {@link dev.onboard.journal.Event events}, its file and its subscribers.
 *
 * <p>Every step of every device, on every side, is one event here; the command line, the page, the tests and the
 * reports read this journal and keep no second truth. What an event <em>means</em> never enters this package.
 */
@NullMarked
package dev.onboard.journal;

import org.jspecify.annotations.NullMarked;
