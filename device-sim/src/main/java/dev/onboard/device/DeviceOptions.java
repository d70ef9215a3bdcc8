package dev.onboard.device;

import dev.onboard.factory.Disk;
import dev.onboard.manifest.UpdateTrust;
import dev.onboard.pki.TrustRules;
import java.time.Duration;
import java.time.InstantSource;

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
        FirmwareTransport firmware) {
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
                FirmwareTransport.COAPS);
    }

    /** @throws IllegalArgumentException when there is no attempt, or a time is not positive */
    public DeviceOptions {
        if (registrationAttempts < 1) {
            throw new IllegalArgumentException(registrationAttempts + " registration attempts; at least 1 is needed");
        }
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("a patience of " + patience + " is none");
        }
        if (timeNotification.isNegative() || timeNotification.isZero()) {
            throw new IllegalArgumentException("a time notification every " + timeNotification + " has no end");
        }
    }

    /** Asks for this content format. */
    public DeviceOptions withFormat(BootstrapFormat value) {
        return new DeviceOptions(
                value,
                backoff,
                patience,
                registrationAttempts,
                timeNotification,
                disk,
                clock,
                rules,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Waits like this between attempts. */
    public DeviceOptions withBackoff(Backoff value) {
        return new DeviceOptions(
                format,
                value,
                patience,
                registrationAttempts,
                timeNotification,
                disk,
                clock,
                rules,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Gives a silent bootstrap session up after this time. */
    public DeviceOptions withPatience(Duration value) {
        return new DeviceOptions(
                format,
                backoff,
                value,
                registrationAttempts,
                timeNotification,
                disk,
                clock,
                rules,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Goes back to bootstrap after so many unanswered registrations. */
    public DeviceOptions withRegistrationAttempts(int value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                value,
                timeNotification,
                disk,
                clock,
                rules,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Tells observers the time this often. */
    public DeviceOptions withTimeNotification(Duration value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                registrationAttempts,
                value,
                disk,
                clock,
                rules,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Keeps its LwM2M credentials on this disk. */
    public DeviceOptions withDisk(Disk value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                registrationAttempts,
                timeNotification,
                value,
                clock,
                rules,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Lives in this time. */
    public DeviceOptions withClock(InstantSource value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                registrationAttempts,
                timeNotification,
                disk,
                value,
                rules,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Judges its servers by these rules. */
    public DeviceOptions withRules(TrustRules value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                registrationAttempts,
                timeNotification,
                disk,
                clock,
                value,
                signerExpiry,
                renewal,
                firmware);
    }

    /** Treats signers of firmware so whose certificates have ended; {@link UpdateTrust.Expiry#IGNORED} by default. */
    public DeviceOptions withSignerExpiry(UpdateTrust.Expiry value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                registrationAttempts,
                timeNotification,
                disk,
                clock,
                rules,
                value,
                renewal,
                firmware);
    }

    /** Renews its LwM2M certificate by this schedule. */
    public DeviceOptions withRenewal(RenewalSchedule value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                registrationAttempts,
                timeNotification,
                disk,
                clock,
                rules,
                signerExpiry,
                value,
                firmware);
    }

    /** Fetches firmware so; {@link FirmwareTransport#COAPS} by default. */
    public DeviceOptions withFirmware(FirmwareTransport value) {
        return new DeviceOptions(
                format,
                backoff,
                patience,
                registrationAttempts,
                timeNotification,
                disk,
                clock,
                rules,
                signerExpiry,
                renewal,
                value);
    }
}
