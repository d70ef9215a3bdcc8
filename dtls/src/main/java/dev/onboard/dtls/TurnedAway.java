package dev.onboard.dtls;

/**
 * How many ClientHellos a server left without an answer, since it started; see {@link Sessions}. Immutable.
 *
 * @param forSessions because it kept as many sessions as it may
 * @param forRefusals because of the refusals that the address had
 */
public record TurnedAway(long forSessions, long forRefusals) {}
