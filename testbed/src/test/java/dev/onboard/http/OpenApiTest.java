package dev.onboard.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.account.ApiKeys;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /openapi.json} says what the port does. That each answer is as described is checked by {@link RunningPort}. */
class OpenApiTest {
    @TempDir
    Path work;

    RunningPort port;
    JsonNode document;

    @BeforeEach
    void start() throws IOException {
        port = new RunningPort(work);
        document = port.send(port.to("/openapi.json").build()).json();
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void itIsValidAndServedWithoutAKey() {
        ParseOptions options = new ParseOptions();
        options.setResolve(true);
        SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(document.toString(), null, options);
        assertThat(parsed.getMessages()).isEmpty();
        assertThat(parsed.isOpenapi31()).isTrue();
        assertThat(parsed.getOpenAPI().getPaths())
                .hasSize(document.path("paths").size());
    }

    @Test
    void itHasEveryRouteOfThePortAndNoOther() {
        Set<String> described = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        assertThat(described).isEqualTo(new TreeSet<>(port.server.routes()));
        assertThat(described).hasSizeGreaterThan(40);
    }

    /** A path that is not there answers 404 for its path, one that has another method 405. */
    @Test
    void everyOperationIsThere() {
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(name -> {
                    String method = name.toUpperCase(Locale.ROOT);
                    if (path.getKey().equals("/v2/notification/pull") && method.equals("GET")) {
                        return; // waits twenty seconds for something to say
                    }
                    String concrete = path.getKey().replace("{path}", "3/0/0").replaceAll("\\{\\w+}", "none");
                    RunningPort.Answer answer = port.call(method, concrete, method.equals("GET") ? "" : "{}");
                    assertThat(answer.status())
                            .as(method + " " + concrete)
                            .isNotEqualTo(405)
                            .isLessThan(500);
                    assertThat(answer.text()).as(method + " " + concrete).doesNotContain("there is nothing at");
                }));
    }

    /** Nothing is open by mistake: what needs a key says 401 without one, and a key for reading changes nothing. */
    @Test
    void everyOperationAsksForTheRightKey() {
        String reader = "ak_" + "ab".repeat(24);
        port.account.apiKeys().add("reader", ApiKeys.Access.READ_ONLY, reader);
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    boolean open = operation.getValue().path("security").isArray();
                    String method = operation.getKey().toUpperCase(Locale.ROOT);
                    String concrete = path.getKey().replace("{path}", "3/0/0").replaceAll("\\{\\w+}", "none");
                    HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString("{}");
                    RunningPort.Answer nobody =
                            port.send(port.to(concrete).method(method, body).build());
                    assertThat(nobody.status() == 401)
                            .as(method + " " + concrete)
                            .isEqualTo(!open);
                    if (!open && !method.equals("GET")) {
                        RunningPort.Answer refused = port.send(port.to(concrete)
                                .header("Authorization", "Bearer " + reader)
                                .method(method, body)
                                .build());
                        assertThat(refused.status()).as(method + " " + concrete).isEqualTo(403);
                    }
                }));
    }

    @Test
    void everyListCanBeFilteredByWhatItSays() {
        Pattern fields = Pattern.compile("\\^\\((.*?)\\)__");
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().path("get").path("parameters").forEach(parameter -> {
                    Matcher names = fields.matcher(parameter
                            .path("schema")
                            .path("propertyNames")
                            .path("pattern")
                            .asText());
                    if (!names.find()) {
                        return;
                    }
                    String list = path.getKey().replace("{account_id}", port.account.id());
                    for (String field : names.group(1).split("\\|", -1)) {
                        String query = list + "?" + field + "__in="
                                + (list.endsWith("denials") ? "&trusted_certificate_id__neq=x" : "");
                        assertThat(port.get(query).status()).as(query).isEqualTo(200);
                    }
                    assertThat(port.get(list + "?colour__eq=red").status()).isEqualTo(400);
                }));
    }

    @Test
    void everySchemaIsUsed() {
        String text = document.toString();
        document.path("components")
                .path("schemas")
                .fieldNames()
                .forEachRemaining(name -> assertThat(text).contains("\"#/components/schemas/" + name + "\""));
    }
}
