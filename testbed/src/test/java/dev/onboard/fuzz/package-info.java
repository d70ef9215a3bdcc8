/** Generated inputs for everything that reads files and messages: {@link dev.onboard.fuzz.Fuzzer} and what it makes them with. */
@org.jspecify.annotations.NullMarked
package dev.onboard.fuzz;
