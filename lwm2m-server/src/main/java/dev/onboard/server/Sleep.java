package dev.onboard.server;

import java.time.Instant;

/**
 * The sleep of a device in queue mode (OMA LwM2M Core 6.5). What is asked of it waits for its next message.
 *
 * @param since when, as far as the server knows
 * @param until when its registration ends, if it does not wake before; what waits is given up then
 * @param waiting how many operations wait
 */
public record Sleep(Instant since, Instant until, int waiting) {}
