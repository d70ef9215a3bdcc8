package dev.onboard.cli;

import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard scenario new}. */
@Command(
        name = "new",
        mixinStandardHelpOptions = true,
        description = "Write a scenario file to begin with: NAME.yaml in this folder.")
final class ScenarioNewCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The name of the scenario, which becomes its id.")
    private String name;

    @Override
    public Integer call() {
        Path file = Path.of(name.endsWith(".yaml") ? name : name + ".yaml");
        try (InputStream template = ScenarioNewCommand.class.getResourceAsStream("/dev/onboard/scenario/new.yaml")) {
            if (template == null) {
                throw new IllegalStateException("the template of scenarios is not in this build");
            }
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            Files.write(file, template.readAllBytes(), StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            throw new UsageException(file + " is there already and stays as it is; give another name", e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be written: " + e.getMessage(), e);
        }
        Console console = Console.of(spec, false);
        console.say("wrote " + file);
        console.say("run it with: onboard scenario run " + file);
        return 0;
    }
}
