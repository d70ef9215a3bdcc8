package dev.onboard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * The manifests under {@code deploy/} without a cluster: each document is of its kind as the model of the Kubernetes API has
 * it, with no member that is not; each command line of Onboard is one; what they refer to is there.
 */
class DeployTest {
    private static final Path DEPLOY = Path.of(System.getProperty("onboard.root", ".."), "deploy");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Map<String, Class<?>> KINDS = Map.of(
            "v1 Service", Service.class,
            "v1 PersistentVolumeClaim", PersistentVolumeClaim.class,
            "apps/v1 StatefulSet", StatefulSet.class,
            "batch/v1 Job", Job.class);

    /** An argument that names a host: of a pod, {@code POD.SERVICE}, the last label is the service's. */
    private static final Pattern NAMING = Pattern.compile(
            "--(?:host|behind|to|lwm2m-server|bootstrap-server|database)=(?:jdbc:postgresql://)?(?:[^.:/]*\\.)?([^:/]*).*");

    /** The model takes members that it does not know, and keeps them: here it does not. */
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }

                @Override
                public Boolean hasAnyGetter(Annotated annotated) {
                    return false;
                }
            })
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static List<JsonNode> documents() throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        try (Stream<Path> files = Files.list(DEPLOY.resolve("kubernetes"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                try (MappingIterator<JsonNode> all =
                        YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
                    all.forEachRemaining(documents::add);
                }
            }
        }
        return documents;
    }

    private static void judge(JsonNode document) throws IOException {
        String kind = document.path("apiVersion").asText() + " "
                + document.path("kind").asText();
        assertThat(KINDS).containsKey(kind);
        STRICT.treeToValue(document, KINDS.get(kind));
    }

    @Test
    void eachDocumentIsOfItsKind() throws IOException {
        List<JsonNode> documents = documents();
        assertThat(documents).hasSizeGreaterThan(5);
        for (JsonNode document : documents) {
            judge(document);
        }
    }

    @Test
    void aMemberThatIsNotWouldBeFound() throws IOException {
        JsonNode job = documents().stream()
                .filter(document -> document.path("kind").asText().equals("Job"))
                .findFirst()
                .orElseThrow();
        ObjectNode container = (ObjectNode) job.at("/spec/template/spec/containers/0/securityContext");
        container.put("readOnlyRootFilesystm", true);
        assertThatThrownBy(() -> judge(job))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("readOnlyRootFilesystm");
    }

    @Test
    void eachCommandLineIsOneOfOnboards() throws IOException {
        List<List<String>> lines = new ArrayList<>();
        for (JsonNode document : documents()) {
            document.at("/spec/template/spec/containers").forEach(container -> {
                if (container.path("image").asText().startsWith("onboard:")) {
                    lines.add(texts(container.path("args")));
                }
            });
        }
        JsonNode compose = YAML.readTree(DEPLOY.resolve("compose.yaml").toFile());
        compose.path("services").forEach(service -> {
            if (service.path("image").asText().startsWith("onboard:")) {
                lines.add(texts(service.path("command")));
            }
        });
        assertThat(lines).hasSize(16);
        for (List<String> line : lines) {
            // throws for an option, a value or a subcommand that is not
            CommandLine.ParseResult parsed =
                    Onboard.line().setAllowSubcommandsAsOptionParameters(true).parseArgs(line.toArray(String[]::new));
            assertThat(parsed.hasSubcommand()).as(line.toString()).isTrue();
        }
        assertThatThrownBy(() -> Onboard.line().parseArgs("up", "--lwm2m-prot=1"))
                .isInstanceOf(CommandLine.ParameterException.class);
    }

    @Test
    void whatTheyReferToIsThere() throws IOException {
        Set<String> claims = new HashSet<>();
        Set<String> services = new HashSet<>();
        for (JsonNode document : documents()) {
            String name = document.at("/metadata/name").asText();
            if (document.path("kind").asText().equals("PersistentVolumeClaim")) {
                claims.add(name);
            } else if (document.path("kind").asText().equals("Service")) {
                services.add(name);
            }
        }
        for (JsonNode document : documents()) {
            JsonNode pod = document.at("/spec/template/spec");
            Set<String> volumes = new HashSet<>();
            pod.path("volumes").forEach(volume -> {
                volumes.add(volume.path("name").asText());
                if (volume.has("persistentVolumeClaim")) {
                    assertThat(claims)
                            .contains(volume.at("/persistentVolumeClaim/claimName")
                                    .asText());
                }
            });
            document.at("/spec/volumeClaimTemplates")
                    .forEach(claim -> volumes.add(claim.at("/metadata/name").asText()));
            pod.path("containers").forEach(container -> {
                container
                        .path("volumeMounts")
                        .forEach(mount ->
                                assertThat(volumes).contains(mount.path("name").asText()));
                texts(container.path("args")).stream()
                        .filter(argument -> NAMING.matcher(argument).matches())
                        .map(argument -> NAMING.matcher(argument).replaceAll("$1"))
                        .forEach(host -> assertThat(services).contains(host));
                container
                        .path("env")
                        .forEach(variable -> assertThat(variable.path("value").asText())
                                .matches("|onboard|/var/lib/.*|redis://:\\$\\(REDIS_PASSWORD\\)@redis:6379/0"));
            });
            if (document.path("kind").asText().equals("Job")) {
                int completions = document.at("/spec/completions").asInt();
                assertThat(texts(pod.at("/containers/0/args"))).contains("--shard=job/" + completions);
            }
            if (document.path("kind").asText().equals("StatefulSet")) {
                assertThat(services).contains(document.at("/spec/serviceName").asText());
                assertThat(document.at("/spec/selector/matchLabels"))
                        .isEqualTo(document.at("/spec/template/metadata/labels"));
            }
        }
    }

    /** No password, key or token stands in a manifest. */
    @Test
    void noSecretStandsInThem() throws IOException {
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                assertThat(Files.readString(file))
                        .as(file.toString())
                        .doesNotContain("kind: Secret")
                        .doesNotContainPattern("(?i)(password|token|key): *['\"]?[A-Za-z0-9+/]{12,}");
            }
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
