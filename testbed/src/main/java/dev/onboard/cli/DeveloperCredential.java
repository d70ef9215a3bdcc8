package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.http.ManagementClient;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A developer certificate with its key: from the account by its id, or from the C file that the account gave out. */
final class DeveloperCredential {
    private static final Pattern OCTET = Pattern.compile("0x([0-9a-fA-F]{2})");

    private DeveloperCredential() {}

    static Credential of(String idOrFile, Supplier<ManagementClient> account) {
        Path file = Path.of(idOrFile);
        try {
            if (Files.isRegularFile(file)) {
                String text = Files.readString(file);
                return Credential.of(
                        CredentialFiles.readPrivateKey(octets(text, file, "DEVICE_PRIVATE_KEY"), idOrFile),
                        CredentialFiles.readCertificates(octets(text, file, "DEVICE_CERTIFICATE"), idOrFile));
            }
            JsonNode found = account.get()
                    .call(
                            "GET",
                            "/v3/developer-certificates/" + URLEncoder.encode(idOrFile, StandardCharsets.UTF_8),
                            null);
            return Credential.of(
                    CredentialFiles.readPrivateKey(
                            found.path("developer_private_key").asText().getBytes(StandardCharsets.US_ASCII),
                            "the account's answer"),
                    CredentialFiles.readCertificates(
                            found.path("developer_certificate").asText().getBytes(StandardCharsets.US_ASCII),
                            "the account's answer"));
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException("--developer " + idOrFile + ": " + e.getMessage(), e);
        }
    }

    private static byte[] octets(String text, Path file, String name) {
        Matcher array = Pattern.compile("MBED_CLOUD_DEV_BOOTSTRAP_" + name + "\\[\\]\\s*=\\s*\\{([^}]*)\\}")
                .matcher(text);
        if (!array.find()) {
            throw new IllegalArgumentException(file + " has no array MBED_CLOUD_DEV_BOOTSTRAP_" + name
                    + "; give the file that 'onboard developer-certificate download' wrote");
        }
        StringBuilder hex = new StringBuilder();
        OCTET.matcher(array.group(1)).results().forEach(octet -> hex.append(octet.group(1)));
        return HexFormat.of().parseHex(hex);
    }
}
