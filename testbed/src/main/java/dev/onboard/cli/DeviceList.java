package dev.onboard.cli;

import dev.onboard.factory.DeviceIdentity;
import dev.onboard.factory.EndpointName;
import dev.onboard.testbed.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The devices of a CSV file (RFC 4180), one after the other, so that a list of any length is never in memory: a header line
 * with {@code endpoint} and, if they are given, {@code serial_number}, {@code manufacturer}, {@code model}, {@code
 * firmware_version}, {@code device_type} and {@code hardware_version}. Not thread-safe.
 */
final class DeviceList {
    private static final List<String> COLUMNS = List.of(
            "endpoint",
            "serial_number",
            "manufacturer",
            "model",
            "firmware_version",
            "device_type",
            "hardware_version");

    private final BufferedReader lines;
    private final String source;
    private final List<String> header;
    private int line = 1;

    /** One device of the list. */
    record Entry(EndpointName endpoint, DeviceIdentity identity) {}

    DeviceList(BufferedReader lines, String source) throws IOException {
        this.lines = lines;
        this.source = source;
        String first = lines.readLine();
        this.header = first == null ? List.of() : cells(first);
        if (!header.contains("endpoint")) {
            throw new UsageException(
                    source + ":1: the header line has no column 'endpoint'; columns are " + String.join(", ", COLUMNS));
        }
        for (String column : header) {
            if (!COLUMNS.contains(column)) {
                throw new UsageException(
                        source + ":1: '" + column + "' is no column; columns are " + String.join(", ", COLUMNS));
            }
        }
    }

    /** The next device; empty at the end. */
    Optional<Entry> next() throws IOException {
        String text;
        do {
            text = lines.readLine();
            line++;
        } while (text != null && text.isBlank());
        if (text == null) {
            return Optional.empty();
        }
        List<String> cells = cells(text);
        if (cells.size() != header.size()) {
            throw new UsageException(source + ":" + line + ": " + cells.size() + " cells where the header has "
                    + header.size() + "; quote cells that hold a comma");
        }
        try {
            EndpointName endpoint = EndpointName.of(cell(cells, "endpoint", ""));
            DeviceIdentity usual = DeviceIdentity.simulated(endpoint.value());
            return Optional.of(new Entry(
                    endpoint,
                    new DeviceIdentity(
                            cell(cells, "manufacturer", usual.manufacturer()),
                            cell(cells, "model", usual.model()),
                            cell(cells, "serial_number", usual.serialNumber()),
                            cell(cells, "firmware_version", usual.firmwareVersion()),
                            cell(cells, "device_type", usual.deviceType()),
                            cell(cells, "hardware_version", usual.hardwareVersion()))));
        } catch (IllegalArgumentException e) {
            throw new UsageException(source + ":" + line + ": " + e.getMessage(), e);
        }
    }

    private String cell(List<String> cells, String column, String otherwise) {
        int at = header.indexOf(column);
        return at < 0 || cells.get(at).isEmpty() ? otherwise : cells.get(at);
    }

    private List<String> cells(String text) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        if (quoted) {
            throw new UsageException(source + ":" + line + ": a quotation mark is not closed on this line");
        }
        cells.add(cell.toString().strip());
        return cells;
    }
}
