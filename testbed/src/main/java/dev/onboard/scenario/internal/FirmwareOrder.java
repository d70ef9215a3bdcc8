package dev.onboard.scenario.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.factory.DeviceIdentity;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.SignedManifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.Credential;
import dev.onboard.pki.cases.CaseCertificates;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * The firmware of a step {@code update}, from a file that was found to be in order.
 *
 * @param written the step
 */
record FirmwareOrder(JsonNode written) {
    /** Where a manifest of the platform says that the image is; the account knows it by its digest. */
    private static final String ADDRESS = "/firmware-images/of-a-scenario";

    /** Large enough for several blocks, and small enough to be there at once. */
    private static final int IMAGE = 3000;

    /** How it comes to the device. */
    enum Way {
        /** By a campaign: the device fetches it. */
        PULL,
        /** By a campaign: the LwM2M server sends it. */
        PUSH,
        /** Written to /5/0/0 past the account, which would not take what is no manifest. */
        DIRECT
    }

    Way way() {
        return switch (written.path("by").asText("pull")) {
            case "push" -> Way.PUSH;
            case "direct" -> Way.DIRECT;
            default -> Way.PULL;
        };
    }

    String version() {
        return written.path("version").asText();
    }

    /**
     * The package as it is sent.
     *
     * @param usual who signs unless the file says so
     */
    byte[] octets(CaseCertificates certificates, Credential usual) {
        byte[] image = image();
        DeviceIdentity identity = DeviceIdentity.simulated("");
        UpdateTarget target = UpdateTarget.of(
                written.path("manufacturer").asText(identity.manufacturer()),
                written.path("model").asText(identity.model()));
        List<X509Certificate> next = new ArrayList<>();
        written.path("next").forEach(id -> next.add(certificates.certificate(id.asText())));
        Manifest manifest =
                Manifest.of(target, FirmwareVersion.parse(version()), image).withSuccessors(next);
        byte[] octets = switch (format()) {
            case SUIT -> suit(manifest, signers(certificates, usual), image);
            case CMS -> cms(SignedManifest.sign(format(), manifest, signers(certificates, usual), image), image);
            case PLATFORM_V1, PLATFORM_V3 ->
                SignedManifest.sign(format(), manifest.withUri(ADDRESS), signers(certificates, usual), image)
                        .encoded();
        };
        for (JsonNode edit : written.path("edit")) {
            replace(
                    octets,
                    HexFormat.of().parseHex(edit.path("octets").asText()),
                    HexFormat.of().parseHex(edit.path("become").asText()));
        }
        return octets;
    }

    /** The image as it was signed, for the account where it does not travel with its manifest. */
    byte[] image() {
        byte[] image = new byte[IMAGE];
        new Random(IMAGE).nextBytes(image);
        return image;
    }

    ManifestFormat format() {
        return ManifestFormat.of(written.path("format").asText("suit")).orElseThrow();
    }

    /** What is signed and the image stand one after the other in clear. */
    private byte[] cms(SignedManifest signed, byte[] image) {
        byte[] octets = signed.encoded();
        if (written.path("image").asText().equals("changed")) {
            byte[] changed = image.clone();
            changed[IMAGE / 2] ^= 1;
            replace(octets, image, changed);
        }
        return octets;
    }

    private byte[] suit(Manifest manifest, List<Credential> signers, byte[] image) {
        SuitEnvelope envelope = SuitEnvelope.sign(manifest, signers);
        if (written.path("unsigned").asBoolean()) {
            envelope = envelope.withoutSignatures();
        }
        return switch (written.path("image").asText("good")) {
            case "missing" -> envelope.encoded();
            case "changed" -> {
                image[IMAGE / 2] ^= 1;
                yield envelope.withImage(image).encoded();
            }
            case "truncated" ->
                envelope.withImage(Arrays.copyOf(image, IMAGE - 1)).encoded();
            case "extended" ->
                envelope.withImage(Arrays.copyOf(image, IMAGE + 1)).encoded();
            default -> envelope.withImage(image).encoded();
        };
    }

    private List<Credential> signers(CaseCertificates certificates, Credential usual) {
        List<Credential> signers = new ArrayList<>();
        for (JsonNode id : written.path("signers")) {
            signers.add(Credential.unproven(
                    certificates.key(id.asText()).getPrivate(), List.of(certificates.certificate(id.asText()))));
        }
        return signers.isEmpty() ? List.of(usual) : signers;
    }

    /** Every place where these octets stand. */
    private static void replace(byte[] in, byte[] octets, byte[] become) {
        boolean found = false;
        for (int at = 0; at + octets.length <= in.length; at++) {
            if (Arrays.equals(in, at, at + octets.length, octets, 0, octets.length)) {
                System.arraycopy(become, 0, in, at, become.length);
                found = true;
            }
        }
        if (!found) {
            throw new IllegalArgumentException(
                    "the octets " + HexFormat.of().formatHex(octets) + " stand nowhere in the package");
        }
    }
}
