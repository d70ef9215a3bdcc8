package dev.onboard.account;

/** May a device do what it asks for, as far as the account is concerned? */
public sealed interface Admission {
    /** It may. */
    record Admitted(Device device) implements Admission {}

    /**
     * It may not.
     *
     * @param reason a stable id, one of the constants of {@link Refusal}
     * @param detail one sentence for a person: what was found, and what to do
     */
    record Refused(String reason, String detail) implements Admission {}

    /** The reasons of the account. */
    final class Refusal {
        /** The trusted certificate was removed or made inactive since the handshake. */
        public static final String UNKNOWN_CA = "unknown-ca";
        /** Another CA or key owns the endpoint name. */
        public static final String BOUND = "endpoint-bound-to-other-identity";
        /** An operator suspended the device. */
        public static final String SUSPENDED = "device-suspended";
        /** The account's CA signed it, and the account did not issue it to this endpoint. */
        public static final String UNKNOWN_CERTIFICATE = "unknown-certificate";
        /** It was revoked. */
        public static final String REVOKED = "certificate-revoked";
        /** The device has already come with a newer certificate. */
        public static final String SUPERSEDED = "superseded";
        /** The CA admits only enrolled devices, and this one is not. */
        public static final String NOT_ENROLLED = "not-enrolled";
        /** The developer certificate has its full number of devices. */
        public static final String DEVELOPER_LIMIT = "developer-certificate-limit";
        /** The endpoint name is empty or too long. */
        public static final String BAD_NAME = "endpoint-name-unacceptable";

        private Refusal() {}
    }
}
