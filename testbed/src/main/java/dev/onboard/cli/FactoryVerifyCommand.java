package dev.onboard.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.factory.BundleFinding;
import dev.onboard.factory.BundleFinding.Level;
import dev.onboard.factory.BundleVerification;
import dev.onboard.factory.BundleVerification.Demand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code onboard factory verify}: what the platform's factory verification would say of bundles. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Check bundles before they leave the factory: the checks, codes and warnings of the platform.")
final class FactoryVerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR/EP", arity = "1..*", description = "Directories of devices")
    private List<Path> bundles;

    @Option(
            names = "--platform",
            description = "As the platform's own client asks for it: the account id in the server URI, too.")
    private boolean platform;

    @Option(names = "--json", description = "Print the findings as one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        ObjectNode document = Console.json().createObjectNode();
        ArrayNode all = document.putArray("bundles");
        boolean passed = true;
        for (Path bundle : bundles) {
            List<BundleFinding> findings = findings(bundle);
            boolean good = findings.stream().noneMatch(finding -> finding.level() == Level.ERROR);
            passed &= good;
            console.say(bundle + ": " + (good ? "passed" : "failed"));
            ObjectNode entry =
                    all.addObject().put("bundle", bundle.toString()).put("verdict", good ? "passed" : "failed");
            ArrayNode list = entry.putArray("findings");
            for (BundleFinding finding : findings) {
                say(console, finding);
                ObjectNode one = list.addObject()
                        .put("level", finding.level().name().toLowerCase(Locale.ROOT))
                        .put("item", finding.item());
                if (finding.level() == Level.ERROR) {
                    one.put("code", finding.status().number())
                            .put("name", finding.status().name());
                }
                one.put("text", finding.text()).put("fix", finding.fix());
            }
        }
        document.put("verdict", passed ? "passed" : "failed");
        console.document(document);
        return passed ? 0 : 1;
    }

    private List<BundleFinding> findings(Path bundle) {
        try {
            return BundleVerification.of(bundle, platform ? Demand.PLATFORM : Demand.TESTBED, Instant.now());
        } catch (IOException e) {
            throw InputFile.failure(e);
        }
    }

    private static void say(Console console, BundleFinding finding) {
        console.say(String.format(
                Locale.ROOT,
                "  %-7s %-28s %s%s; %s",
                finding.level().name().toLowerCase(Locale.ROOT),
                finding.item(),
                finding.level() == Level.ERROR
                        ? finding.status().name() + " (" + finding.status().number() + "): "
                        : "",
                finding.text(),
                finding.fix()));
    }
}
