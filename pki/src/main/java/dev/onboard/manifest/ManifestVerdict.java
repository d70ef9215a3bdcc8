package dev.onboard.manifest;

import dev.onboard.pki.Finding;
import dev.onboard.pki.Verdict;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** What the check of a package ends in: accepted, or refused with one reason. */
public sealed interface ManifestVerdict {
    /**
     * The package may be installed.
     *
     * @param signer the certificate whose key signed the manifest
     * @param findings remarks that do not refuse
     */
    record Accepted(Manifest manifest, X509Certificate signer, List<Finding> findings) implements ManifestVerdict {
        public Accepted {
            findings = List.copyOf(findings);
        }

        /** The verdict on what was fetched from where the manifest says: its size and digest. */
        public ManifestVerdict withImage(byte[] fetched) {
            return Decision.payload(manifest, fetched)
                    .<ManifestVerdict>map(refused -> refused)
                    .orElse(this);
        }

        /** The verdict on the image that a patch made: its size and digest. */
        public ManifestVerdict withPatched(byte[] image) {
            return manifest.delta()
                    .flatMap(delta -> Decision.made(delta, image))
                    .<ManifestVerdict>map(refused -> refused)
                    .orElse(this);
        }
    }

    /**
     * The package must not be installed.
     *
     * @param reason the stable id: of a {@link ManifestReason}, or of a {@link dev.onboard.pki.Reason} when the signer is refused
     * @param kind the rule of ours; empty when the signer is refused
     * @param detail the values found and expected, one sentence
     * @param fix what to do about it, one sentence without its full stop
     */
    record Refused(String reason, Optional<ManifestReason> kind, String detail, String fix) implements ManifestVerdict {
        static Refused of(ManifestReason reason, String detail) {
            return new Refused(reason.id(), Optional.of(reason), detail, reason.fix());
        }

        static Refused signer(Verdict.Refused refused, String who) {
            return new Refused(
                    refused.reason().id(),
                    Optional.empty(),
                    "the signer of the manifest, " + who + ", is not trusted with this device's firmware: "
                            + refused.detail(),
                    refused.fix());
        }
    }
}
