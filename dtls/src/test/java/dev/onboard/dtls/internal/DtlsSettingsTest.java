package dev.onboard.dtls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onboard.dtls.Transmission;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.elements.config.BasicDefinition;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.elements.config.SystemConfig;
import org.eclipse.californium.elements.config.TimeDefinition;
import org.eclipse.californium.elements.config.UdpConfig;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.junit.jupiter.api.Test;

/** Our settings hold few values, and mean the same as if they held those of all modules. */
class DtlsSettingsTest {
    @Test
    void whatIsNotSetHasTheValueThatItsModuleGives() throws Exception {
        Map<String, Object> ours = values(DtlsSettings.device(Transmission.STANDARD)); // which registers the modules
        Map<String, Object> modules = values(new Configuration());
        Map<String, String> different = new TreeMap<>();
        modules.forEach((name, value) -> {
            if (!String.valueOf(value).equals(String.valueOf(ours.get(name)))) {
                different.put(name, value + " -> " + ours.get(name));
            }
        });
        assertThat(modules.size()).isGreaterThan(100);
        different.remove("CoapConfig.TCP_NUMBER_OF_BULK_BLOCKS"); // for TCP alone
        assertThat(different.keySet())
                .as("what is set here: %s", different)
                .containsExactlyInAnyOrder(
                        "CoapConfig.DEDUPLICATOR",
                        "CoapConfig.MAX_ACTIVE_PEERS",
                        "CoapConfig.MAX_RESOURCE_BODY_SIZE",
                        "CoapConfig.MID_TRACKER",
                        "CoapConfig.PREFERRED_BLOCK_SIZE",
                        "DtlsConfig.DTLS_CIPHER_SUITES",
                        "DtlsConfig.DTLS_CURVES",
                        "DtlsConfig.DTLS_MAX_CONNECTIONS",
                        "DtlsConfig.DTLS_MAX_FRAGMENTED_HANDSHAKE_MESSAGE_LENGTH",
                        "DtlsConfig.DTLS_MAX_PENDING_HANDSHAKE_RESULT_JOBS",
                        "DtlsConfig.DTLS_MAX_PENDING_INBOUND_JOBS",
                        "DtlsConfig.DTLS_MAX_PENDING_OUTBOUND_JOBS",
                        "DtlsConfig.DTLS_MAX_RETRANSMISSIONS",
                        "DtlsConfig.DTLS_MAX_TRANSMISSION_UNIT",
                        "DtlsConfig.DTLS_RECEIVER_THREAD_COUNT",
                        "DtlsConfig.DTLS_RETRANSMISSION_TIMEOUT",
                        "DtlsConfig.DTLS_ROLE",
                        "DtlsConfig.DTLS_SIGNATURE_AND_HASH_ALGORITHMS",
                        "DtlsConfig.DTLS_USE_SERVER_NAME_INDICATION",
                        "DtlsConfig.DTLS_VERIFY_SERVER_CERTIFICATES_SUBJECT");
    }

    private static Map<String, Object> values(Configuration settings) throws IllegalAccessException {
        Map<String, Object> values = new TreeMap<>();
        for (Class<?> module :
                new Class<?>[] {CoapConfig.class, UdpConfig.class, DtlsConfig.class, SystemConfig.class}) {
            for (Field field : module.getFields()) {
                Object definition = Modifier.isStatic(field.getModifiers()) ? field.get(null) : null;
                String name = module.getSimpleName() + "." + field.getName();
                if (definition instanceof TimeDefinition time) {
                    values.put(name, settings.get(time, TimeUnit.MICROSECONDS));
                } else if (definition instanceof BasicDefinition<?> basic) {
                    values.put(name, settings.get(basic));
                }
            }
        }
        return values;
    }
}
