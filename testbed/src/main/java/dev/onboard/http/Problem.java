package dev.onboard.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onboard.account.AccountException;
import dev.onboard.account.AccountException.Fault;
import java.util.List;

/** A request is answered with an error document in the platform's shape. One constructor method per kind. */
final class Problem extends RuntimeException {
    private final int status;
    private final String type;
    private final transient List<Fault> faults;

    private Problem(int status, String type, String message, List<Fault> faults) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.faults = List.copyOf(faults);
    }

    static Problem invalid(List<Fault> faults) {
        return of(AccountException.invalid(faults));
    }

    static Problem invalid(String field, String message) {
        return invalid(List.of(new Fault(field, message)));
    }

    static Problem badRequest(String message) {
        return new Problem(400, "bad_request", message, List.of());
    }

    static Problem noKey() {
        return new Problem(401, "invalid_auth", "no API key was given; send 'Authorization: Bearer <key>'", List.of());
    }

    static Problem wrongKey() {
        return new Problem(
                401, "invalid_apikey", "the API key is not one of this account; look into DIR/api-key", List.of());
    }

    static Problem denied(String message) {
        return new Problem(403, "access_denied", message, List.of());
    }

    static Problem notFound(String message) {
        return new Problem(404, "not_found", message, List.of());
    }

    static Problem wrongMethod(String message) {
        return new Problem(405, "method_not_supported", message, List.of());
    }

    static Problem duplicate(String message) {
        return new Problem(409, "duplicate", message, List.of());
    }

    static Problem preconditionFailed(String message) {
        return new Problem(412, "precondition_failed", message, List.of());
    }

    static Problem tooLarge(String message) {
        return new Problem(413, "bad_request", message, List.of());
    }

    static Problem mediaType(String message) {
        return new Problem(415, "unsupported_media_type", message, List.of());
    }

    static Problem deviceRefused(String message) {
        return new Problem(422, "device_refused", message, List.of());
    }

    static Problem internal() {
        return new Problem(
                500,
                "internal_server_error",
                "an error of the testbed; its log has more under this request_id",
                List.of());
    }

    static Problem unavailable(String message) {
        return new Problem(503, "system_unavailable", message, List.of());
    }

    static Problem deviceSilent(String message) {
        return new Problem(504, "device_timeout", message, List.of());
    }

    /** For a status that the HTTP library chose. */
    static Problem ofStatus(int status, String message) {
        return new Problem(status, status == 413 ? "bad_request" : "http_" + status, message, List.of());
    }

    static Problem of(AccountException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.kind()) {
            case INVALID -> new Problem(400, "validation_error", message, e.faults());
            case LIMIT -> new Problem(403, "account_limit_exceeded", message, e.faults());
            case NOT_FOUND -> notFound(message);
            case CONFLICT -> new Problem(409, "duplicate", message, e.faults());
            case LOCKED -> new Problem(423, "locked", message, e.faults());
            case ISSUER -> new Problem(424, "failed_dependency", message, e.faults());
            case STORAGE -> unavailable(message);
        };
    }

    static Problem of(OperationException e) {
        String message = String.valueOf(e.getMessage());
        return switch (e.kind()) {
            case NOT_REGISTERED -> notFound(message);
            case BAD_PATH -> invalid("path", message);
            case BAD_VALUE -> invalid("value", message);
            case REFUSED -> deviceRefused(message);
            case TIMEOUT -> deviceSilent(message);
            case ASLEEP -> new Problem(504, "device_asleep", message, List.of());
            case UNAVAILABLE -> unavailable(message);
        };
    }

    int status() {
        return status;
    }

    ObjectNode document(String requestId) {
        return document(requestId, "name");
    }

    /** With another word for the member that names a field: the platform's certificate issuer service has its own. */
    ObjectNode document(String requestId, String fieldWord) {
        ObjectNode document = Json.object();
        document.put("object", "error")
                .put("code", status)
                .put("type", type)
                .put("message", getMessage())
                .put("request_id", requestId);
        ArrayNode fields = document.putArray("fields");
        for (Fault fault : faults) {
            fields.addObject().put(fieldWord, fault.field()).put("message", fault.message());
        }
        return document;
    }
}
