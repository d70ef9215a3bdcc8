package dev.onboard.cli;

import dev.onboard.scenario.Catalogue;
import dev.onboard.scenario.InvalidScenarioException;
import dev.onboard.scenario.Scenario;
import dev.onboard.scenario.ScenarioFiles;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which scenarios a command is about: files and folders of the user's, and filters over the catalogue. */
final class ScenarioChoice {
    private ScenarioChoice() {}

    /** Of the catalogue alone; all of it without a filter. */
    static List<Scenario> ofCatalogue(List<String> filters) {
        Catalogue catalogue = Catalogue.shipped();
        if (filters.isEmpty()) {
            return catalogue.scenarios();
        }
        Set<Scenario> chosen = new LinkedHashSet<>();
        for (String filter : filters) {
            chosen.addAll(matching(catalogue, filter));
        }
        return List.copyOf(chosen);
    }

    private static List<Scenario> matching(Catalogue catalogue, String filter) {
        List<Scenario> found = catalogue.matching(filter);
        if (found.isEmpty()) {
            throw new UsageException("'" + filter
                    + "' is neither a file nor a scenario of the catalogue; 'onboard scenario list' shows them. A filter is a row"
                    + " (VAL-02), a family (VAL), a leg (@bootstrap-server), or a pattern with *");
        }
        return found;
    }

    /**
     * Files, folders and filters; the whole catalogue when nothing is named.
     *
     * @throws UsageException with everything that is wrong in the files
     */
    static List<Scenario> of(List<String> named) {
        if (named.isEmpty()) {
            return Catalogue.shipped().scenarios();
        }
        Catalogue catalogue = Catalogue.shipped();
        Set<Scenario> chosen = new LinkedHashSet<>();
        List<String> faults = new ArrayList<>();
        for (String one : named) {
            if (isFile(one)) {
                try {
                    chosen.addAll(ScenarioFiles.read(Path.of(one)));
                } catch (InvalidScenarioException e) {
                    e.faults().forEach(fault -> faults.add(fault.toString()));
                } catch (IOException e) {
                    throw unreadable(one, e);
                }
            } else {
                chosen.addAll(matching(catalogue, one));
            }
        }
        if (!faults.isEmpty()) {
            throw new UsageException("the scenarios cannot be run\n" + String.join("\n", faults));
        }
        return List.copyOf(chosen);
    }

    static UsageException unreadable(String file, IOException e) {
        return e instanceof NoSuchFileException
                ? new UsageException(
                        "there is no file " + file + "; 'onboard scenario new NAME' writes one to begin with", e)
                : new UsageException(file + " cannot be read: " + e.getMessage(), e);
    }

    static boolean isFile(String named) {
        try {
            return Files.exists(Path.of(named)) || named.matches(".*\\.(yaml|yml|json)");
        } catch (InvalidPathException e) {
            return false; // a filter may have characters that no path has
        }
    }
}
