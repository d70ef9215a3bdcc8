package dev.onboard.cli;

import dev.onboard.factory.DeviceIdentity;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import dev.onboard.manifest.ManifestFormat;
import dev.onboard.manifest.Patch;
import dev.onboard.manifest.SignedManifest;
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
import java.util.Optional;
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
        description = "Sign a manifest for a firmware image, by ECDSA on P-256.")
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
            names = "--format",
            paramLabel = "F",
            defaultValue = "suit",
            description = "suit: a SUIT envelope; platform-v1, platform-v3: the platform's manifests, for object 10252;"
                    + " cms: the image in CMS (RFC 4108). Default: ${DEFAULT-VALUE}")
    private String format;

    @Option(
            names = "--uri",
            paramLabel = "URI",
            description =
                    "Where the platform's manifests say that the image is. Default: /firmware-images/ and its SHA-256;"
                            + " the LwM2M server answers for it whatever it is")
    private @Nullable String uri;

    @Option(
            names = "--patch-for",
            paramLabel = "FILE",
            description =
                    "The image that runs on the devices: a patch that makes the new one of it is written beside the"
                            + " manifest, as FILE.patch, and is what the devices get")
    private @Nullable Path before;

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
            description = "Put the image into the SUIT envelope: a whole package, as devices get it.")
    private boolean integrated;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The manifest")
    private Path out;

    @Option(names = "--json", description = "Print what it says as one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Console console = Console.of(spec, json);
        try {
            ManifestFormat chosen = ManifestFormat.of(format)
                    .orElseThrow(() -> new UsageException(
                            "--format '" + format + "' is none of suit, platform-v1," + " platform-v3 and cms"));
            if (integrated && chosen != ManifestFormat.SUIT) {
                throw new UsageException("--integrated is for --format suit; " + chosen.word()
                        + (chosen == ManifestFormat.CMS
                                ? " has the image in it always"
                                : " travels without its image"));
            }
            byte[] octets = InputFile.content("--image", image);
            Optional<byte[]> basis = Optional.ofNullable(before).map(file -> InputFile.content("--patch-for", file));
            byte[] transferred = basis.isPresent() ? Patch.make(basis.get(), octets) : octets;
            Manifest manifest = manifest(chosen, basis, octets, transferred);
            SignedManifest signed = SignedManifest.sign(chosen, manifest, credentials(), transferred);
            write(
                    out,
                    integrated && signed instanceof SuitEnvelope envelope
                            ? envelope.withImage(transferred).encoded()
                            : signed.encoded());
            String what = "image";
            if (before != null) {
                Path patch = Path.of(out + ".patch");
                write(patch, transferred);
                what = "patch " + patch;
            }
            console.say("signed " + out + ": version " + manifest.version() + " for the " + what + ", "
                    + manifest.size() + " octets, SHA-256 " + manifest.digestHex());
            console.document(Console.json()
                    .createObjectNode()
                    .put("manifest", out.toString())
                    .put("format", chosen.word())
                    .put("version", manifest.version())
                    .put("sequence_number", manifest.sequence())
                    .put("vendor_id", manifest.target().vendor().toString())
                    .put("class_id", manifest.target().deviceClass().toString())
                    .put("uri", manifest.uri())
                    .put("digest", manifest.digestHex())
                    .put("size", manifest.size())
                    .put("patch", before == null ? null : out + ".patch")
                    .put("integrated", signed.hasImage() || integrated));
            return 0;
        } catch (IOException | IllegalArgumentException e) {
            throw InputFile.failure(e);
        }
    }

    private static void write(Path file, byte[] octets) {
        try {
            Files.write(file, octets);
        } catch (IOException e) {
            Path folder = file.toAbsolutePath().getParent();
            throw new UsageException(
                    "--out: " + file + " cannot be written: "
                            + (Files.isDirectory(file)
                                    ? "it is a directory"
                                    : folder != null && !Files.isDirectory(folder)
                                            ? "there is no directory " + folder
                                            : e.getMessage()),
                    e);
        }
    }

    private Manifest manifest(ManifestFormat chosen, Optional<byte[]> basis, byte[] made, byte[] transferred)
            throws IOException {
        Manifest manifest = Manifest.of(
                UpdateTarget.of(
                        vendor == null ? SIMULATED.manufacturer() : vendor, model == null ? SIMULATED.model() : model),
                FirmwareVersion.parse(version),
                transferred);
        if (basis.isPresent()) {
            manifest = manifest.withDelta(Manifest.Delta.of(basis.get(), made));
        }
        if (trustNext != null) {
            manifest = manifest.withSuccessors(CredentialFiles.readCertificates(trustNext));
        }
        if (uri != null && !chosen.isPlatform()) {
            throw new UsageException("--uri is for the platform's manifests; with --format " + chosen.word()
                    + " the image travels in the package");
        }
        return chosen.isPlatform()
                ? manifest.withUri(uri == null ? "/firmware-images/" + manifest.digestHex() : uri)
                : manifest;
    }

    private List<Credential> credentials() throws IOException {
        List<Path> directories = signers.isEmpty()
                ? List.of(Running.directory(
                                "name a signer's directory with --signer, as 'onboard update cert create --out DIR'"
                                        + " makes one")
                        .resolve("update"))
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
