package dev.onboard.account;

import java.security.PublicKey;

/**
 * A device, known to the account, shall get a certificate for this key.
 *
 * @param endpoint the device's endpoint name
 * @param publicKey the key whose private half is with the device, or on its way there; it never comes here
 */
public record IssueRequest(String endpoint, PublicKey publicKey) {}
