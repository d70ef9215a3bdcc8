package dev.onboard.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process of its own for each contestant, so that neither uses the other's threads, memory or cryptography: it reads an
 * order on a line of standard input and answers with what the round took on a line of standard output.
 */
final class Contest {
    private Contest() {}

    /** What a process does on order. */
    interface Orders extends AutoCloseable {
        ObjectNode carryOut(JsonNode order) throws Exception;
    }

    /** Arguments: {@code onboard}, {@code stock}, {@code servers} or {@code devices}, and a directory. */
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // what libraries print must not look like an answer
        int code = 0;
        try (Orders mine = orders(arguments[0], Path.of(arguments[1]));
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            answers.println(Json.line(Json.object().put("ready", true)));
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                answers.println(Json.line(mine.carryOut(Json.read(line))));
            }
        } catch (BenchException | IOException e) {
            answers.println(Json.line(Json.object().put("problem", e.getMessage())));
            code = 1;
        }
        // clients of Leshan's leave threads behind
        System.exit(code);
    }

    private static Orders orders(String kind, Path folder) throws Exception {
        return switch (kind) {
            case "onboard" -> rounds(new OnboardContestant(folder));
            case "stock" -> rounds(new StockContestant());
            case "servers" -> new FleetServers(folder);
            case "devices" -> new FleetDevices(folder);
            default -> throw new BenchException("there is no contestant '" + kind + "'");
        };
    }

    private static Orders rounds(Contestant contestant) {
        return new Orders() {
            @Override
            public ObjectNode carryOut(JsonNode order) throws Exception {
                return Round.of(contestant, order.path("devices").asInt(), Load.read(order))
                        .json();
            }

            @Override
            public void close() throws Exception {
                contestant.close();
            }
        };
    }
}
