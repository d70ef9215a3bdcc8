package dev.onboard.account;

import dev.onboard.pki.EnrolmentRequest;
import java.security.KeyPair;
import java.security.PublicKey;

/**
 * A device, known to the account, shall get a certificate for this key.
 *
 * @param endpoint the device's endpoint name
 * @param publicKey the key whose private half is with the device, or on its way there; it never comes here
 * @param proof that somebody has the private half, for issuers that ask
 */
public record IssueRequest(String endpoint, PublicKey publicKey, RequestSigner proof) {
    /** Without a proof, which the account's own CA does not need. */
    public IssueRequest(String endpoint, PublicKey publicKey) {
        this(endpoint, publicKey, RequestSigner.none());
    }

    /** For a key that the device made, with the request by which it proved to have it. */
    public static IssueRequest of(String endpoint, EnrolmentRequest request) {
        return new IssueRequest(endpoint, request.publicKey(), subject -> request.der());
    }

    /** For a key that was made for the device. */
    public static IssueRequest of(String endpoint, KeyPair keys) {
        return new IssueRequest(endpoint, keys.getPublic(), RequestSigner.with(keys));
    }
}
