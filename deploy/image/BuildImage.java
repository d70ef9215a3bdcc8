import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Makes a container image of Onboard without a daemon and without a registry: an image layout (OCI Image Specification 1.0)
 * in one tar file, which {@code podman load}, {@code docker load} (25 or newer), {@code ctr images import} and {@code skopeo
 * copy oci-archive:FILE} take. It has a Java made by {@code jlink} of this machine's JDK, the system libraries that it needs
 * of this machine, and the jar; no shell and nothing else. Two runs on one machine give the same file.
 *
 * <pre>java deploy/image/BuildImage.java testbed/target/onboard.jar onboard-image.tar</pre>
 */
public final class BuildImage {
    private static final String NAME = "onboard:0.1.0";
    /** Of everything in the image, seconds since 1970: the pom's project.build.outputTimestamp. */
    private static final long TIME = 1_793_491_200;

    private static final int USER = 10_001;
    private static final String MODULES = String.join(
            ",",
            "java.base",
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.security.jgss",
            "java.security.sasl",
            "java.sql",
            "java.transaction.xa",
            "java.xml",
            "jdk.crypto.ec",
            "jdk.management",
            "jdk.unsupported",
            "jdk.zipfs");

    private BuildImage() {}

    /** A file, a directory or a link on its way into a layer. */
    private record Entry(String name, int mode, int owner, byte[] content, String link, char type) {}

    /** A blob of the layout. */
    private record Blob(String digest, byte[] content, String unpacked) {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            System.err.println("BuildImage: give the jar and the file to write:"
                    + " java deploy/image/BuildImage.java testbed/target/onboard.jar onboard-image.tar");
            System.exit(2);
        }
        Path jar = Path.of(arguments[0]);
        if (!Files.isRegularFile(jar)) {
            System.err.println("BuildImage: " + jar + " is not there; build it first: mvn -Dfast package");
            System.exit(2);
        }
        Path work = Files.createTempDirectory("onboard-image-");
        try {
            Path java = work.resolve("java");
            run(jdk("jlink"), "--output", java.toString(), "--add-modules", MODULES, "--strip-debug",
                    "--no-header-files", "--no-man-pages", "--compress=2");
            Blob runtime = layer(runtime(java));
            Blob onboard = layer(List.of(
                    directory("opt/onboard", 0755, 0), file("opt/onboard/onboard.jar", 0644, Files.readAllBytes(jar))));
            Files.write(Path.of(arguments[1]), image(List.of(runtime, onboard)));
            System.out.println(arguments[1] + ": " + NAME + ", " + Files.size(Path.of(arguments[1])) / 1_000_000 + " MB");
        } finally {
            try (Stream<Path> made = Files.walk(work)) {
                for (Path file : made.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String jdk(String tool) {
        Path path = Path.of(System.getProperty("java.home"), "bin", tool);
        if (!Files.isExecutable(path)) {
            throw new IllegalStateException(path + " is not there; this needs a JDK, not a JRE alone");
        }
        return path.toString();
    }

    /** The runtime with what it needs of the system, and the little that a process expects of one. */
    private static List<Entry> runtime(Path java) throws IOException, InterruptedException {
        Map<String, Entry> entries = new TreeMap<>();
        for (String name : List.of("dev", "etc", "lib64", "opt", "proc", "sys", "usr", "usr/lib", "var", "var/lib")) {
            entries.put(name, directory(name, 0755, 0));
        }
        entries.put("tmp", directory("tmp", 01777, 0));
        entries.put("var/lib/onboard", directory("var/lib/onboard", 0750, USER));
        entries.put("devices", directory("devices", 0750, USER));
        entries.put("etc/passwd", file("etc/passwd", 0644, text(
                "root:x:0:0:root:/root:/none\nonboard:x:" + USER + ":" + USER + ":Onboard:/var/lib/onboard:/none\n")));
        entries.put("etc/group", file("etc/group", 0644, text("root:x:0:\nonboard:x:" + USER + ":\n")));
        entries.put("etc/nsswitch.conf", file("etc/nsswitch.conf", 0644, text("hosts: files dns\n")));
        List<Path> binaries = new ArrayList<>();
        try (Stream<Path> files = Files.walk(java)) {
            for (Path path : files.sorted().toList()) {
                String name = "opt/java" + (path.equals(java) ? "" : "/" + java.relativize(path));
                if (Files.isDirectory(path)) {
                    entries.put(name, directory(name, 0755, 0));
                } else {
                    boolean program = Files.isExecutable(path);
                    entries.put(name, file(name, program ? 0755 : 0644, Files.readAllBytes(path)));
                    if (name.endsWith(".so") || name.contains("/bin/")) {
                        binaries.add(path);
                    }
                }
            }
        }
        for (Path library : libraries(binaries)) {
            String name = library.toString().substring(1);
            for (Path up = Path.of(name).getParent(); up != null; up = up.getParent()) {
                entries.putIfAbsent(up.toString(), directory(up.toString(), 0755, 0));
            }
            entries.put(name, file(name, 0755, Files.readAllBytes(library.toRealPath())));
        }
        return List.copyOf(entries.values());
    }

    /** What the dynamic linker would load, as it says itself; a library for a desktop that is not on this machine is left out. */
    private static TreeSet<Path> libraries(List<Path> binaries) throws IOException, InterruptedException {
        Pattern found = Pattern.compile("(?:=> )?(/\\S+) \\(0x");
        TreeSet<Path> libraries = new TreeSet<>();
        // the native code in the jar (curves, SQLite) needs these beyond what the runtime needs
        for (String name : List.of("libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2")) {
            for (Path directory : List.of(Path.of("/lib/x86_64-linux-gnu"), Path.of("/lib/aarch64-linux-gnu"), Path.of("/lib64"))) {
                if (Files.exists(directory.resolve(name))) {
                    libraries.add(directory.resolve(name));
                    break;
                }
            }
        }
        for (Path binary : binaries) {
            Process ldd = new ProcessBuilder("ldd", binary.toString()).redirectErrorStream(true).start();
            String said = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            ldd.waitFor();
            Matcher each = found.matcher(said);
            while (each.find()) {
                if (!each.group(1).contains("/onboard-image-")) {
                    libraries.add(Path.of(each.group(1)));
                }
            }
        }
        return libraries;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + said);
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Entry directory(String name, int mode, int owner) {
        return new Entry(name + "/", mode, owner, new byte[0], "", '5');
    }

    private static Entry file(String name, int mode, byte[] content) {
        return new Entry(name, mode, 0, content, "", '0');
    }

    private static Blob layer(List<Entry> entries) throws IOException {
        byte[] tar = tar(entries);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(tar);
        }
        return new Blob(digest(packed.toByteArray()), packed.toByteArray(), digest(tar));
    }

    /** The layout: its version, its index, the manifest, the configuration and the layers. */
    private static byte[] image(List<Blob> layers) throws IOException {
        StringBuilder unpacked = new StringBuilder();
        StringBuilder packed = new StringBuilder();
        for (Blob layer : layers) {
            unpacked.append(unpacked.length() == 0 ? "" : ",").append('"').append(layer.unpacked()).append('"');
            packed.append(packed.length() == 0 ? "" : ",")
                    .append(descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer.digest(), layer.content().length, ""));
        }
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        byte[] configuration = text("{\"architecture\":\"" + architecture + "\",\"os\":\"linux\",\"created\":\""
                + java.time.Instant.ofEpochSecond(TIME) + "\",\"config\":{\"User\":\"" + USER + ":" + USER
                + "\",\"Env\":[\"HOME=/var/lib/onboard\",\"LANG=C.UTF-8\",\"PATH=/opt/java/bin\"],\"WorkingDir\":\"/var/lib/onboard\","
                + "\"Entrypoint\":[\"/opt/java/bin/java\",\"-XX:MaxRAMPercentage=60\",\"-XX:Tier4InvocationThreshold=25000\",\"-XX:Tier4MinInvocationThreshold=3000\","
                + "\"-XX:Tier4CompileThreshold=75000\",\"-XX:Tier4BackEdgeThreshold=200000\",\"-Dfile.encoding=UTF-8\",\"-jar\",\"/opt/onboard/onboard.jar\"],"
                + "\"Cmd\":[\"--help\"],\"ExposedPorts\":{\"5684/udp\":{},\"5784/udp\":{},\"8443/tcp\":{}},"
                + "\"Labels\":{\"org.opencontainers.image.title\":\"Onboard\",\"org.opencontainers.image.licenses\":\"Apache-2.0\"}},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + unpacked + "]}}");
        byte[] manifest = text("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
                + descriptor("application/vnd.oci.image.config.v1+json", digest(configuration), configuration.length, "")
                + ",\"layers\":[" + packed + "]}");
        byte[] index = text("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":["
                + descriptor("application/vnd.oci.image.manifest.v1+json", digest(manifest), manifest.length,
                        ",\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/" + NAME
                                + "\",\"org.opencontainers.image.ref.name\":\"" + NAME.substring(NAME.indexOf(':') + 1) + "\"}")
                + "]}");
        List<Entry> entries = new ArrayList<>(List.of(
                file("oci-layout", 0644, text("{\"imageLayoutVersion\":\"1.0.0\"}")),
                file("index.json", 0644, index),
                directory("blobs", 0755, 0),
                directory("blobs/sha256", 0755, 0)));
        for (byte[] blob : List.of(configuration, manifest)) {
            entries.add(file("blobs/" + digest(blob).replace(':', '/'), 0644, blob));
        }
        for (Blob layer : layers) {
            entries.add(file("blobs/" + layer.digest().replace(':', '/'), 0644, layer.content()));
        }
        return tar(entries);
    }

    private static String descriptor(String type, String digest, int size, String more) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\",\"size\":" + size + more + "}";
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** In the ustar format of POSIX.1. */
    private static byte[] tar(List<Entry> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Entry entry : entries) {
            byte[] header = new byte[512];
            String name = entry.name();
            String prefix = "";
            if (text(name).length > 100) {
                int cut = name.indexOf('/', name.length() - 101);
                prefix = name.substring(0, cut);
                name = name.substring(cut + 1);
            }
            put(header, 0, name);
            put(header, 100, String.format("%07o", entry.mode()));
            put(header, 108, String.format("%07o", entry.owner()));
            put(header, 116, String.format("%07o", entry.owner()));
            put(header, 124, String.format("%011o", entry.content().length));
            put(header, 136, String.format("%011o", TIME));
            put(header, 148, "        ");
            header[156] = (byte) entry.type();
            put(header, 157, entry.link());
            put(header, 257, "ustar");
            put(header, 263, "00");
            put(header, 345, prefix);
            int sum = 0;
            for (byte each : header) {
                sum += each & 0xff;
            }
            put(header, 148, String.format("%06o", sum));
            header[154] = 0;
            out.write(header);
            out.write(entry.content());
            out.write(new byte[(512 - entry.content().length % 512) % 512]);
        }
        out.write(new byte[1024]);
        return out.toByteArray();
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text(text);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }
}
