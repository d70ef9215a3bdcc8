package dev.onboard.device;

import java.util.OptionalInt;

/** The content format in which a device asks to be written to: {@code pct} of {@code POST /bs} (OMA LwM2M Core 6.1.7.1). */
public enum BootstrapFormat {
    /** Says nothing; the server chooses. */
    UNSTATED(-1),
    TLV(11542),
    SENML_JSON(110),
    SENML_CBOR(112);

    private final int code;

    BootstrapFormat(int code) {
        this.code = code;
    }

    /** The CoAP content format, unless unstated. */
    public OptionalInt code() {
        return code < 0 ? OptionalInt.empty() : OptionalInt.of(code);
    }
}
