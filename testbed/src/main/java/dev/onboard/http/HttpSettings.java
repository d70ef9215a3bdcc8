package dev.onboard.http;

import io.javalin.config.JavalinConfig;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** How every HTTP port here is set: quiet, on given threads, bodies limited, names in paths encoded. */
public final class HttpSettings {
    /** Endpoint names may have slashes and percent signs, which a path carries encoded. */
    private static final UriCompliance ENCODED_NAMES = UriCompliance.DEFAULT.with(
            "ENCODED_NAMES",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS);

    private HttpSettings() {}

    /** Applies them. */
    public static void apply(JavalinConfig config, QueuedThreadPool threads) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.jetty.threadPool = threads;
        config.http.maxRequestSize = Gate.LARGEST_BODY;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        config.router.ignoreTrailingSlashes = true;
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setUriCompliance(ENCODED_NAMES);
        });
        config.jetty.modifyServletContextHandler(
                handler -> handler.getServletHandler().setDecodeAmbiguousURIs(true));
    }
}
