/**
 * Certificate configurations as data: the scenario language, the shipped catalogue, the runner and its reports. What a
 * certificate says is {@code pki}'s, what a device or a server does is theirs; protocol decisions never enter.
 */
@NullMarked
package dev.onboard.scenario;

import org.jspecify.annotations.NullMarked;
