package dev.onboard.manifest;

import dev.onboard.manifest.internal.CborReader;
import dev.onboard.manifest.internal.CborWriter;
import dev.onboard.manifest.internal.MalformedCborException;
import dev.onboard.pki.internal.Certificates;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A manifest as SUIT writes it (draft-ietf-suit-manifest, 8.4), for one component. Read by carrying its command sequences
 * out: a manifest counts when they check vendor, class and image, and fetch the image; a command that is not known here ends
 * it (SUIT, 9). Longer than a page because it is the format whole. Used once, on one thread.
 */
final class SuitManifest {
    private static final int VERSION = 1;
    private static final int SEQUENCE = 2;
    private static final int COMMON = 3;
    private static final int REFERENCE_URI = 4;
    private static final int VALIDATE = 7;
    private static final int LOAD = 8;
    private static final int INVOKE = 9;
    private static final int PAYLOAD_FETCH = 16;
    private static final int INSTALL = 20;
    private static final int TEXT = 23;
    private static final int COMPONENTS = 2;
    private static final int SHARED_SEQUENCE = 4;

    private static final int CONDITION_VENDOR = 1;
    private static final int CONDITION_CLASS = 2;
    private static final int CONDITION_IMAGE = 3;
    private static final int SET_COMPONENT = 12;
    private static final int OVERRIDE_PARAMETERS = 20;
    private static final int FETCH = 21;
    private static final int DIRECTIVE_INVOKE = 23;

    private static final int PARAMETER_VENDOR = 1;
    private static final int PARAMETER_CLASS = 2;
    private static final int PARAMETER_DIGEST = 3;
    private static final int PARAMETER_SIZE = 14;
    private static final int PARAMETER_URI = 21;
    /** Private use: the update authenticity certificates that take over. */
    private static final int PARAMETER_SUCCESSORS = -1;
    /** Private use: what is fetched is a patch: the digest of the image it is for, and digest and size of the one it makes. */
    private static final int PARAMETER_DELTA = -2;

    private static final int SHA256 = -16;
    private static final int REPORT_ALL = 15;
    private static final int REPORT_FETCH = 2;
    private static final int COMPONENT_VERSION = 6;
    private static final String LANGUAGE = "en";
    private static final byte[] COMPONENT =
            new CborWriter().array(1).bytes(new byte[] {0}).done();

    private @Nullable UUID vendor;
    private @Nullable UUID deviceClass;
    private byte @Nullable [] digest;
    private long size = -1;
    private String uri = "";
    private String version = "";
    private List<X509Certificate> successors = List.of();
    private Optional<Manifest.Delta> delta = Optional.empty();
    private final Set<Long> carriedOut = new HashSet<>();

    private SuitManifest() {}

    /** The octets of the manifest. */
    static byte[] encode(Manifest manifest) {
        byte[] shared = new CborWriter()
                .array(6)
                .integer(OVERRIDE_PARAMETERS)
                .map(4)
                .integer(PARAMETER_VENDOR)
                .bytes(UpdateTarget.octets(manifest.target().vendor()))
                .integer(PARAMETER_CLASS)
                .bytes(UpdateTarget.octets(manifest.target().deviceClass()))
                .integer(PARAMETER_DIGEST)
                .bytes(digest(manifest.digest()))
                .integer(PARAMETER_SIZE)
                .integer(manifest.size())
                .integer(CONDITION_VENDOR)
                .integer(REPORT_ALL)
                .integer(CONDITION_CLASS)
                .integer(REPORT_ALL)
                .done();
        byte[] common = new CborWriter()
                .map(2)
                .integer(COMPONENTS)
                .array(1)
                .raw(COMPONENT)
                .integer(SHARED_SEQUENCE)
                .bytes(shared)
                .done();
        byte[] validate = new CborWriter()
                .array(2)
                .integer(CONDITION_IMAGE)
                .integer(REPORT_ALL)
                .done();
        boolean named = !manifest.version().isEmpty();
        CborWriter out = new CborWriter()
                .map(named ? 6 : 5)
                .integer(VERSION)
                .integer(1)
                .integer(SEQUENCE)
                .integer(manifest.sequence())
                .integer(COMMON)
                .bytes(common)
                .integer(VALIDATE)
                .bytes(validate)
                .integer(INSTALL)
                .bytes(install(manifest));
        if (named) {
            out.integer(TEXT)
                    .bytes(new CborWriter()
                            .map(1)
                            .text(LANGUAGE)
                            .map(1)
                            .raw(COMPONENT)
                            .map(1)
                            .integer(COMPONENT_VERSION)
                            .text(manifest.version())
                            .done());
        }
        return out.done();
    }

    private static byte[] install(Manifest manifest) {
        CborWriter out = new CborWriter().array(6).integer(OVERRIDE_PARAMETERS);
        int pairs = 1
                + (manifest.successors().isEmpty() ? 0 : 1)
                + (manifest.delta().isEmpty() ? 0 : 1);
        out.map(pairs).integer(PARAMETER_URI).text(manifest.uri());
        if (!manifest.successors().isEmpty()) {
            out.integer(PARAMETER_SUCCESSORS).array(manifest.successors().size());
            manifest.successors().forEach(certificate -> out.bytes(UpdateTrust.encoded(certificate)));
        }
        manifest.delta()
                .ifPresent(patch -> out.integer(PARAMETER_DELTA)
                        .array(3)
                        .bytes(digest(patch.precursor()))
                        .bytes(digest(patch.digest()))
                        .integer(patch.size()));
        return out.integer(FETCH)
                .integer(REPORT_FETCH)
                .integer(CONDITION_IMAGE)
                .integer(REPORT_ALL)
                .done();
    }

    /** SUIT_Digest: the algorithm SHA-256 and these octets. */
    static byte[] digest(byte[] sha256) {
        return new CborWriter().array(2).integer(SHA256).bytes(sha256).done();
    }

    /** The octets of a SUIT_Digest by SHA-256. */
    static byte[] readDigest(CborReader in) throws MalformedCborException, UnreadableManifestException {
        if (in.array("a digest") != 2) {
            throw new MalformedCborException("a digest is not an array of 2");
        }
        long algorithm = in.integer("the digest's algorithm");
        byte[] octets = in.bytes("the digest");
        in.end("the digest");
        if (algorithm != SHA256) {
            throw unsupported("a digest is made by algorithm " + algorithm + "; this device knows SHA-256 (-16)");
        }
        if (octets.length != 32) {
            throw new MalformedCborException("a SHA-256 digest has " + octets.length + " octets");
        }
        return octets;
    }

    /** Reads a manifest. */
    static Manifest decode(byte[] octets) throws MalformedCborException, UnreadableManifestException {
        return new SuitManifest().read(CborReader.of(octets));
    }

    private Manifest read(CborReader in) throws MalformedCborException, UnreadableManifestException {
        int pairs = in.map("the manifest");
        Set<Long> seen = new HashSet<>();
        long formatVersion = -1;
        long sequence = -1;
        for (int i = 0; i < pairs; i++) {
            long key = in.integer("a key of the manifest");
            once(seen, key, "the manifest");
            if (key == VERSION) {
                formatVersion = in.unsigned("the manifest's version");
                if (formatVersion != 1) {
                    throw unsupported("the manifest has version " + formatVersion + "; this device knows 1");
                }
            } else if (key == SEQUENCE) {
                sequence = in.unsigned("the sequence number");
            } else if (key == COMMON) {
                common(in.inner("the common part"));
            } else if (key == REFERENCE_URI) {
                in.text("the reference URI");
            } else if (key == VALIDATE || key == LOAD || key == INVOKE || key == PAYLOAD_FETCH || key == INSTALL) {
                if (!seen.contains((long) COMMON)) {
                    throw new MalformedCborException("the manifest's keys are not in order");
                }
                sequence(in.inner("a command sequence"));
            } else if (key == TEXT) {
                text(in.inner("the text"));
            } else {
                throw unsupported("the manifest has the member " + key + ", which is not known here");
            }
        }
        in.end("the manifest");
        return complete(formatVersion, sequence);
    }

    private Manifest complete(long formatVersion, long sequence) throws UnreadableManifestException {
        UUID vendorId = vendor;
        UUID classId = deviceClass;
        byte[] image = digest;
        if (formatVersion != 1 || sequence < 0) {
            throw unsupported("the manifest says no version or no sequence number");
        }
        if (vendorId == null || classId == null || image == null || size < 0) {
            throw unsupported("the manifest says no vendor, class, image digest or image size");
        }
        if (!carriedOut.containsAll(List.of((long) CONDITION_VENDOR, (long) CONDITION_CLASS, (long) CONDITION_IMAGE))) {
            throw unsupported("the manifest does not check vendor, class and image");
        }
        return new Manifest(
                new UpdateTarget(vendorId, classId), sequence, version, image, size, uri, successors, delta);
    }

    private void common(CborReader in) throws MalformedCborException, UnreadableManifestException {
        int pairs = in.map("the common part");
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < pairs; i++) {
            long key = in.integer("a key of the common part");
            once(seen, key, "the common part");
            if (key == COMPONENTS) {
                int components = in.array("the components");
                if (components != 1) {
                    throw unsupported("the manifest is for " + components + " components; this device has one");
                }
                in.item("the component");
            } else if (key == SHARED_SEQUENCE) {
                sequence(in.inner("the shared sequence"));
            } else {
                throw unsupported("the common part has the member " + key + ", which is not known here");
            }
        }
        in.end("the common part");
    }

    private void sequence(CborReader in) throws MalformedCborException, UnreadableManifestException {
        int items = in.array("a command sequence");
        if (items % 2 != 0) {
            throw new MalformedCborException("a command sequence has a command without its argument");
        }
        for (int i = 0; i < items; i += 2) {
            long command = in.integer("a command");
            if (command == OVERRIDE_PARAMETERS) {
                parameters(in);
            } else if (command == CONDITION_VENDOR
                    || command == CONDITION_CLASS
                    || command == CONDITION_IMAGE
                    || command == FETCH
                    || command == DIRECTIVE_INVOKE) {
                in.unsigned("a reporting policy");
            } else if (command == SET_COMPONENT) {
                if (in.unsigned("the component's index") != 0) {
                    throw unsupported("the manifest names a component that this device does not have");
                }
            } else {
                throw unsupported("the manifest has the command " + command + ", which is not known here");
            }
            carriedOut.add(command);
        }
        in.end("a command sequence");
    }

    private void parameters(CborReader in) throws MalformedCborException, UnreadableManifestException {
        int pairs = in.map("parameters");
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < pairs; i++) {
            long key = in.integer("a parameter");
            once(seen, key, "parameters");
            if (key == PARAMETER_VENDOR) {
                vendor = unchanged(vendor, id(in, "the vendor id"), "vendor id");
            } else if (key == PARAMETER_CLASS) {
                deviceClass = unchanged(deviceClass, id(in, "the class id"), "class id");
            } else if (key == PARAMETER_DIGEST) {
                if (digest != null) {
                    throw unsupported("the manifest sets the image's digest twice");
                }
                digest = readDigest(in.inner("the image's digest"));
            } else if (key == PARAMETER_SIZE) {
                size = unchanged(size < 0 ? null : size, in.unsigned("the image's size"), "image size");
            } else if (key == PARAMETER_URI) {
                uri = in.text("the image's URI");
            } else if (key == PARAMETER_SUCCESSORS) {
                successors(in);
            } else if (key == PARAMETER_DELTA) {
                delta(in);
            } else {
                throw unsupported("the manifest has the parameter " + key + ", which is not known here");
            }
        }
    }

    private static <T> T unchanged(@Nullable T before, T now, String what) throws UnreadableManifestException {
        if (before != null && !before.equals(now)) {
            throw unsupported("the manifest sets the " + what + " twice");
        }
        return now;
    }

    private static UUID id(CborReader in, String what) throws MalformedCborException {
        byte[] octets = in.bytes(what);
        if (octets.length != 16) {
            throw new MalformedCborException(what + " has " + octets.length + " octets instead of 16");
        }
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    private void successors(CborReader in) throws MalformedCborException {
        List<X509Certificate> certificates = new ArrayList<>();
        int count = in.array("the certificates that take over");
        for (int i = 0; i < count; i++) {
            byte[] der = in.bytes("a certificate that takes over");
            try {
                certificates.add(Certificates.certificate(der));
            } catch (IllegalArgumentException e) {
                throw new MalformedCborException("a certificate that takes over is none: " + e.getMessage());
            }
        }
        successors = List.copyOf(certificates);
    }

    private void delta(CborReader in) throws MalformedCborException, UnreadableManifestException {
        if (in.array("the patch") != 3) {
            throw new MalformedCborException("the patch is not an array of 3");
        }
        byte[] precursor = readDigest(in.inner("the digest of the image that the patch is for"));
        byte[] made = readDigest(in.inner("the digest of the image that the patch makes"));
        delta = Optional.of(new Manifest.Delta(precursor, made, in.unsigned("the size of the image that it makes")));
    }

    private void text(CborReader in) throws MalformedCborException {
        int languages = in.map("the text");
        for (int i = 0; i < languages; i++) {
            in.text("a language");
            int members = in.map("the text");
            for (int k = 0; k < members; k++) {
                if (in.next() == 4) {
                    in.item("the component");
                    componentText(in);
                } else {
                    in.item("the text");
                    in.item("the text");
                }
            }
        }
        in.end("the text");
    }

    private void componentText(CborReader in) throws MalformedCborException {
        int members = in.map("the component's text");
        for (int i = 0; i < members; i++) {
            if (in.integer("a key of the component's text") == COMPONENT_VERSION) {
                version = in.text("the component's version");
            } else {
                in.item("the component's text");
            }
        }
    }

    private static void once(Set<Long> seen, long key, String what) throws MalformedCborException {
        if (!seen.add(key)) {
            throw new MalformedCborException(what + " has the key " + key + " twice");
        }
    }

    private static UnreadableManifestException unsupported(String detail) {
        return new UnreadableManifestException(ManifestReason.UNSUPPORTED, detail);
    }
}
