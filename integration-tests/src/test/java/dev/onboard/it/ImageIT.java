package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The container image and the Compose file, without a daemon. */
class ImageIT {
    private static final Path ROOT =
            Path.of(System.getProperty("onboard.root", "..")).toAbsolutePath().normalize();
    private static final Path JAR = ROOT.resolve("testbed/target/onboard.jar");

    @TempDir
    Path folder;

    /** An independent program unpacks it, checking every digest; a device onboards with nothing but what is in it. */
    @Test
    void aDeviceOnboardsInTheImage() throws Exception {
        String skopeo = Tool.need("skopeo", "skopeo");
        Path image = folder.resolve("image.tar");
        Tool.Result built = Tool.run(
                "",
                Path.of(System.getProperty("java.home"), "bin", "java"),
                ROOT.resolve("deploy/image/BuildImage.java"),
                JAR,
                image);
        assertThat(built.exitCode()).as(built.output()).isZero();
        Path unpacked = folder.resolve("unpacked");
        Tool.Result copied =
                Tool.run("", skopeo, "copy", "--insecure-policy", "oci-archive:" + image, "dir:" + unpacked);
        assertThat(copied.exitCode()).as(copied.output()).isZero();
        JsonNode manifest = Cli.JSON.readTree(unpacked.resolve("manifest.json").toFile());
        JsonNode configuration = Cli.JSON.readTree(
                unpacked.resolve(blob(manifest.path("config"))).toFile());
        assertThat(configuration.at("/config/User").asText()).isEqualTo("10001:10001");

        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "skipped: only root may change the root directory; CI is root");
        assumeTrue(
                Tool.run("", "unshare", "--mount", "true").exitCode() == 0,
                "skipped: this machine lets nobody make a mount namespace");
        Path rootfs = Files.createDirectory(folder.resolve("rootfs"));
        for (JsonNode layer : manifest.path("layers")) {
            Tool.Result extracted =
                    Tool.run("", "tar", "-xzpf", unpacked.resolve(blob(layer)), "-C", rootfs, "--numeric-owner");
            assertThat(extracted.exitCode()).as(extracted.output()).isZero();
        }
        // what a container's runtime gives it: randomness, /proc, and its environment
        assertThat(Tool.run("", "mknod", "-m", "444", rootfs.resolve("dev/urandom"), "c", "1", "9")
                        .exitCode())
                .isZero();
        assertThat(Tool.run("", "mknod", "-m", "444", rootfs.resolve("dev/random"), "c", "1", "8")
                        .exitCode())
                .isZero();
        List<Object> command = new ArrayList<>(List.of(
                "unshare", "--mount", "sh", "-c", "mount --bind /proc \"$0/proc\" && exec env -i \"$@\"", rootfs));
        configuration.at("/config/Env").forEach(each -> command.add(each.asText()));
        command.addAll(List.of("/usr/sbin/chroot", "--userspec=10001:10001", rootfs));
        configuration.at("/config/Entrypoint").forEach(each -> command.add(each.asText()));
        command.addAll(List.of(
                "demo", "--devices", 1, "--exit", "--json", "--work-dir", "/var/lib/onboard/demo", "--http-port", 0));
        Tool.Result demo = Tool.run("", command.toArray());
        assertThat(demo.exitCode()).as(demo.output()).isZero();
        assertThat(demo.output()).contains("\"registered\" : 1");
        assertThat(Files.isDirectory(rootfs.resolve("var/lib/onboard/demo/devices/device-1/lwm2m")))
                .isTrue();
    }

    private static String blob(JsonNode descriptor) {
        return descriptor.path("digest").asText().replace("sha256:", "");
    }

    @Test
    void theComposeFileIsOne() throws Exception {
        String compose = Tool.need("docker-compose", "docker-compose");
        Path file = ROOT.resolve("deploy/compose.yaml");
        Tool.Result judged =
                Tool.run("", "env", "ONBOARD_DATABASE_PASSWORD=x", compose, "-f", file, "config", "--quiet");
        assertThat(judged.exitCode()).as(judged.output()).isZero();
        Tool.Result withoutPassword =
                Tool.run("", "env", "-u", "ONBOARD_DATABASE_PASSWORD", compose, "-f", file, "config", "--quiet");
        assertThat(withoutPassword.exitCode()).isEqualTo(1);
        assertThat(withoutPassword.output()).contains("set it to the database's password");
    }
}
