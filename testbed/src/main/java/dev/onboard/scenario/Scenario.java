package dev.onboard.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onboard.pki.cases.CertificateCase;
import java.util.List;
import java.util.Optional;

/**
 * One certificate configuration on one leg, and what must come of it. Immutable. Everything is good unless the scenario
 * says otherwise.
 *
 * @param id the row, the variant and the leg: {@code VAL-02/second@device-lwm2m}
 * @param title one line
 * @param because the clause, or the story from the field
 * @param about more for people; may be empty
 * @param leg whose certificates it is about
 * @param certificates the certificates, what is sent and what is trusted
 * @param signsWith the certificate whose key proves possession
 * @param devices how many
 * @param steps what happens and what must be seen, in order
 * @param pending what must be learnt before it can run; present: it is listed and not run
 * @param written the file's content, for people
 */
public record Scenario(
        String id,
        String title,
        String because,
        String about,
        Leg leg,
        CertificateCase certificates,
        String signsWith,
        int devices,
        List<Step> steps,
        Optional<String> pending,
        JsonNode written) {
    public Scenario {
        steps = List.copyOf(steps);
    }

    /** The row of the matrix, {@code VAL-02}: the id up to the variant. */
    public String row() {
        return id.split("[/@]", 2)[0];
    }

    /** The family, {@code VAL}: the row up to its number; the whole row where it has none. */
    public String family() {
        int dash = row().lastIndexOf('-');
        return dash > 0 ? row().substring(0, dash) : row();
    }

    /** The id without the leg: what the file is called. */
    public String name() {
        return id.split("@", 2)[0];
    }
}
