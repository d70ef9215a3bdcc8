package dev.onboard.pki;

/** What comes of comparing an endpoint name with a certificate. */
public sealed interface EndpointMatch permits EndpointMatch.Matches, EndpointMatch.Refused {
    /**
     * The certificate is for this endpoint.
     *
     * @param source where the name stood: {@code CN} or {@code URI}
     * @param name the name as it stands in the certificate
     */
    record Matches(String source, String name) implements EndpointMatch {}

    /**
     * The certificate is not for this endpoint; CoAP answers 4.00.
     *
     * @param reason why
     * @param detail the name found and the name asked as
     * @param fix what to do, the names filled in
     */
    record Refused(Reason reason, String detail, String fix) implements EndpointMatch {}
}
