package dev.onboard.dtls;

import dev.onboard.pki.Verdict;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;

/**
 * An established DTLS session of a server with a device.
 *
 * @param peer the device's address
 * @param certificate the device's certificate
 * @param trust the verdict that admitted it: its path, its anchor, and until when it holds
 */
public record PeerSession(InetSocketAddress peer, X509Certificate certificate, Verdict.Trusted trust) {}
