package dev.onboard.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * A log line as one JSON object: {@code time}, {@code level}, {@code logger}, {@code message}, what else the line is given by
 * key and value ({@code endpoint}, {@code session}), and {@code error} with the stack of what was thrown. An API key that
 * got into a line is left out. Thread-safe.
 */
final class JsonLines extends LogLines {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern API_KEY = Pattern.compile("ak_[0-9a-f]{8,}");
    private static final Pattern PRIVATE_KEY = Pattern.compile(
            "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", Pattern.DOTALL);

    @Override
    public byte[] encode(ILoggingEvent event) {
        ObjectNode line = JSON.createObjectNode()
                .put("time", event.getInstant().toString())
                .put("level", event.getLevel().toString().toLowerCase(Locale.ROOT))
                .put("logger", event.getLoggerName())
                .put("message", discreet(event.getFormattedMessage()));
        event.getMDCPropertyMap().forEach((key, value) -> line.put(key, discreet(value)));
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                put(line, pair);
            }
        }
        if (event.getThrowableProxy() != null) {
            line.put("error", discreet(ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ObjectNode line, KeyValuePair pair) {
        if (pair.value instanceof Long number) {
            line.put(pair.key, number);
        } else if (pair.value instanceof Integer number) {
            line.put(pair.key, number);
        } else if (pair.value instanceof Double number) {
            line.put(pair.key, number);
        } else {
            line.put(pair.key, discreet(String.valueOf(pair.value)));
        }
    }

    private static String discreet(String text) {
        return PRIVATE_KEY.matcher(API_KEY.matcher(text).replaceAll("ak_…")).replaceAll("(a private key)");
    }
}
