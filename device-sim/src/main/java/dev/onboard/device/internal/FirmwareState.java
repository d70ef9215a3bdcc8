package dev.onboard.device.internal;

import dev.onboard.factory.DeviceIdentity;
import dev.onboard.manifest.FirmwareVersion;
import dev.onboard.manifest.Manifest;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Where a device stands with its firmware: what it keeps through a loss of power. Immutable.
 *
 * @param phase /5/0/3
 * @param result /5/0/5
 * @param route by which object an update comes, or came last
 * @param uri where it is fetched from: /5/0/1, or as the manifest says; empty when the package was pushed, or there is none
 * @param packageVersion /5/0/7, of a package that is downloaded; empty when there is none
 * @param version of the firmware that runs
 * @param sequence its manifest's sequence number
 * @param image SHA-256 of its image, hexadecimal; empty for the one from the factory
 * @param platformResult /10252/0/3
 * @param successors the update authenticity certificates that came with firmware; empty: those of the factory count
 */
record FirmwareState(
        Phase phase,
        UpdateResult result,
        Route route,
        String uri,
        String packageVersion,
        String version,
        long sequence,
        String image,
        int platformResult,
        List<X509Certificate> successors) {
    /** OMA's states of the Firmware Update object. */
    enum Phase {
        IDLE(0),
        DOWNLOADING(1),
        DOWNLOADED(2),
        UPDATING(3);

        private final int number;

        Phase(int number) {
            this.number = number;
        }

        /** As /5/0/3 says it. */
        int number() {
            return number;
        }
    }

    /** By which object an update comes. */
    enum Route {
        /** A package by object 5. */
        PACKAGE,
        /** A manifest by object 10252. */
        MANIFEST
    }

    /** OMA's results of the Firmware Update object, version 1.0. */
    enum UpdateResult {
        INITIAL(0),
        SUCCESS(1),
        NOT_ENOUGH_FLASH(2),
        OUT_OF_MEMORY(3),
        CONNECTION_LOST(4),
        INTEGRITY_CHECK_FAILED(5),
        UNSUPPORTED_PACKAGE(6),
        INVALID_URI(7),
        UPDATE_FAILED(8),
        UNSUPPORTED_PROTOCOL(9);

        private final int number;

        UpdateResult(int number) {
            this.number = number;
        }

        /** As /5/0/5 says it. */
        int number() {
            return number;
        }
    }

    FirmwareState {
        successors = List.copyOf(successors);
    }

    /** As the device left the factory. A version that is not of three numbers counts as the lowest. */
    static FirmwareState ofFactory(DeviceIdentity identity) {
        return new FirmwareState(
                Phase.IDLE,
                UpdateResult.INITIAL,
                Route.PACKAGE,
                "",
                "",
                identity.firmwareVersion(),
                FirmwareVersion.of(identity.firmwareVersion())
                        .map(FirmwareVersion::sequence)
                        .orElse(0L),
                "",
                PlatformResult.NONE,
                List.of());
    }

    /** What it comes to next, with the same firmware running. */
    private FirmwareState at(Phase next, UpdateResult why, String from, String what) {
        return new FirmwareState(next, why, route, from, what, version, sequence, image, platformResult, successors);
    }

    /** By this object from now on, without a result of the platform's. */
    private FirmwareState by(Route next) {
        return new FirmwareState(
                phase, result, next, uri, packageVersion, version, sequence, image, PlatformResult.NONE, successors);
    }

    /** A package is on its way; from this address, or pushed when that is empty. */
    FirmwareState downloading(String from) {
        return by(Route.PACKAGE).at(Phase.DOWNLOADING, UpdateResult.INITIAL, from, "");
    }

    /** A manifest was accepted, and what it is for is on its way from this address. */
    FirmwareState byManifest(String from) {
        return by(Route.MANIFEST).at(Phase.DOWNLOADING, UpdateResult.INITIAL, from, "");
    }

    /** A package is here and may be installed. */
    FirmwareState downloaded(String what) {
        return at(Phase.DOWNLOADED, UpdateResult.INITIAL, uri, what);
    }

    /** The package is being installed. */
    FirmwareState updating() {
        return at(Phase.UPDATING, UpdateResult.INITIAL, uri, packageVersion);
    }

    /** Without a package, for this reason. */
    FirmwareState idle(UpdateResult why) {
        return at(Phase.IDLE, why, "", "");
    }

    /** A manifest came to nothing, for this reason. */
    FirmwareState manifestEnded(int why) {
        return new FirmwareState(Phase.IDLE, result, Route.MANIFEST, "", "", version, sequence, image, why, successors);
    }

    /** The installation did not succeed; the package is still there (OMA, object 5, state 3). */
    FirmwareState updateFailed() {
        return at(Phase.DOWNLOADED, UpdateResult.UPDATE_FAILED, uri, packageVersion);
    }

    /**
     * Other firmware runs now.
     *
     * @param digest of its image, hexadecimal
     * @param done /10252/0/3, when it came by a manifest
     */
    FirmwareState installed(Manifest manifest, String digest, int done) {
        return new FirmwareState(
                Phase.IDLE,
                route == Route.PACKAGE ? UpdateResult.SUCCESS : result,
                route,
                "",
                "",
                manifest.versionText(),
                manifest.sequence(),
                digest,
                done,
                manifest.successors().isEmpty() ? successors : manifest.successors());
    }
}
