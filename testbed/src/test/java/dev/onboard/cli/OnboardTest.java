package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OnboardTest {
    /** A start makes what it needs; what it needs is as if everything was there. */
    @Test
    void aCommandIsTheSameWhetherOrNotTheOthersAreThere() {
        Map<String, CommandLine> all = Onboard.line().getSubcommands();
        assertThat(all).containsKeys("demo", "up", "factory", "device", "scenario");
        all.forEach((name, command) -> {
            CommandLine alone = Onboard.line("--crypto-provider", "jdk", name, "--help");
            assertThat(alone.getSubcommands()).containsOnlyKeys(name);
            assertThat(alone.getSubcommands().values())
                    .extracting(CommandLine::getUsageMessage)
                    .containsExactly(command.getUsageMessage());
        });
        assertThat(Onboard.line("--version").getSubcommands()).isEmpty();
        assertThat(Onboard.line("--help").getSubcommands()).hasSameSizeAs(all);
    }

    @Test
    void whoNamesNoCommandOrOneThatIsNotIsToldWhichThereAre() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(Onboard.run(new PrintWriter(out), new PrintWriter(err))).isEqualTo(2);
        assertThat(err.toString())
                .contains("which command? One of ")
                .contains("demo")
                .contains("scenario");
        err.getBuffer().setLength(0);
        assertThat(Onboard.run(new PrintWriter(out), new PrintWriter(err), "devices"))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("onboard: ").contains("devices").doesNotContain("\tat ");
    }
}
