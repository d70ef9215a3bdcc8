package dev.onboard.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds {@code docs/architecture.md} against the code: who may import whom, and what stays behind which package. */
@AnalyzeClasses(packages = "dev.onboard", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final Map<String, List<String>> ROOMS = Map.of(
            "journal", List.of("dev.onboard.journal"),
            "pki", List.of("dev.onboard.pki", "dev.onboard.manifest"),
            "dtls", List.of("dev.onboard.dtls"),
            "account", List.of("dev.onboard.account"),
            "device-sim", List.of("dev.onboard.factory", "dev.onboard.device"),
            "bootstrap-server", List.of("dev.onboard.bootstrap"),
            "lwm2m-server", List.of("dev.onboard.server"),
            "testbed",
                    List.of(
                            "dev.onboard.testbed",
                            "dev.onboard.scenario",
                            "dev.onboard.explain",
                            "dev.onboard.http",
                            "dev.onboard.cli"));

    private static final Map<String, Set<String>> MAY_IMPORT = Map.of(
            "journal", Set.of(),
            "pki", Set.of(),
            "dtls", Set.of("pki", "journal"),
            "account", Set.of("pki", "journal"),
            "device-sim", Set.of("pki", "dtls", "journal"),
            "bootstrap-server", Set.of("pki", "dtls", "account", "journal"),
            "lwm2m-server", Set.of("pki", "dtls", "account", "journal"));

    @ArchTest
    static final void roomsImportOnlyWhatTheTableSays(JavaClasses classes) {
        MAY_IMPORT.forEach((room, allowed) -> {
            List<String> forbidden = new ArrayList<>();
            ROOMS.forEach((other, packages) -> {
                if (!other.equals(room) && !allowed.contains(other)) {
                    packages.forEach(name -> forbidden.add(name + ".."));
                }
            });
            noClasses()
                    .that()
                    .resideInAnyPackage(inside(room))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden.toArray(String[]::new))
                    .as("the room " + room + " imports only " + allowed)
                    .allowEmptyShould(false)
                    .check(classes);
        });
    }

    @ArchTest
    static final ArchRule leshanStaysInside = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.onboard.device.internal..",
                    "dev.onboard.bootstrap.internal..",
                    "dev.onboard.server.internal..",
                    "dev.onboard.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.leshan..");

    @ArchTest
    static final ArchRule californiumStaysInside = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.onboard.dtls.internal..",
                    "dev.onboard.device.internal..",
                    "dev.onboard.bootstrap.internal..",
                    "dev.onboard.server.internal..",
                    "dev.onboard.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.eclipse.californium..");

    @ArchTest
    static final ArchRule bouncyCastleStaysInside = noClasses()
            .that()
            .resideOutsideOfPackages("dev.onboard.pki.internal..", "dev.onboard.dtls.internal..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle..");

    @ArchTest
    static final void internalIsForItsOwnRoom(JavaClasses classes) {
        ROOMS.forEach((room, packages) -> {
            if (room.equals("dtls")) {
                return; // its internal package is for the three protocol rooms, which the rules above say
            }
            for (String name : packages) {
                noClasses()
                        .that()
                        .resideOutsideOfPackages(inside(room))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(name + ".internal..")
                        .as("what is internal to " + room + " is for " + room)
                        .check(classes);
            }
        });
    }

    @ArchTest
    static final ArchRule namesAreNouns = noClasses()
            .that()
            .resideInAPackage("dev.onboard..")
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameStartingWith("Base")
            .orShould()
            .haveSimpleNameStartingWith("Abstract");

    private static String[] inside(String room) {
        return ROOMS.getOrDefault(room, List.of()).stream()
                .map(name -> name + "..")
                .toArray(String[]::new);
    }
}
