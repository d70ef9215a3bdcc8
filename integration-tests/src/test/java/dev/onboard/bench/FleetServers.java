package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.NewTrustedCertificate;
import dev.onboard.account.Service;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.Testbed;
import dev.onboard.testbed.TestbedOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

/** The servers of a fleet, in a process of their own. */
final class FleetServers implements Contest.Orders {
    private final Testbed testbed;
    private int factories;

    FleetServers(Path folder) {
        testbed = Testbed.start(
                TestbedOptions.in(folder.resolve("testbed")).withPorts(0, 0, 0),
                InstantSource.system(),
                new SecureRandom());
    }

    @Override
    public ObjectNode carryOut(JsonNode order) throws Exception {
        return switch (order.path("do").asText()) {
            case "trust" -> {
                testbed.account()
                        .trustedCertificates()
                        .add(NewTrustedCertificate.of(
                                "bench-" + ++factories,
                                Service.BOOTSTRAP,
                                order.path("pem").asText()));
                yield Json.object()
                        .put("bootstrap_uri", testbed.running().bootstrapUri().toString())
                        .put("bootstrap_server_ca", CredentialFiles.pem(List.of(testbed.bootstrapServerCa())));
            }
            case "measure" -> Part.now().json();
            default -> throw new BenchException("the servers do not know what '" + order + "' is");
        };
    }

    @Override
    public void close() {
        testbed.close();
    }
}
