package dev.onboard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's Redis on a port of its own, which keeps nothing on disk. */
final class RedisServer implements AutoCloseable {
    private final int port;
    private final Path folder;
    private Process process;

    private RedisServer(int port, Path folder) throws Exception {
        this.port = port;
        this.folder = folder;
        this.process = begin();
    }

    /** Starts it; returns when it answers. Skips the test where Redis is not installed. */
    static RedisServer start(Path folder) throws Exception {
        Tool.need("redis-server", "redis-server");
        return new RedisServer(Cluster.freePorts(1).get(0), folder);
    }

    private Process begin() throws Exception {
        Process started = Tool.lasting(new ProcessBuilder(
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
                .redirectErrorStream(true));
        BufferedReader says = started.inputReader(StandardCharsets.UTF_8);
        List<String> said = new ArrayList<>();
        String line;
        do {
            line = says.readLine();
            assertThat(line).as("Redis comes up; it said %s", said).isNotNull();
            said.add(line);
        } while (!line.contains("Ready to accept connections"));
        Cluster.drain(says);
        return started;
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + port + "/0");
    }

    /** {@code kill -9}; what it held is lost. */
    void stop() throws Exception {
        process.destroyForcibly().waitFor();
    }

    /** Starts it again, at the same port, with nothing in it; returns when it answers. */
    void restart() throws Exception {
        process = begin();
    }

    @Override
    public void close() throws Exception {
        stop();
    }
}
