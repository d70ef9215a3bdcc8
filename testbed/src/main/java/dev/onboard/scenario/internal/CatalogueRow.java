package dev.onboard.scenario.internal;

/**
 * What is said of a row of the certificate matrix, whatever its variants are.
 *
 * @param configuration one line
 * @param expected what the standards or our policy ask for
 * @param because independent vectors and rules behind it
 */
record CatalogueRow(String configuration, String expected, String because) {
    static final CatalogueRow UNKNOWN = new CatalogueRow("", "", "");

    String about() {
        return "Row of the matrix: " + configuration + ". What is asked for: " + expected + ".";
    }
}
