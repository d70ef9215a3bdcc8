package dev.onboard.server.internal;

import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.californium.core.coap.Request;

/**
 * What the platform's clients say of themselves in the links of a registration: {@code </10255/0/3>;v="BASE64"}, the vendor id,
 * and {@code </10255/0/4>}, the class id. Kept as attributes of the registration, each as 32 hexadecimal digits, under the
 * names of the platform's device document.
 */
final class PublishedValues {
    private static final Map<String, String> NAME_OF = Map.of("3", "vendor_id", "4", "device_class");
    /** The names of all of them. */
    static final List<String> NAMES = List.of("device_class", "vendor_id");

    private static final Pattern VALUE = Pattern.compile("</?10255/0/([34])>[^,]*;v=\"([A-Za-z0-9+/]{22}==)\"");

    private PublishedValues() {}

    /** Only what a device publishes counts: the same names in the query are dropped. */
    static void addTo(Request request) {
        for (String parameter : List.copyOf(request.getOptions().getUriQuery())) {
            if (NAMES.stream().anyMatch(name -> parameter.startsWith(name + "="))) {
                request.getOptions().removeUriQuery(parameter);
            }
        }
        Matcher value = VALUE.matcher(request.getPayloadString());
        while (value.find()) {
            byte[] id = Base64.getDecoder().decode(value.group(2));
            request.getOptions()
                    .addUriQuery(
                            NAME_OF.get(value.group(1)) + "=" + HexFormat.of().formatHex(id));
        }
    }
}
