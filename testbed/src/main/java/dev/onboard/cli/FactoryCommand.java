package dev.onboard.cli;

import picocli.CommandLine.Command;

/** {@code onboard factory}: CAs, devices, and a look at a bundle before it leaves. */
@Command(
        name = "factory",
        mixinStandardHelpOptions = true,
        description = "Make devices: CAs, keys, factory certificates, bundles; verify bundles.",
        subcommands = {FactoryMakeCommand.class, FactoryCaCommand.class, FactoryVerifyCommand.class})
final class FactoryCommand extends CommandGroup {}
