package dev.onboard.device;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An instance of the Access Control object (object 2): what which server may do with an instance of another object (OMA
 * LwM2M Core 8.1). Immutable.
 *
 * @param instance its instance id
 * @param object /2/x/0
 * @param objectInstance /2/x/1
 * @param rights /2/x/2: a sum of rights by short server id; 0 stands for every server that is not named
 * @param owner /2/x/3, a short server id, or 65535 for the bootstrap server
 */
public record AccessControl(int instance, int object, int objectInstance, SortedMap<Integer, Long> rights, int owner) {
    /** Read, Observe, Discover and Write-Attributes. */
    public static final int READ = 1;

    public static final int WRITE = 2;
    public static final int EXECUTE = 4;
    public static final int DELETE = 8;
    public static final int CREATE = 16;

    private static final int OTHERS = 0;
    private static final int ACCESS_CONTROL = 2;

    public AccessControl {
        rights = Collections.unmodifiableSortedMap(new TreeMap<>(rights));
    }

    /** Has this server this right? What no instance speaks of is refused, but the rights themselves may be read. */
    static boolean allows(List<AccessControl> access, int server, int right, int object, int objectInstance) {
        if (object == ACCESS_CONTROL) {
            return right == READ;
        }
        for (AccessControl each : access) {
            if (each.object == object && each.objectInstance == objectInstance) {
                long given = each.rights.getOrDefault(server, each.rights.getOrDefault(OTHERS, 0L));
                return (given & right) != 0;
            }
        }
        return false;
    }
}
