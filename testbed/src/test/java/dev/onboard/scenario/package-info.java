/** The scenario language and its catalogue. */
@org.jspecify.annotations.NullMarked
package dev.onboard.scenario;
