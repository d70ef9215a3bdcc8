package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's Redis on a port of its own, which keeps nothing on disk. */
final class RedisServer implements AutoCloseable {
    private final Process process;
    private final int port;

    private RedisServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it; returns when it answers. Skips the test where Redis is not installed. */
    static RedisServer start(Path folder) throws Exception {
        Tool.need("redis-server", "redis-server");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process process = new ProcessBuilder(
                        "redis-server",
                        "--port",
                        String.valueOf(port),
                        "--bind",
                        "127.0.0.1",
                        "--dir",
                        folder.toString(),
                        "--save",
                        "",
                        "--appendonly",
                        "no")
                .redirectErrorStream(true)
                .start();
        BufferedReader says = process.inputReader(StandardCharsets.UTF_8);
        List<String> said = new ArrayList<>();
        String line;
        do {
            line = says.readLine();
            assertThat(line).as("Redis comes up; it said %s", said).isNotNull();
            said.add(line);
        } while (!line.contains("Ready to accept connections"));
        Thread drain = new Thread(() -> says.lines().forEach(more -> {}), "drain");
        drain.setDaemon(true);
        drain.start();
        return new RedisServer(process, port);
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + port + "/0");
    }

    @Override
    public void close() throws Exception {
        process.destroyForcibly().waitFor();
    }
}
