package dev.onboard.device.internal;

import dev.onboard.factory.DeviceIdentity;
import dev.onboard.manifest.FirmwareVersion;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Where a device stands with its firmware: what it keeps through a loss of power. Immutable.
 *
 * @param phase /5/0/3
 * @param result /5/0/5
 * @param uri /5/0/1; empty when the package was pushed, or there is none
 * @param packageVersion /5/0/7, of a package that is downloaded; empty when there is none
 * @param version of the firmware that runs
 * @param sequence its manifest's sequence number
 * @param successors the update authenticity certificates that came with firmware; empty: those of the factory count
 */
record FirmwareState(
        Phase phase,
        UpdateResult result,
        String uri,
        String packageVersion,
        String version,
        long sequence,
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
                "",
                "",
                identity.firmwareVersion(),
                FirmwareVersion.of(identity.firmwareVersion())
                        .map(FirmwareVersion::sequence)
                        .orElse(0L),
                List.of());
    }

    /** A package is on its way; from this address, or pushed when that is empty. */
    FirmwareState downloading(String from) {
        return new FirmwareState(Phase.DOWNLOADING, UpdateResult.INITIAL, from, "", version, sequence, successors);
    }

    /** A package is here and may be installed. */
    FirmwareState downloaded(String what) {
        return new FirmwareState(Phase.DOWNLOADED, UpdateResult.INITIAL, uri, what, version, sequence, successors);
    }

    /** The package is being installed. */
    FirmwareState updating() {
        return new FirmwareState(
                Phase.UPDATING, UpdateResult.INITIAL, uri, packageVersion, version, sequence, successors);
    }

    /** Without a package, for this reason. */
    FirmwareState idle(UpdateResult why) {
        return new FirmwareState(Phase.IDLE, why, "", "", version, sequence, successors);
    }

    /** The installation did not succeed; the package is still there (OMA, object 5, state 3). */
    FirmwareState updateFailed() {
        return new FirmwareState(
                Phase.DOWNLOADED, UpdateResult.UPDATE_FAILED, uri, packageVersion, version, sequence, successors);
    }

    /** Other firmware runs now. */
    FirmwareState installed(String newVersion, long newSequence, List<X509Certificate> newSuccessors) {
        return new FirmwareState(
                Phase.IDLE,
                UpdateResult.SUCCESS,
                "",
                "",
                newVersion,
                newSequence,
                newSuccessors.isEmpty() ? successors : newSuccessors);
    }
}
