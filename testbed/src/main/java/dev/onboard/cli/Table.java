package dev.onboard.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Documents as lines with a heading, one member a column, as wide as its widest value.
 *
 * @param members the columns, from left to right; the heading is the member's name in capitals
 */
record Table(List<String> members) {
    static Table of(String... members) {
        return new Table(List.of(members));
    }

    List<String> lines(List<JsonNode> documents) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(members.stream()
                .map(member -> member.toUpperCase(Locale.ROOT).replace('_', ' '))
                .toList());
        for (JsonNode document : documents) {
            rows.add(members.stream()
                    .map(member ->
                            document.hasNonNull(member) ? document.get(member).asText() : "")
                    .toList());
        }
        int[] widths = new int[members.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
        }
        return line.toString().stripTrailing();
    }
}
