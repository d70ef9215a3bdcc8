package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.bootstrap.BootstrapServer;
import dev.onboard.device.Fleet;
import dev.onboard.http.ManagementServer;
import dev.onboard.server.LwM2mServer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads, on a thread of its own, what the parts of a testbed need whatever is asked of them: the first part to be started has
 * a database to make, and a second processor would have nothing to do meanwhile.
 */
final class HeadStart {
    private static final Logger LOG = LoggerFactory.getLogger(HeadStart.class);

    /** In the order in which they are needed. */
    private static final List<Runnable> PREPARATIONS = List.of(
            Account::prepare,
            LwM2mServer::prepare,
            BootstrapServer::prepare,
            ManagementServer::prepare,
            Fleet::prepare);

    private HeadStart() {}

    /** Begins, and returns at once. */
    static void begin() {
        Thread thread = new Thread(HeadStart::run, "onboard-head-start");
        thread.setDaemon(true);
        thread.start();
    }

    private static void run() {
        for (Runnable preparation : PREPARATIONS) {
            try {
                preparation.run();
            } catch (RuntimeException | LinkageError e) {
                LOG.debug("what is missing here the start itself will tell", e);
            }
        }
    }
}
