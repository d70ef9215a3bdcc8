package dev.onboard.server;

import java.util.List;

/**
 * What the server knows of an object (OMA LwM2M Core, appendix D): it decides how values are written on the wire.
 *
 * @param urn for example {@code urn:oma:lwm2m:oma:3}
 */
public record ObjectSpec(
        int id,
        String name,
        boolean multiple,
        boolean mandatory,
        String urn,
        String version,
        String lwm2mVersion,
        String description,
        String description2,
        List<Resource> resources) {
    public ObjectSpec {
        resources = List.copyOf(resources);
    }

    /**
     * One resource.
     *
     * @param operations the letters of those that there are, for example {@code RW}
     * @param type in lower case, for example {@code string}, {@code unsigned_integer}; {@code none} when it is only executed
     * @param range of the values, as the standard words it
     */
    public record Resource(
            int id,
            String name,
            String operations,
            boolean multiple,
            boolean mandatory,
            String type,
            String range,
            String units,
            String description) {}
}
