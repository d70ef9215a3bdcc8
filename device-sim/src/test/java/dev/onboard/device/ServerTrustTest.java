package dev.onboard.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.journal.Event;
import dev.onboard.journal.Outcome;
import dev.onboard.journal.Party;
import dev.onboard.journal.Stage;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.MatchingType;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.leshan.core.node.LwM2mResource;
import org.eclipse.leshan.core.node.LwM2mSingleResource;
import org.eclipse.leshan.core.request.ContentFormat;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device trusts its LwM2M server by what bootstrap delivered, used as it said, and by nothing else. */
class ServerTrustTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "2, CA,      EXACT,  registered",
        "2, OTHER,   EXACT,  unknown-ca",
        "2, FACTORY, EXACT,  unknown-ca",
        "3, LEAF,    EXACT,  registered",
        "3, CA,      EXACT,  pin-mismatch",
        "3, LEAF,    SHA256, registered",
        "3, CA,      SHA256, pin-mismatch",
        "-1, LEAF,   EXACT,  registered",
        "-1, CA,     EXACT,  pin-mismatch",
    })
    void usesWhatWasDelivered(int usage, String certificate, MatchingType matching, String end) throws Exception {
        try (Testbench bench = new Testbench(directory)) {
            X509Certificate delivered = switch (certificate) {
                case "CA" -> bench.lwm2mServerCa.certificate();
                case "LEAF" -> bench.lwm2mServer.certificate();
                case "FACTORY" -> bench.bootstrapServerCa.certificate();
                default -> Testbench.authority("Other CA").certificate();
            };
            bench.script = endpoint -> {
                List<LwM2mResource> security =
                        new ArrayList<>(bench.security(bench.deviceCa.issue(CertificateRecipe.device(endpoint))));
                security.removeIf(resource -> resource.getId() == 4 || resource.getId() == 15);
                security.add(LwM2mSingleResource.newBinaryResource(4, matching.of(delivered.getEncoded())));
                if (usage >= 0) {
                    security.add(LwM2mSingleResource.newUnsignedIntegerResource(15, ULong.valueOf(usage)));
                }
                security.add(LwM2mSingleResource.newUnsignedIntegerResource(13, ULong.valueOf(matching.number())));
                return List.of(
                        Testbench.write("/1/0", ContentFormat.TLV, Testbench.server(300)),
                        Testbench.write("/0/1", ContentFormat.TLV, security),
                        Testbench.finish());
            };
            bench.device("x").powerOn();
            Event handshake = bench.event("x", Stage.LWM2M_HANDSHAKE, e -> true);
            if (end.equals("registered")) {
                bench.awaitAll(DeviceState.REGISTERED);
            } else {
                assertThat(handshake.outcome()).isEqualTo(Outcome.REFUSED);
                assertThat(handshake.refusedBy()).contains(Party.DEVICE);
                assertThat(handshake.reason()).contains(end);
            }
        }
    }
}
