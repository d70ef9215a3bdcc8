package dev.onboard.account.internal.issuer;

import dev.onboard.account.AccountException;
import dev.onboard.pki.CredentialFiles;
import dev.onboard.pki.UnreadableFileException;
import java.security.cert.X509Certificate;
import java.util.List;

/** The reasons why there is no certificate. No secret is in a message. */
final class IssuerFailure {
    /** More is no certificate chain. */
    static final int LONGEST_ANSWER = 256 * 1024;

    private static final int LONGEST_QUOTE = 500;

    private IssuerFailure() {}

    static AccountException unreachable(String issuer, String why) {
        return AccountException.issuer(
                "issuer-unreachable", "certificate issuer '" + issuer + "' cannot be reached: " + why);
    }

    static AccountException late(String issuer, java.time.Duration patience) {
        return AccountException.issuer(
                "issuer-timeout",
                "certificate issuer '" + issuer + "' did not answer within " + patience.toMillis() + " ms");
    }

    static AccountException refused(String issuer, String what) {
        return AccountException.issuer(
                "issuer-refused", "certificate issuer '" + issuer + "' does not sign: " + quoted(what));
    }

    static AccountException unreadable(String issuer, String why) {
        return AccountException.issuer(
                "issuer-answer-unreadable",
                "certificate issuer '" + issuer + "' answered what is no certificate: " + quoted(why));
    }

    /** Certificates in any of the usual forms. */
    static List<X509Certificate> certificates(String issuer, byte[] answer) {
        List<X509Certificate> chain;
        try {
            chain = CredentialFiles.readCertificates(answer, "the answer");
        } catch (UnreadableFileException e) {
            throw unreadable(issuer, String.valueOf(e.getMessage()));
        }
        if (chain.isEmpty()) {
            throw unreadable(issuer, "it holds no certificate");
        }
        return chain;
    }

    /** What somebody else wrote, fit for one line. */
    private static String quoted(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
    }
}
