package dev.onboard.device;

import dev.onboard.factory.Disk;
import dev.onboard.manifest.UpdateTrust;
import dev.onboard.pki.TrustRules;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a device behaves. Immutable; {@code with…} returns a copy.
 *
 * @param format asked for in bootstrap
 * @param backoff between attempts
 * @param patience how long the device waits for the next operation of a bootstrap server before it gives the session up;
 *     CoAP's EXCHANGE_LIFETIME by default (OMA LwM2M Core 6.1.4)
 * @param registrationAttempts how many registrations in a row may fail without anybody refusing (no answer) before the
 *     device goes back to bootstrap; a refusal sends it there at once
 * @param timeNotification how often an observer of the device's time is told, unless it set pmin or pmax
 * @param disk how durably the LwM2M credentials are written
 * @param clock the device's clock: it judges certificates and shows as /3/0/13
 * @param rules how strictly the device judges its servers
 * @param signerExpiry what becomes of a signer of firmware whose certificate has ended
 * @param renewal when it has its LwM2M certificate renewed of itself
 * @param firmware by what it fetches firmware
 * @param enrolmentKey who makes the key when the device enrols over EST
 * @param awake after how long without a message the device sleeps (queue mode, OMA LwM2M Core 6.5); empty: it uses no queue mode
 */
public record DeviceOptions(
        BootstrapFormat format,
        Backoff backoff,
        Duration patience,
        int registrationAttempts,
        Duration timeNotification,
        Disk disk,
        InstantSource clock,
        TrustRules rules,
        UpdateTrust.Expiry signerExpiry,
        RenewalSchedule renewal,
        FirmwareTransport firmware,
        EnrolmentKey enrolmentKey,
        Optional<Duration> awake) {
    /** MAX_TRANSMIT_WAIT (RFC 7252 section 4.8.2), as OMA LwM2M Core 6.5 recommends for queue mode. */
    public static final Duration USUALLY_AWAKE = Duration.ofSeconds(93);

    /** Who makes the LwM2M key of a device that enrols. */
    public enum EnrolmentKey {
        /** The device; the key never leaves it. */
        DEVICE,
        /** The EST server, in the dialect of RFC 9148 ({@code skg}, 4.8); in the platform's the device makes it all the same. */
        EST_SERVER
    }

    /** By what a device fetches firmware. */
    public enum FirmwareTransport {
        /** CoAP over DTLS alone. */
        COAPS,
        /** CoAP without DTLS as well: whoever sees it learns the image, and nobody can change it, for the manifest is signed. */
        COAPS_AND_COAP
    }

    /** The defaults, with this clock. LwM2M credentials survive the end of the process, not that of the operating system. */
    public static DeviceOptions standard(InstantSource clock) {
        return new DeviceOptions(
                BootstrapFormat.UNSTATED,
                Backoff.PLATFORM,
                Duration.ofSeconds(247),
                3,
                Duration.ofSeconds(5),
                Disk.swift(),
                clock,
                TrustRules.USUAL,
                UpdateTrust.Expiry.IGNORED,
                RenewalSchedule.TWO_THIRDS,
                FirmwareTransport.COAPS,
                EnrolmentKey.DEVICE,
                Optional.empty());
    }

    /** @throws IllegalArgumentException when there is no attempt, or a time is not positive */
    public DeviceOptions {
        if (registrationAttempts < 1) {
            throw new IllegalArgumentException(registrationAttempts + " registration attempts; at least 1 is needed");
        }
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("a patience of " + patience + " is none");
        }
        if (awake.isPresent() && (awake.get().isNegative() || awake.get().isZero())) {
            throw new IllegalArgumentException("a device that is awake for " + awake.get() + " is never reached");
        }
        if (timeNotification.isNegative() || timeNotification.isZero()) {
            throw new IllegalArgumentException("a time notification every " + timeNotification + " has no end");
        }
    }

    /** Asks for this content format. */
    public DeviceOptions withFormat(BootstrapFormat value) {
        return with(draft -> draft.format = value);
    }

    /** Waits like this between attempts. */
    public DeviceOptions withBackoff(Backoff value) {
        return with(draft -> draft.backoff = value);
    }

    /** Gives a silent bootstrap session up after this time. */
    public DeviceOptions withPatience(Duration value) {
        return with(draft -> draft.patience = value);
    }

    /** Goes back to bootstrap after so many unanswered registrations. */
    public DeviceOptions withRegistrationAttempts(int value) {
        return with(draft -> draft.registrationAttempts = value);
    }

    /** Tells observers the time this often. */
    public DeviceOptions withTimeNotification(Duration value) {
        return with(draft -> draft.timeNotification = value);
    }

    /** Keeps its LwM2M credentials on this disk. */
    public DeviceOptions withDisk(Disk value) {
        return with(draft -> draft.disk = value);
    }

    /** Lives in this time. */
    public DeviceOptions withClock(InstantSource value) {
        return with(draft -> draft.clock = value);
    }

    /** Judges its servers by these rules. */
    public DeviceOptions withRules(TrustRules value) {
        return with(draft -> draft.rules = value);
    }

    /** Treats signers of firmware so whose certificates have ended; {@link UpdateTrust.Expiry#IGNORED} by default. */
    public DeviceOptions withSignerExpiry(UpdateTrust.Expiry value) {
        return with(draft -> draft.signerExpiry = value);
    }

    /** Renews its LwM2M certificate by this schedule. */
    public DeviceOptions withRenewal(RenewalSchedule value) {
        return with(draft -> draft.renewal = value);
    }

    /** Fetches firmware so; {@link FirmwareTransport#COAPS} by default. */
    public DeviceOptions withFirmware(FirmwareTransport value) {
        return with(draft -> draft.firmware = value);
    }

    /** Has its key made so when it enrols; {@link EnrolmentKey#DEVICE} by default. */
    public DeviceOptions withEnrolmentKey(EnrolmentKey value) {
        return with(draft -> draft.enrolmentKey = value);
    }

    /** Registers for queue mode, and sleeps after so long without a message. */
    public DeviceOptions withQueueMode(Duration awake) {
        return with(draft -> draft.awake = Optional.of(awake));
    }

    private DeviceOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new DeviceOptions(
                draft.format,
                draft.backoff,
                draft.patience,
                draft.registrationAttempts,
                draft.timeNotification,
                draft.disk,
                draft.clock,
                draft.rules,
                draft.signerExpiry,
                draft.renewal,
                draft.firmware,
                draft.enrolmentKey,
                draft.awake);
    }

    /** Of which something is about to change. */
    private static final class Draft {
        private BootstrapFormat format;
        private Backoff backoff;
        private Duration patience;
        private int registrationAttempts;
        private Duration timeNotification;
        private Disk disk;
        private InstantSource clock;
        private TrustRules rules;
        private UpdateTrust.Expiry signerExpiry;
        private RenewalSchedule renewal;
        private FirmwareTransport firmware;
        private EnrolmentKey enrolmentKey;
        private Optional<Duration> awake;

        Draft(DeviceOptions from) {
            this.format = from.format;
            this.backoff = from.backoff;
            this.patience = from.patience;
            this.registrationAttempts = from.registrationAttempts;
            this.timeNotification = from.timeNotification;
            this.disk = from.disk;
            this.clock = from.clock;
            this.rules = from.rules;
            this.signerExpiry = from.signerExpiry;
            this.renewal = from.renewal;
            this.firmware = from.firmware;
            this.enrolmentKey = from.enrolmentKey;
            this.awake = from.awake;
        }
    }
}
