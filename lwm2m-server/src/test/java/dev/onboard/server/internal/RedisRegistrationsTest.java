package dev.onboard.server.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

/** Redis that cannot be had at the start. */
class RedisRegistrationsTest {
    private static void open(String address) throws IOException {
        RedisRegistrations.at(URI.create(address), "account", "ak_of-the-account", new SecureRandom())
                .close();
    }

    @Test
    void aPortThatIsClosedIsSaidAndThePasswordIsNot() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> open("redis://me:secret-1@127.0.0.1:" + port + "/0"))
                .isInstanceOf(IOException.class)
                .hasMessage("Redis at 127.0.0.1:" + port
                        + " does not answer: Connection refused; start it, or repair the way to it (--redis)");
    }

    @Test
    void aHostThatIsNotIsSaid() {
        assertThatThrownBy(() -> open("redis://redis.invalid:6379"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Redis at redis.invalid:6379 does not answer: there is no such host");
    }

    @Test
    void anotherProgramAtThePortIsSaid() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answers = new Thread(() -> {
                try (Socket peer = other.accept();
                        OutputStream out = peer.getOutputStream()) {
                    out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    peer.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // the other side left
                }
            });
            answers.start();
            assertThatThrownBy(() -> open("redis://127.0.0.1:" + other.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not answer: ")
                    .hasMessageContaining("repair the way to it (--redis)");
            answers.join();
        }
    }

    @Test
    void anAddressThatIsNoneIsSaid() {
        assertThatThrownBy(() -> open("http://localhost:6379"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("redis://HOST:PORT/DATABASE");
    }

    /** Leshan would write one endpoint name under two keys, or two under one. */
    @Test
    void aCharsetThatLosesNamesIsRefused() {
        assertThatThrownBy(() -> RedisRegistrations.checkCharset(StandardCharsets.US_ASCII))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this Java would write them in US-ASCII; start it with -Dfile.encoding=UTF-8");
        assertThatCode(() -> RedisRegistrations.checkCharset(StandardCharsets.UTF_8))
                .doesNotThrowAnyException();
    }
}
