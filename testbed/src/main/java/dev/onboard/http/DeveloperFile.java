package dev.onboard.http;

import dev.onboard.factory.CredentialsSource;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.http.ServerCredentials.Server;
import dev.onboard.pki.Credential;
import dev.onboard.pki.SubjectName;

/**
 * The C file with which the platform's client library is built for development: the names are its own
 * ({@code MBED_CLOUD_DEV_…}), the private key is PKCS#8.
 *
 * @param accountId the account's id
 * @param server the bootstrap server
 * @param credential the developer certificate and its key
 */
record DeveloperFile(String accountId, Server server, Credential credential) {
    String text() {
        return new CredentialsSource(
                        String.join("", SubjectName.commonNames(credential.certificate())),
                        accountId,
                        server.uriFor(accountId),
                        server.authority(),
                        credential,
                        new DeviceIdentity(
                                "dev_manufacturer",
                                "dev_model_num",
                                "0",
                                "",
                                "dev_device_type",
                                "dev_hardware_version"))
                .text();
    }
}
