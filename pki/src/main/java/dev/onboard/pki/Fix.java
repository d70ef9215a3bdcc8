package dev.onboard.pki;

import dev.onboard.pki.internal.Oids;
import dev.onboard.pki.internal.ParsedCertificate;
import java.util.Optional;

/** What to do about a refusal, in one sentence with the names of the case in it. */
final class Fix {
    private Fix() {}

    static String sentence(Refusal refusal, TrustPolicy.Builder settings) {
        Optional<ParsedCertificate> concerned = refusal.certificate();
        if (concerned.isEmpty()) {
            return refusal.reason().fix();
        }
        ParsedCertificate certificate = concerned.get();
        String subject = name(certificate.subject().toString());
        String issuer = name(certificate.issuer().toString());
        String peer =
                settings.purpose.isDevice() ? "the device" : settings.purpose.isServer() ? "the server" : "the signer";
        return switch (refusal.reason()) {
            case UNKNOWN_CA -> unknownCa(certificate, settings, peer);
            case EXPIRED ->
                "renew the certificate of " + subject + ", which ended " + certificate.notAfter()
                        + ", or set the clock right";
            case NOT_YET_VALID ->
                "wait until " + certificate.notBefore() + ", when the certificate of " + subject
                        + " begins, or set the clock right";
            case ANCHOR_EXPIRED ->
                "replace the trusted certificate " + subject + ", which ended " + certificate.notAfter();
            case ANCHOR_NOT_YET_VALID ->
                "wait until " + certificate.notBefore() + ", when the trusted certificate " + subject
                        + " begins, or set the clock right";
            case ANCHOR_UNUSABLE ->
                "upload a CA certificate (version 3, cA TRUE, keyCertSign, no unknown critical "
                        + "extension) in place of " + subject;
            case BAD_SIGNATURE ->
                "have " + issuer + " issue the certificate of " + subject
                        + " again; it was changed after it was signed, or signed with another key";
            case NOT_A_CA -> "issue from a CA certificate: " + subject + " needs basicConstraints with cA TRUE";
            case ISSUER_MAY_NOT_SIGN -> "give the CA certificate of " + subject + " the key usage keyCertSign";
            case WRONG_EXTENDED_KEY_USAGE ->
                "issue the certificate of " + subject + " with the extended key usage "
                        + Oids.nameOr(PurposeRules.neededUsage(settings.purpose));
            case WRONG_KEY_USAGE -> "issue the certificate of " + subject + " with the key usage digitalSignature";
            case CA_AS_END_ENTITY ->
                "issue an end-entity certificate from " + subject + ", or mark it as a developer certificate";
            case NAME_MISMATCH ->
                "issue the server certificate for '" + settings.expectedName.orElse("")
                        + "', or use the name that is in it";
            case REVOKED ->
                "issue another certificate for " + subject
                        + "; if it was revoked by mistake and is on hold, release it";
            case REVOCATION_UNKNOWN ->
                "upload a current revocation list of " + issuer + ", or let revocation fail soft";
            case ACCOUNT_MISMATCH ->
                "issue the certificate of " + subject + " with OU=" + settings.account.orElse("the account id");
            default -> refusal.reason().fix();
        };
    }

    private static String unknownCa(ParsedCertificate last, TrustPolicy.Builder settings, String peer) {
        if (!settings.purpose.isDevice()) {
            return "give " + (settings.purpose.isServer() ? "the device" : "the verifier") + " the CA certificate of "
                    + name(last.issuer().toString()) + ", or have " + peer + " send the certificates in between";
        }
        if (last.isSelfIssued()) {
            return "upload " + name(last.subject().toString()) + " to the account if it is to be trusted";
        }
        return "upload " + name(last.issuer().toString()) + " to the account, or have the device send it";
    }

    private static String name(String text) {
        return text.isEmpty() ? "the nameless certificate" : text;
    }
}
