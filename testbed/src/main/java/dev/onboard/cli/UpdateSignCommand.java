package dev.onboard.cli;

import dev.onboard.factory.DeviceIdentity;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.SuitEnvelope;
import dev.onboard.manifest.UpdateTarget;
import dev.onboard.pki.Credential;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.testbed.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code onboard update sign}: a manifest for an image. */
@Command(
        name = "sign",
        mixinStandardHelpOptions = true,
        description = "Sign a manifest for a firmware image: a SUIT envelope, COSE_Sign1 by ES256.")
final class UpdateSignCommand implements Callable<Integer> {
    private static final DeviceIdentity SIMULATED = DeviceIdentity.simulated("");

    @Spec
    private CommandSpec spec;

    @Option(names = "--image", paramLabel = "FILE", required = true, description = "The firmware image")
    private Path image;

    @Option(
            names = "--version",
            paramLabel = "X.Y.Z",
            required = true,
            description = "Three numbers from 0 to 999; devices take none that is not above theirs")
    private String version;

    @Option(
            names = "--vendor",
            paramLabel = "NAME",
            description = "The manufacturer (/3/0/0) of the devices. Default: that of simulated devices")
    private @Nullable String vendor;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The model (/3/0/1) of the devices. Default: that of simulated devices")
    private @Nullable String model;

    @Option(
            names = "--signer",
            paramLabel = "DIR",
            description = "With update-auth.cert.pem and update-auth.key.pem; several sign for a change-over."
                    + " Default: update/ in the work directory of the newest running testbed")
    private List<Path> signers = new ArrayList<>();

    @Option(
            names = "--trust-next",
            paramLabel = "FILE",
            description = "Update authenticity certificates that count on a device from this firmware on, PEM")
    private @Nullable Path trustNext;

    @Option(
            names = "--integrated",
            description = "Put the image into the envelope: a whole package, as devices get it.")
    private boolean integrated;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The manifest")
    private Path out;

    @Option(names = "--json", description = "Print what it says as one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        try {
            byte[] octets = Files.readAllBytes(image);
            Manifest manifest = Manifest.of(
                    UpdateTarget.of(
                            vendor == null ? SIMULATED.manufacturer() : vendor,
                            model == null ? SIMULATED.model() : model),
                    FirmwareVersion.parse(version),
                    octets);
            if (trustNext != null) {
                manifest = manifest.withSuccessors(CredentialFiles.readCertificates(trustNext));
            }
            SuitEnvelope signed = SuitEnvelope.sign(manifest, credentials());
            Files.write(out, (integrated ? signed.withImage(octets) : signed).encoded());
            console.say("signed " + out + ": version " + manifest.version() + " for " + manifest.size()
                    + " octets, SHA-256 " + manifest.digestHex());
            console.document(Console.json()
                    .createObjectNode()
                    .put("manifest", out.toString())
                    .put("version", manifest.version())
                    .put("sequence_number", manifest.sequence())
                    .put("vendor_id", manifest.target().vendor().toString())
                    .put("class_id", manifest.target().deviceClass().toString())
                    .put("digest", manifest.digestHex())
                    .put("size", manifest.size())
                    .put("integrated", integrated));
            return 0;
        } catch (java.nio.file.NoSuchFileException e) {
            throw new UsageException(e.getMessage() + " does not exist", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private List<Credential> credentials() throws IOException {
        List<Path> directories = signers.isEmpty()
                ? List.of(Running.testbed(null).workDirectory().resolve("update"))
                : signers;
        List<Credential> all = new ArrayList<>();
        for (Path directory : directories) {
            Credential signer = CredentialFiles.readCredential(
                    directory.resolve("update-auth.cert.pem"), directory.resolve("update-auth.key.pem"));
            X509Certificate own = signer.certificate();
            if (all.stream().noneMatch(other -> other.certificate().equals(own))) {
                all.add(signer);
            }
        }
        return all;
    }
}
