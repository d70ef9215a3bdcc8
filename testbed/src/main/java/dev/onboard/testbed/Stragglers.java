package dev.onboard.testbed;

import dev.onboard.account.Account;
import dev.onboard.account.CertificateEnrollments.Enrollment;
import dev.onboard.account.CertificateEnrollments.Outcome;
import dev.onboard.account.Device;
import dev.onboard.account.DeviceState;
import dev.onboard.account.Page;
import dev.onboard.account.Query;
import dev.onboard.http.Rotations.Straggler;
import dev.onboard.http.Rotations.Subject;
import dev.onboard.testbed.RotationNotes.UnderWay;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The devices that have credentials of what is to go in a rotation, and depend on it. */
record Stragglers(Account account) {
    /** By endpoint name. */
    List<Straggler> of(Subject subject, UnderWay rotation) {
        List<Straggler> found = new ArrayList<>();
        Query all = Query.all().limit(Query.MAX_LIMIT);
        Page<Device> page = account.devices().list(all);
        while (true) {
            for (Device each : page.entries()) {
                boolean came = each.state() != DeviceState.UNENROLLED && each.state() != DeviceState.CLOUD_ENROLLING;
                if (came && rotation.isLeft(credentials(each)) && depends(subject, each)) {
                    found.add(new Straggler(each.endpoint(), each.state().word(), each.bootstrappedAt()));
                }
            }
            if (!page.hasMore() || page.entries().isEmpty()) {
                found.sort(Comparator.comparing(Straggler::endpoint));
                return found;
            }
            page = account.devices()
                    .list(all.after(
                            page.entries().get(page.entries().size() - 1).id()));
        }
    }

    /** When it got what it has; the end of a bootstrap may be written down after the registration that follows it. */
    private Optional<Instant> credentials(Device each) {
        return Stream.concat(
                        each.bootstrappedAt().stream(),
                        account
                                .certificateEnrollments()
                                .list(Query.all()
                                        .where("device_id", each.id())
                                        .where("enroll_result", Outcome.SUCCESS.word())
                                        .in(Query.Order.DESC))
                                .entries()
                                .stream()
                                .map(Enrollment::createdAt))
                .max(Comparator.naturalOrder());
    }

    /** A device with a certificate from its factory has none of the account's CA. */
    private boolean depends(Subject subject, Device each) {
        return subject != Subject.DEVICE_CA
                || !account.issuedCertificates().byEndpoint(each.endpoint()).isEmpty();
    }
}
