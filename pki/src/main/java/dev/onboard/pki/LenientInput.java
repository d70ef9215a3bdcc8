package dev.onboard.pki;

import dev.onboard.pki.internal.DerReader;
import dev.onboard.pki.internal.MalformedDerException;

/** What Java's parser reads out of an entry of a Certificate message although it is no exact DER: PEM text, and DER with garbage behind it. */
final class LenientInput {
    private LenientInput() {}

    static byte[] trim(byte[] entry) {
        try {
            if (entry.length > 0 && entry[0] == '-') {
                PkiContents contents = CredentialFiles.read(entry, "the entry");
                return contents.certificates().isEmpty()
                        ? entry
                        : contents.certificates().get(0);
            }
            return DerReader.of(entry).element();
        } catch (MalformedDerException | UnreadableFileException e) {
            return entry; // the evaluation says what is wrong with it
        }
    }
}
