package dev.onboard.it;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CredentialFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** CloudFlare's certificate server, which signs with a CA of ours. */
final class CfsslServer implements AutoCloseable {
    static final String KEY = "0123456789abcdef0123456789abcdef";

    private final Process process;
    private final Path log;
    private final int port;

    private CfsslServer(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /** Starts it; returns when it answers. The profile {@code server-only} signs what no device can use. */
    static CfsslServer start(Path folder, CertificateAuthority ca) throws IOException, InterruptedException {
        String cfssl = Tool.need("golang-cfssl", "cfssl");
        Files.createDirectories(folder);
        CredentialFiles.writeCertificates(folder.resolve("ca"), ca.chain().subList(0, 1));
        CredentialFiles.writePrivateKey(folder.resolve("key"), ca.credential().privateKey());
        Path config = Files.writeString(folder.resolve("config.json"), """
                {"signing": {
                   "default": {"expiry": "720h", "usages": ["digital signature", "client auth"], "auth_key": "device"},
                   "profiles": {"server-only":
                     {"expiry": "720h", "usages": ["digital signature", "server auth"], "auth_key": "device"}}},
                 "auth_keys": {"device": {"type": "standard", "key": "%s"}}}""".formatted(KEY));
        int port = freePort();
        Path log = folder.resolve("cfssl.log");
        Process process = new ProcessBuilder(
                        cfssl,
                        "serve",
                        "-address=127.0.0.1",
                        "-port=" + port,
                        "-ca=" + folder.resolve("ca.pem"),
                        "-ca-key=" + folder.resolve("key.pem"),
                        "-config=" + config)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        CfsslServer server = new CfsslServer(process, log, port);
        server.awaitPort();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitPort() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("cfssl ended:\n" + Files.readString(log));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException e) {
                assert !e.toString().isEmpty() : "not yet";
            }
        }
        throw new AssertionError("cfssl does not answer on " + port + ":\n" + Files.readString(log));
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
