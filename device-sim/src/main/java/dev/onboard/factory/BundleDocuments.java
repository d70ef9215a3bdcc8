package dev.onboard.factory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import dev.onboard.pki.CredentialFiles;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** A bundle as one document, for factory lines that take no directories. Each holds the device's private key. Stateless. */
public final class BundleDocuments {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private BundleDocuments() {}

    /** One JSON document: {@code bundle.json} with the certificates and the key as PEM in it. */
    public static byte[] json(DeviceBundle bundle) throws JsonProcessingException {
        ObjectNode document = BundleFiles.document(bundle);
        document.put(
                "device_certificate", CredentialFiles.pem(bundle.credential().chain()));
        document.put(
                "device_private_key", CredentialFiles.pem(bundle.credential().privateKey()));
        document.put("server_ca_certificate", CredentialFiles.pem(List.of(bundle.serverCa())));
        document.put("update_auth_certificate", CredentialFiles.pem(List.of(bundle.updateAuthenticity())));
        if (!bundle.trustStore().isEmpty()) {
            document.put("trust_store", CredentialFiles.pem(bundle.trustStore()));
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
    }

    /**
     * What the platform's factory tool sends to a device, in CBOR: the groups {@code Keys}, {@code Certificates}, {@code
     * CertificateChains} and {@code ConfigParams}, with the platform's names of items.
     *
     * @param serverUri with {@code aid=}, which the platform's client wants
     */
    public static byte[] cbor(DeviceBundle bundle, String serverUri) throws JsonProcessingException {
        boolean bootstrap = bundle.mode() != DeviceMode.LWM2M;
        String side = bootstrap ? "mbed.Bootstrap" : "mbed.LwM2M";
        ObjectNode groups = CBOR.createObjectNode().put("SchemeVersion", "0.0.1");
        groups.putArray("Keys")
                .addObject()
                .put("Name", side + "DevicePrivateKey")
                .put("Type", "ECCPrivate")
                .put("Format", "der")
                .put("Data", bundle.credential().privateKeyPkcs8());
        ArrayNode certificates = groups.putArray("Certificates");
        certificate(certificates, side + "ServerCACert", bundle.serverCa());
        certificate(certificates, "mbed.UpdateAuthCert", bundle.updateAuthenticity());
        List<X509Certificate> chain = bundle.sentCredential().chain();
        if (chain.size() == 1) {
            certificate(certificates, side + "DeviceCert", chain.get(0));
        } else {
            ArrayNode data = groups.putArray("CertificateChains")
                    .addObject()
                    .put("Name", side + "DeviceCert")
                    .put("Format", "der")
                    .putArray("DataArray");
            chain.forEach(one -> data.add(der(one)));
        }
        ArrayNode parameters = groups.putArray("ConfigParams");
        parameters.addObject().put("Name", "mbed.UseBootstrap").put("Data", new byte[] {
            (byte) (bootstrap ? 1 : 0), 0, 0, 0
        });
        parameter(parameters, "mbed.EndpointName", bundle.endpoint().value());
        parameter(parameters, side + "ServerURI", serverUri);
        DeviceIdentity identity = bundle.identity();
        parameter(parameters, "mbed.Manufacturer", identity.manufacturer());
        parameter(parameters, "mbed.ModelNumber", identity.model());
        parameter(parameters, "mbed.DeviceType", identity.deviceType());
        parameter(parameters, "mbed.HardwareVersion", identity.hardwareVersion());
        parameter(parameters, "mbed.SerialNumber", identity.serialNumber());
        parameters.addObject().put("Name", "mbed.MemoryTotalKB").put("Data", new byte[4]);
        return CBOR.writeValueAsBytes(groups);
    }

    private static void certificate(ArrayNode into, String name, X509Certificate certificate) {
        into.addObject().put("Name", name).put("Format", "der").put("Data", der(certificate));
    }

    private static void parameter(ArrayNode into, String name, String value) {
        into.addObject().put("Name", name).put("Data", value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has no encoding", e);
        }
    }
}
