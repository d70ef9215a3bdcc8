package dev.onboard.factory;

import dev.onboard.pki.Credential;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/**
 * The C file with which the platform's client library is built for development: the names are its own
 * ({@code MBED_CLOUD_DEV_…}), the private key is PKCS#8. Its text shows the key; so does {@link #text()}, and nothing else.
 *
 * @param endpoint the endpoint name
 * @param accountId the account's id
 * @param serverUri of the bootstrap server
 * @param serverCa what the device trusts at that server
 * @param credential the device's key and certificate
 * @param identity what the device says of itself
 */
public record CredentialsSource(
        String endpoint,
        String accountId,
        String serverUri,
        X509Certificate serverCa,
        Credential credential,
        DeviceIdentity identity) {
    private static final int PER_LINE = 12;

    /** The file's content. */
    public String text() {
        StringBuilder c = new StringBuilder();
        c.append("/* A developer certificate of Onboard. It holds a private key: keep it to yourself. */\n");
        c.append("#ifndef __MBED_CLOUD_DEV_CREDENTIALS_H__\n#define __MBED_CLOUD_DEV_CREDENTIALS_H__\n\n");
        c.append("#include <inttypes.h>\n\n");
        string(c, "BOOTSTRAP_ENDPOINT_NAME", endpoint);
        string(c, "ACCOUNT_ID", accountId);
        string(c, "BOOTSTRAP_SERVER_URI", serverUri);
        octets(c, "BOOTSTRAP_DEVICE_CERTIFICATE", der(credential.certificate()));
        octets(c, "BOOTSTRAP_SERVER_ROOT_CA_CERTIFICATE", der(serverCa));
        octets(c, "BOOTSTRAP_DEVICE_PRIVATE_KEY", credential.privateKeyPkcs8());
        string(c, "MANUFACTURER", identity.manufacturer());
        string(c, "MODEL_NUMBER", identity.model());
        string(c, "SERIAL_NUMBER", identity.serialNumber());
        string(c, "DEVICE_TYPE", identity.deviceType());
        string(c, "HARDWARE_VERSION", identity.hardwareVersion());
        c.append("const uint32_t MBED_CLOUD_DEV_MEMORY_TOTAL_KB = 0;\n\n");
        c.append("#endif /* __MBED_CLOUD_DEV_CREDENTIALS_H__ */\n");
        return c.toString();
    }

    private static void string(StringBuilder c, String name, String value) {
        c.append("const char MBED_CLOUD_DEV_").append(name).append("[] = \"");
        c.append(value.replace("\\", "\\\\").replace("\"", "\\\"")).append("\";\n");
    }

    private static void octets(StringBuilder c, String name, byte[] value) {
        c.append("const uint8_t MBED_CLOUD_DEV_").append(name).append("[] =\n{");
        for (int i = 0; i < value.length; i++) {
            c.append(i % PER_LINE == 0 ? "\n    " : " ");
            c.append(String.format("0x%02x", value[i])).append(i + 1 < value.length ? "," : "");
        }
        c.append("\n};\n");
        c.append("const uint32_t MBED_CLOUD_DEV_").append(name).append("_SIZE = sizeof(MBED_CLOUD_DEV_");
        c.append(name).append(");\n");
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate cannot be encoded: " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return "the credentials file of " + endpoint;
    }
}
