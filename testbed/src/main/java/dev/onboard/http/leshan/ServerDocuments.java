package dev.onboard.http.leshan;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.server.ObjectSpec;
import io.javalin.http.Context;
import java.math.BigInteger;
import java.net.URI;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code /api/server} and {@code /api/objectspecs}: where the servers are, the certificate that the LwM2M server shows, and
 * the objects that it knows. Immutable.
 *
 * @param endpoints what each is, by its URI
 */
record ServerDocuments(
        Map<URI, String> endpoints, Supplier<X509Certificate> certificate, Supplier<List<ObjectSpec>> objects) {
    private static final ObjectMapper JSON = new ObjectMapper();

    void endpoints(Context ctx) {
        ArrayNode all = JSON.createArrayNode();
        endpoints.forEach((uri, what) -> {
            ObjectNode entry = all.addObject();
            entry.putObject("uri")
                    .put("full", uri.toString())
                    .put("scheme", uri.getScheme())
                    .put("host", uri.getHost())
                    .put("port", uri.getPort());
            entry.put("description", what);
        });
        LeshanAnswer.json(ctx, all);
    }

    void security(Context ctx) {
        ObjectNode json = JSON.createObjectNode();
        ObjectNode shown = json.putObject("certificate");
        X509Certificate now = certificate.get();
        if (now.getPublicKey() instanceof ECPublicKey key) {
            shown.putObject("pubkey")
                    .put("x", hex(key.getW().getAffineX()))
                    .put("y", hex(key.getW().getAffineY()))
                    .put("params", key.getParams().toString())
                    .put("b64Der", Base64.getEncoder().encodeToString(key.getEncoded()));
        }
        try {
            shown.put("b64Der", Base64.getEncoder().encodeToString(now.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours has no encoding", e);
        }
        LeshanAnswer.json(ctx, json);
    }

    private static String hex(BigInteger coordinate) {
        byte[] bytes = coordinate.toByteArray();
        int sign = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        return HexFormat.of().formatHex(bytes, sign, bytes.length);
    }

    void objects(Context ctx) {
        ArrayNode all = JSON.createArrayNode();
        for (ObjectSpec object : objects.get()) {
            ArrayNode resources = all.addObject()
                    .put("id", object.id())
                    .put("name", object.name())
                    .put("instancetype", object.multiple() ? "multiple" : "single")
                    .put("mandatory", object.mandatory())
                    .put("urn", object.urn())
                    .put("version", object.version())
                    .put("lwm2mversion", object.lwm2mVersion())
                    .put("description", object.description())
                    .put("description2", object.description2())
                    .putArray("resourcedefs");
            for (ObjectSpec.Resource resource : object.resources()) {
                resources
                        .addObject()
                        .put("id", resource.id())
                        .put("name", resource.name())
                        .put("operations", resource.operations())
                        .put("instancetype", resource.multiple() ? "multiple" : "single")
                        .put("mandatory", resource.mandatory())
                        .put("type", resource.type())
                        .put("range", resource.range())
                        .put("units", resource.units())
                        .put("description", resource.description());
            }
        }
        LeshanAnswer.json(ctx, all);
    }
}
