package dev.onboard.cli;

import picocli.CommandLine.Command;

/** {@code onboard update}: signed firmware, and the campaigns that bring it to devices. */
@Command(
        name = "update",
        mixinStandardHelpOptions = true,
        description = "Sign firmware, and bring it to devices in campaigns.",
        subcommands = {UpdateCertCommand.class, UpdateSignCommand.class, UpdateCampaignCommand.class})
final class UpdateCommand extends CommandGroup {}
